"""Our run of the tables and Lark's give the same trees, and accept the same texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasdsl import syntax as s
from nasdsl.diagnostics import NasError
from nasdsl.lalr import Unparsed
from nasdsl.lexemes import KEYWORDS
from nasdsl.parser import grammar_text
from nasdsl.recovery import parse_or_explain
from nasdsl.spans import Source
from nasdsl.tables import load_tables
from nasdsl.tree import KeywordName, TreeBuilder

ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("spaces/*.nas"), *ROOT.glob("tests/errors/*.nas")])
PIECES = [
    *sorted(KEYWORDS), "a", "b", "loop", "x3", "7", "1.5", "2M", "1e-3", "3x", '"t"', '"\\""', '"no',
    "->", "..", "...", "+=", "==", "!=", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "%",
    "(", ")", "[", "]", "{", "}", "|", ",", ":", ".", "#", "!", "é", ".a", '"""',
]  # fmt: skip

OURS, LARKS = TreeBuilder(), TreeBuilder()
QUICK = load_tables(grammar_text(), OURS)


def ours(source: Source, start: str) -> s.Syntax | None:
    OURS.begin(source)
    try:
        tree: s.Syntax = QUICK.parse(source.text, start)
    except (Unparsed, KeywordName, NasError):
        return None
    return tree


def larks(source: Source, start: str) -> s.Syntax | None:
    try:
        tree: s.Syntax = parse_or_explain(source, start, LARKS)
    except NasError:
        return None
    return tree


def check_same(text: str, start: str = "start") -> None:
    source = Source("a.nas", text)
    quick, slow = ours(source, start), larks(source, start)
    assert quick == slow
    if quick is not None and slow is not None:
        assert [n.span for n in s.walk(quick)] == [n.span for n in s.walk(slow)]
        assert list(map(str, OURS.problems)) == list(map(str, LARKS.problems))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files(path: Path) -> None:
    check_same(path.read_text(encoding="utf-8", errors="replace"))


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["", " ", "\n"]))
def test_soups(pieces: list[str], between: str) -> None:
    check_same(between.join(pieces), "body")
    check_same("let a = " + between.join(pieces))


@given(st.data())
def test_damaged_files(data: st.DataObject) -> None:
    """Files with a piece put in, left out or changed."""
    words = (
        data.draw(st.sampled_from(FILES))
        .read_text(encoding="utf-8", errors="replace")
        .split(" ")[:80]
    )
    at = data.draw(st.integers(0, len(words) - 1))
    words[at : at + data.draw(st.integers(0, 2))] = data.draw(
        st.lists(st.sampled_from(PIECES), max_size=2)
    )
    check_same(" ".join(words))
