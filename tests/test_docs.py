"""The documents are true: their programs run, their tables are complete, their commands work.

`pytest tests/test_docs.py --update-golden` writes the reports of programs into docs/language.md.
"""

from __future__ import annotations

import re
from contextlib import suppress
from importlib import import_module

import pytest

from nasdsl import syntax
from nasdsl.diagnostics import NasError
from nasdsl.evaluate.builtins import BUILTINS
from nasdsl.parser import parse
from nasdsl.settings import KNOWN
from nasdsl.space import parse_space
from nasdsl.spans import Source
from nasdsl.variation import CROSSOVERS, MUTATIONS

from .documents import NAME, ROOT, Block, blocks, examples, mistakes, report

LANGUAGE = ROOT / "docs" / "language.md"
TEXT = LANGUAGE.read_text(encoding="utf-8")
EXAMPLES = list(examples(TEXT))
VALUES = [b for b in blocks(TEXT) if b.info == ("nas", "values")]


def _at_line(item: object) -> str:
    return f"line {item.line}" if isinstance(item, Block) else ""


@pytest.mark.parametrize("pair", EXAMPLES, ids=lambda pair: f"line {pair[0].line}")
def test_golden_examples(pair: tuple[Block, Block]) -> None:
    program, shown = pair
    assert report(program.text, shown.info[1:], shown.text) == shown.text


@pytest.fixture(scope="module", autouse=True)
def _update(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--update-golden"):
        return
    text = TEXT
    for program, shown in reversed(EXAMPLES):
        with suppress(NasError):  # the example's own test reports it
            new = report(program.text, shown.info[1:], shown.text)
            text = text[: shown.start] + new + text[shown.end :]
    LANGUAGE.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("block", VALUES, ids=_at_line)
def test_values(block: Block) -> None:
    """`expression  # value` holds, and `expression  # NAS123` is that mistake."""
    for line in block.text.splitlines():
        expression, value = (part.strip() for part in line.split("#"))
        if value.startswith("NAS"):
            program = f"let v = {expression}\nnetwork = vector(1) -> linear(1 if v == 0 else 2)"
            assert value in [d.code for d, _ in mistakes(program)], line
        else:
            parse_space(f"require ({expression}) == ({value})\nnetwork = vector(1)")


def test_every_construct_has_an_example() -> None:
    used = set()
    for program, shown in EXAMPLES:
        if shown.info != ("text", "check"):
            used |= {type(node) for node in syntax.walk(parse(Source(NAME, program.text)))}
    for block in VALUES:
        for line in block.text.splitlines():
            if "# NAS" in line:
                continue
            program = f"let v = {line}"
            used |= {type(node) for node in syntax.walk(parse(Source(NAME, program)))}
    constructs = {
        value
        for value in vars(syntax).values()
        if isinstance(value, type)
        and issubclass(value, syntax.Syntax)
        and value is not syntax.Syntax
    }
    missing = constructs - used - {syntax.Import}
    assert not missing, f"docs/language.md shows no {sorted(c.__name__ for c in missing)}"


# ------------------------------------------------------------------ tables


def _table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading; code marks removed."""
    section = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = re.search(r"(^\|.*\|\n)+", section, re.MULTILINE)
    rows = re.findall(r"^\|(.*)\|$", table[0] if table else "", re.MULTILINE)[2:]
    return [
        [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)] for row in rows
    ]


def _code(cell: str) -> str:
    return cell.strip("`")


def test_functions_are_listed() -> None:
    listed = {_code(row[0]).partition("(")[0] for row in _table("Functions")}
    assert listed == set(BUILTINS)


def test_settings_are_listed() -> None:
    assert {_code(row[0]) for row in _table("The search block")} == set(KNOWN)


def test_variation_operators_are_listed() -> None:
    listed = [(_code(row[0]), row[1]) for row in _table("Mutations and crossovers")]
    mutations = [(name, "mutation") for name in MUTATIONS]
    assert listed == [*mutations, *((name, "crossover") for name in CROSSOVERS)]


def test_limits_are_as_stated() -> None:
    rows = _table("Limits")
    assert rows
    for _, value, _, place in rows:
        module, _, name = _code(place).rpartition(".")
        assert getattr(import_module(module), name) == int(value.replace(",", "")), place


def codes_of_source() -> set[str]:
    """Every code that the source can report; docstrings name ranges of codes, which are none."""
    found = set()
    for folder in ("nasdsl", "compiler", "cli"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found |= set(re.findall(r'"(NAS\d{3})"', path.read_text(encoding="utf-8")))
    return found


def test_codes_are_listed() -> None:
    listed = [_code(row[0]) for row in _table("Codes")]
    assert listed == sorted(set(listed))
    assert set(listed) == codes_of_source()


def test_links_lead_somewhere() -> None:
    documents = [
        ROOT / "README.md",
        ROOT / "ARCHITECTURE.md",
        *sorted((ROOT / "docs").glob("*.md")),
    ]
    for document in documents:
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_architecture_names_what_there_is() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    for path in re.findall(r"`((?:\w+/)+[\w.]*)`", text):
        assert (ROOT / path).exists(), path
