"""`nasdsl strategies`, and searches by a strategy of the user's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nasdsl.strategies import STRATEGIES
from tests.cli.helpers import EVALUATOR, SMALL, invoke
from tests.documents import ROOT, blocks

PYTHON = ("--evaluate-python", "scorer:score")
REAL = "space real\nnetwork = vector(8) -> dropout(any 0.0..0.5) -> linear(2)\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")
    code = next(b.text for b in blocks(page) if "class Climb:" in b.text)
    for name, text in {
        "small.nas": SMALL, "real.nas": REAL, "scorer.py": EVALUATOR, "climb.py": code,
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_list() -> None:
    shown = invoke("strategies").stdout
    assert all(name in shown for name in STRATEGIES)
    rows = json.loads(invoke("strategies", "--json").stdout)
    assert [row["name"] for row in rows] == list(STRATEGIES)
    assert all(row["paper"] and row["use"] for row in rows)


def test_the_options_of_one() -> None:
    shown = invoke("strategies", "regularized_evolution").stdout
    assert "Aging evolution" in shown and "whole number, at least 1" in shown
    assert "search { strategy = regularized_evolution(population = …) }" in shown
    found = json.loads(invoke("strategies", "local_search", "--json").stdout)
    assert found["options"]["properties"]["improvement"]["enum"] == ["first", "best"]


def test_which_can_search_a_space(folder: Path) -> None:
    shown = invoke("strategies", "real.nas").stdout
    assert "no   exhaustive" in shown and "but  local_search" in shown and "yes  random" in shown
    found = json.loads(invoke("strategies", "real.nas", "--json").stdout)
    fits = {row["name"]: row["fits"] for row in found["strategies"]}
    assert found["size"] is None and not fits["exhaustive"] and fits["random"]
    assert json.loads(invoke("strategies", "nasbench201", "--json").stdout)["size"] == 15625


@pytest.mark.parametrize(
    ("name", "needle"),
    [("locl_search", "did you mean `local_search`"), ("dart", "did you mean `darts`"), (".", "NAS550")],
)  # fmt: skip
def test_neither_a_strategy_nor_a_space(name: str, needle: str) -> None:
    result = invoke("strategies", name)
    assert result.exit_code == 2 and needle in result.stderr


def test_a_search_is_refused_before_it_leaves_anything(folder: Path) -> None:
    result = invoke("search", "real.nas", "--strategy", "exhaustive", "-o", "run", *PYTHON)
    assert result.exit_code == 2 and "NAS320" in result.stderr
    assert not Path("run").exists()


def test_a_search_is_warned(folder: Path) -> None:
    Path("always.py").write_text("def even(*a, **k):\n    return {'accuracy': 0.5}\n")
    options = ("--strategy", "local_search", "--budget", "3", "--evaluate-python", "always:even")
    result = invoke("search", "real.nas", "-o", "run", *options)
    assert result.exit_code == 0, result.output
    assert "warning: `local_search` on space `real`: its real numbers stay" in result.stderr


def test_a_strategy_of_ones_own(folder: Path) -> None:
    own = ("--strategy-python", "climb:Climb(restart = 0.5)")
    result = invoke("search", "small.nas", "-o", "run", "--budget", "8", *own, *PYTHON)
    assert result.exit_code == 0, result.output
    kept = json.loads(Path("run/config.json").read_text())["search"]["strategy"]
    assert kept == {
        "name": "python",
        "options": {"target": "climb:Climb", "options": {"restart": 0.5}},
    }
    for text in ("climb:Climb", "climb:Climb(restart = 0.5)"):
        again = invoke("resume", "run", "--strategy-python", text, "--budget", "10", *PYTHON)
        assert again.exit_code == 0, again.output


@pytest.mark.parametrize(
    ("own", "needle"),
    [
        ("climb:Climb(restrat = 0.5)", "did you mean `restart`"),
        ("climb:Climb(restart = ", "NAS324"),
        ("climb:Climb(restart = )", "--strategy-python:1"),
        ("climb", "NAS324"),
        ("climb:ClimbConfig", "it has no ask, tell, state, restore, Config"),
        ("climb:Nothing", "NAS336"),
        ("nowhere:Climb", "write module:class"),
        ("scorer:calls", "not a class"),
    ],
)
def test_refusals_of_ones_own(folder: Path, own: str, needle: str) -> None:
    result = invoke("search", "small.nas", "-o", "run", "--strategy-python", own, *PYTHON)
    assert result.exit_code == 2 and needle in result.stderr, result.output
    assert not Path("run").exists()


def test_a_space_and_a_study_name_no_python(folder: Path) -> None:
    wrong = invoke("search", "small.nas", "--strategy", 'python("climb:Climb")', *PYTHON)
    assert wrong.exit_code == 2 and "--strategy-python module:Class" in wrong.stderr
    Path("own.nas").write_text(REAL + 'search { strategy = python("climb:Climb") }\n')
    assert "NAS315" in invoke("check", "own.nas").output
    own = ("--strategy-python", "climb:Climb")
    assert invoke("search", "small.nas", "-o", "run", *own, *PYTHON).exit_code == 0
    for given, needle in [
        ((), "give --strategy-python climb:Climb"),
        (("--strategy-python", "other:Climb"), "searches by Python climb:Climb"),
        (("--strategy-python", "climb:Climb(restart = 0.9)"), "has the options of the study"),
    ]:
        result = invoke("resume", "run", *given, *PYTHON)
        assert result.exit_code == 2 and needle in result.stderr, result.output
    invoke("search", "small.nas", "-o", "plain", *PYTHON)
    result = invoke("resume", "plain", *own, *PYTHON)
    assert result.exit_code == 2 and "leave --strategy-python out" in result.stderr
