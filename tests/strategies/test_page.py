"""docs/strategies.md lists every strategy with its options, and its examples work.

`pytest tests/strategies/test_page.py --update-golden` writes the lists.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nasdsl.parser import parse_text
from nasdsl.settings import read_settings
from nasdsl.strategies import STRATEGIES
from nasdsl.strategies.conformance import CHECKS, check_small_space
from nasdsl.strategies.describe import knobs, sections, summary, table
from nasdsl.study.config import read_search
from nasdsl.syntax import Search
from tests.documents import ROOT, blocks
from tests.flat_space import FlatSpace

PAGE = ROOT / "docs" / "strategies.md"
BLOCKS = blocks(PAGE.read_text(encoding="utf-8"))
LOOP, CLIMB, SUITE = (b.text for b in BLOCKS if b.kind == "python")


@pytest.mark.parametrize(("name", "make"), [("strategies", table), ("options", sections)])
def test_golden_lists(name: str, make: Callable[[], str], request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text(encoding="utf-8")
    first, last = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    start = text.index(first) + len(first)
    end = text.index(last)
    made = f"\n{make()}\n"
    if request.config.getoption("--update-golden"):
        PAGE.write_text(text[:start] + made + text[end:], encoding="utf-8")
    else:
        assert text[start:end] == made, "run pytest tests/strategies/test_page.py --update-golden"


@pytest.mark.parametrize("name", STRATEGIES)
def test_everything_is_described(name: str) -> None:
    assert STRATEGIES[name].paper and STRATEGIES[name].use and summary(name)
    for knob in knobs(name):
        assert knob.description, f"{name}: {knob.name} has no description"
        assert knob.default, f"{name}: {knob.name} has no default"
        assert "any value" not in knob.type, f"{name}: {knob.name}"


@pytest.mark.parametrize("text", [b.text for b in BLOCKS if b.kind == "nas"])
def test_search_blocks(text: str) -> None:
    (block,) = parse_text(text).items
    assert isinstance(block, Search)
    read_search(read_settings(block, {}))


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    (tmp_path / "climb.py").write_text(CLIMB, encoding="utf-8")
    (tmp_path / "test_climb.py").write_text(SUITE, encoding="utf-8")
    (tmp_path / "climb_loop.py").write_text(LOOP, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(ROOT / "spaces")
    yield importlib.import_module
    for name in ("climb", "test_climb", "climb_loop"):
        sys.modules.pop(name, None)


def test_the_loop(modules: Callable[[str], Any]) -> None:
    assert modules("climb_loop").number == 19


def test_forty_lines_keep_the_contract(modules: Callable[[str], Any]) -> None:
    code = [line for line in CLIMB.splitlines() if line.strip()]
    assert len(code) <= 40
    climb = modules("climb")

    def make(space: Any, seed: int) -> Any:
        return climb.Climb(space, climb.ClimbConfig(), seed)

    flat: Any = FlatSpace()
    for check in CHECKS:
        check(make, flat)
    small: Any = FlatSpace((2,))
    check_small_space(make, small)
    single: Any = FlatSpace((1,))
    check_small_space(make, single)


def test_the_suite_as_it_is_shown(modules: Callable[[str], Any]) -> None:
    suite = modules("test_climb")
    suite.test_contract()
    suite.test_small_space()
