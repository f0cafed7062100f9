"""Rules of derivation: by hand, and against every genotype of small spaces."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.oneshot.choices import choices_of
from nasdsl.oneshot.derive import (
    best_of,
    draw,
    draw_feasible,
    elements,
    logarithm,
    strongest,
)

from .cases import space_of
from .double import make_double

EDGE = "graph/i[2]/s={}/edge"


def choices(name: str) -> Any:
    space = space_of(name)
    return choices_of(space, make_double(space, 0, {}).module.decisions)


def test_choices_know_their_elements() -> None:
    """The pick of the first two nodes is no decision: both take all they can."""
    found = choices("cell")
    assert [c.element for c in found.values() if c.kind == "one"] == [
        ("graph/i[0]/s", 0), ("graph/i[1]/s", 0), ("graph/i[1]/s", 1),
        ("graph/i[2]/s", 0), ("graph/i[2]/s", 1), ("graph/i[2]/s", 2),
    ]  # fmt: skip
    pick = found["graph/i[2]/s"]
    assert (pick.kind, pick.n, pick.count, pick.element) == ("pick", 3, 2, None)
    assert {c.element for c in choices("nested").values()} == {None}


def test_edges_are_as_strong_as_their_best_operator() -> None:
    """`none` has no place in the strengths: the third edge loses, though its mean is higher."""
    strengths = {EDGE.format(i): row for i, row in enumerate(
        [[0.1, 0.5, 0.1], [0.4, 0.05, 0.05], [0.3, 0.3, 0.3]])}  # fmt: skip
    edges = {p: c for p, c in choices("cell").items() if p in strengths or c.kind == "pick"}
    assert elements(edges, strengths) == {"graph/i[2]/s": [0.5, 0.4, 0.3]}


def test_top_two_edges_by_hand() -> None:
    space = space_of("cell")
    strengths = {EDGE.format(i): row for i, row in enumerate(
        [[0.1, 0.5, 0.1], [0.3, 0.3, 0.35], [0.4, 0.05, 0.05]])}  # fmt: skip
    strengths |= {"graph/i[2]/s": [0.5, 0.35, 0.4]}
    strengths |= {"graph/t[x -> relu]": [0.51], "graph/t[x -> linear(8)]": [0.49]}
    found = {d.path: str(d) for d in space.decisions(strongest(space, strengths, Random(0)))}
    assert found["graph/i[2]/s"].endswith("(0, 2)")
    assert found[EDGE.format(0)].endswith("tanh") and found[EDGE.format(2)].endswith("linear")
    assert EDGE.format(1) not in found
    assert found["graph/t[x -> relu]"].endswith("yes")
    assert found["graph/t[x -> linear(8)]"].endswith("no")


def strengths_of(name: str, data: st.DataObject) -> dict[str, list[float]]:
    number = st.floats(0.01, 0.99)
    return {
        path: data.draw(st.lists(number, min_size=c.n, max_size=c.n))
        for path, c in choices(name).items()
    }


@pytest.mark.parametrize("name", ["cell", "nested"])
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_the_strongest_is_a_feasible_member(name: str, data: st.DataObject) -> None:
    space, strengths = space_of(name), strengths_of(name, data)
    found = strongest(space, strengths, Random(1))
    assert space.contains(found) and space.feasible(found)


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_where_nothing_is_conditional_the_strongest_is_the_likeliest(data: st.DataObject) -> None:
    """The third node's edges apart, which are there or not."""
    space, strengths = space_of("cell"), strengths_of("cell", data)
    for path in list(strengths):
        if path.startswith("graph/i[2]/s="):
            strengths[path] = [0.5] * 3
    found = strongest(space, strengths, Random(1))
    likeliest = max(logarithm(space, g, strengths) for g in space.enumerate())
    assert logarithm(space, found, strengths) == pytest.approx(likeliest)


def test_cost_limits_are_kept_by_the_likeliest_of_draws() -> None:
    space = space_of("nested")
    strengths = {"linear.out": [0.2, 0.8], "repeat/count": [0.1, 0.1, 0.8], "network": [0.1, 0.1, 0.8]}  # fmt: skip
    unbound = space.compose(lambda step: step.options[-1])
    assert not space.feasible(unbound)
    found = strongest(space, strengths, Random(2))
    kept = [g for g in space.enumerate() if space.feasible(g)]
    assert logarithm(space, found, strengths) == max(logarithm(space, g, strengths) for g in kept)


def test_draws_follow_the_probabilities() -> None:
    space, rng = space_of("cell"), Random(5)
    path, bit = "graph/i[0]/s=0/edge", "graph/t[x -> relu]"
    strengths = {path: [0.6, 0.3, 0.1], bit: [0.8], "graph/i[2]/s": [0.98, 0.01, 0.01]}
    met: Counter[tuple[str, str]] = Counter()
    for _ in range(2_000):
        met.update((d.path, d.domain.show(d.index)) for d in space.decisions(draw(space, strengths, rng)))  # fmt: skip
    shares = {key: count / 2_000 for key, count in met.items()}
    assert shares[path, "linear"] == pytest.approx(0.6, abs=0.04)
    assert shares[bit, "yes"] == pytest.approx(0.8, abs=0.03)
    assert shares["graph/i[2]/s", "(0, 1)"] == pytest.approx(0.5, abs=0.04)
    assert shares.get(("graph/i[2]/s", "(1, 2)"), 0) < 0.01
    assert shares["graph/i[1]/s=0/edge", "skip"] == pytest.approx(1 / 3, abs=0.04)


def test_draws_within_limits() -> None:
    space = space_of("nested")
    strengths = {"linear.out": [0.01, 0.99], "repeat/count": [0.01, 0.01, 0.98]}
    assert all(space.feasible(draw_feasible(space, strengths, Random(i))) for i in range(20))


def test_the_best_are_different_and_in_order() -> None:
    space = space_of("cell")
    members = [space.unrank(i) for i in (5, 3, 5, 9, 1)]
    found = best_of(members, lambda g: -space.rank(g), 3)
    assert [space.rank(g) for g in found] == [1, 3, 5]
