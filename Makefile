# `make` prints the targets. Everything runs in .venv, which the first target that needs it makes.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 14

search: $(STAMP)  ## search a network for scikit-learn's digits (about three minutes)
	$(BIN)/nasdsl search spaces/digits.nas

test: $(STAMP)  ## the whole test suite
	$(BIN)/python -m pytest -q

test-slow: $(STAMP)  ## the long checks as well
	$(BIN)/python -m pytest -q -m ""

# The one target that installs beyond .venv: PostgreSQL's programs, by apt-get, unless they are there
# (`make services SUDO=sudo` if you are not root). Tests start a server of their own, and Ray, too.
# Without it `make test` skips what needs them, and says so.
services: $(STAMP)  ## what some tests of studies use if it is there: PostgreSQL (apt-get), Ray
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	{ $(SUDO) apt-get update && $(SUDO) apt-get install --yes --no-install-recommends postgresql; }
	$(BIN)/pip install --quiet -e ".[test,ray]"

lint: $(STAMP)  ## style
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)  ## type-check the package as it ships
	$(BIN)/pip install --quiet --no-deps --upgrade --target build/types .
	cd build/types && ../../$(BIN)/mypy --config-file ../../pyproject.toml nasdsl

golden: $(STAMP)  ## rewrite the expected error messages; read the difference before committing it
	$(BIN)/python -m pytest -q -m "" tests/test_errors.py tests/test_docs.py tests/encodings/test_page.py tests/strategies/test_page.py --update-golden

bench: $(STAMP)  ## measure against the installed peers
	$(BIN)/pip install --quiet -e ".[bench]"
	$(BIN)/python -m benchmarks

clean:  ## remove what the other targets made, the environment too
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache

install: $(STAMP)  ## the environment with nasdsl in it, editable

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip "setuptools>=77"
	$(BIN)/pip install --quiet -e ".[test]"
	touch $@

.PHONY: help search test test-slow services lint types golden bench clean install
