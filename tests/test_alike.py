"""Modules that differ only in the names of their decisions are measured once: nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.alike import Forms, renamed
from nasdsl.checks import check_programs
from nasdsl.costs import cost
from nasdsl.domains import Domain
from nasdsl.source import load_all
from nasdsl.space import parse_space
from nasdsl.spans import Source
from nasdsl.symbolic import Var, apply, evaluate, index_of, select
from tests.spaces.families_a import FOLDER

PIECES = (
    "conv(any [1, 3], out = any [4, 8])",
    "relu -> (conv(1, out = 4) | conv(3, out = 8) | identity)",
    "sum([conv(1, out = w), conv(3, out = w)]) where w = any [4, 8]",
    "chain([conv(3, out = c) for c in pick 2 of [4, 6, 8]])",
    "chain([conv(3, out = c) for c in pick (any 1..2) of [4, 6] repeated])",
    "repeat any 1..2 { conv(3, out = any [4, 6]) }",
    "conv(1, out = any [4, 8]) -> conv(3, groups = any [2, 4])",
    "conv(3, groups = any [1, 3])",
    "conv(1, out = shared) -> bn",
    "graph (x) { out x -> conv(1, out = channels(x) * (any [1, 2])) }",
    'conv(any [1, 9], stride = any [1, 2], pad = "valid")',
)
ENDS = ("flatten -> linear(2)", "sum([conv(1, out = 4), first]) -> flatten")


@contextmanager
def one_by_one() -> Iterator[None]:
    """Nothing is alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Forms, "of", lambda self, value: None)
        yield


def found(text: str) -> tuple[Any, ...]:
    mistakes = check_programs(load_all(Source("small.nas", text)))
    if any(d.severity == "error" for d in mistakes):
        return tuple(map(str, mistakes))
    space = parse_space(text)
    return space.hash, space.cost_range, set(map(str, space.doubts))


@settings(deadline=None, max_examples=30)
@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=2, unique=True),
    order=st.lists(st.sampled_from(["first", "last"]), min_size=2, max_size=4),
    end=st.sampled_from(ENDS),
    tied=st.booleans(),
)
def test_sharing_changes_nothing(pieces: list[str], order: list[str], end: str, tied: bool) -> None:
    text = f"""space small
let shared = any [4, 8]
motif first = {pieces[0]}
motif last = {pieces[-1]}
motif both = first -> last
network = image(3, 8, 8) -> {" -> ".join(order)} -> (both if shared == 4 else last) -> {end}
{"require shared == 4" if tied else ""}
"""
    shared = found(text)
    with one_by_one():
        assert found(text) == shared


@pytest.mark.parametrize("name", ["digits", "nasbench201", "genetic_cnn", "proxylessnas"])
def test_sharing_changes_no_shipped_space(name: str) -> None:
    text = (FOLDER / f"{name}.nas").read_text()
    shared = found(text)
    with one_by_one():
        assert found(text) == shared


def test_bounds_are_reached_where_blocks_are_alike() -> None:
    space = parse_space("""
        motif block = conv(any [1, 3], out = any [4, 8]) -> relu
        network = image(3, 4, 4) -> block -> block -> conv(1, out = 4)""")
    macs = [cost(space.build(g)).macs for g in space.enumerate()]
    assert space.cost_range.macs == (min(macs), max(macs))


def test_forms_tell_names_from_structure() -> None:
    forms = Forms(())
    a, b, c = (Var(path, Domain("one", range(3))) for path in "abc")
    two = Var("two", Domain("one", range(2)))
    ia, ib, ic = map(index_of, (a, b, c))
    assert forms.of(apply(_add, ia, ib)) == (forms.of(apply(_add, ib, ic)).number, (a, b))  # type: ignore[union-attr]
    numbers = [
        forms.of(v).number  # type: ignore[union-attr]
        for v in (
            apply(_add, ia, ib), apply(_add, ib, ia), apply(_add, ia, ia), apply(_add, ia, 1),
            apply(_add, ia, 1.0), apply(_add, ia, index_of(two)), select(ia, {0: 1, 1: 2, 2: 3}),
            select(ia, {0: ib, 1: 2, 2: 3}), (ia, ib), (ia, ia), ia, index_of(two),
        )
    ]  # fmt: skip
    assert len(set(numbers)) == len(numbers)
    assert forms.of((ia, object())) is None


def test_renamed_values_are_those_of_the_other_decisions() -> None:
    a, b, c, d = (Var(path, Domain("one", range(3))) for path in "abcd")
    ia, ib, ic, id_ = map(index_of, (a, b, c, d))
    value = select(apply(_add, ia, ib), {k: apply(_add, ib, k) for k in range(5)})
    other = select(apply(_add, ic, id_), {k: apply(_add, id_, k) for k in range(5)})
    again = renamed(value, {a: c, b: d})
    assert again is other
    assert again.vars == {c, d}
    for i in range(3):
        for j in range(3):
            assert evaluate(again, {c: i, d: j}) == evaluate(value, {a: i, b: j})


def _add(x: Any, y: Any) -> Any:
    return x + y
