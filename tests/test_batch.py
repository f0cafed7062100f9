"""Batches are distributed as single draws are."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl import batch
from nasdsl.batch import SMALL, sample_many
from nasdsl.dag import Branch, Leaf, Node, Pool
from nasdsl.domains import Domain
from nasdsl.points import enumerate_points, nodes
from nasdsl.space import Space, load, parse_space
from nasdsl.symbolic import Var
from nasdsl.urns import Urns

SPACES = Path(__file__).parent.parent / "spaces"

FLAT = """
network = vector(3) -> linear(any [1, 2, 3]) -> linear(any 1..7) -> (relu | tanh)
"""
DEEP = """
let c = any [2, 3, 4, 5]
network = vector(3) -> repeat any 0..3 { linear(c) -> (relu | tanh -> linear(any [6, 7])) }
require c != 4
"""
REAL = "network = vector(3) -> linear(any [2, 3]) -> dropout(any 0.1..0.5) -> linear(2)"
TEXTS = {"flat": FLAT, "deep": DEEP, "real": REAL}


def parsed(name: str) -> Space:
    return parse_space(f"space {name}\n{TEXTS[name]}")


@pytest.mark.parametrize("name", ["flat", "deep"])
def test_every_genotype_is_as_likely_as_with_single_draws(name: str) -> None:
    space, count = parsed(name), 20_000
    rng = Random(1)
    single = Counter(space.sample(rng).choices for _ in range(count))
    many = Counter(sample_many(space.root, count, 2))
    for point in single.keys() | many.keys():
        expected = (single[point] + many[point]) / 2
        assert abs(single[point] - many[point]) < 6 * sqrt(2 * expected) + 6, point


@given(
    name=st.sampled_from(sorted(TEXTS)), count=st.integers(0, 3 * SMALL), seed=st.integers(0, 99)
)
@settings(max_examples=30, deadline=None)
def test_batches_hold_points_of_the_space_and_repeat(name: str, count: int, seed: int) -> None:
    space = parsed(name)
    drawn = space.sample_many(count, seed)
    assert len(drawn) == count
    assert all(space.contains(genotype) for genotype in drawn)
    assert drawn == space.sample_many(count, seed)


@pytest.mark.parametrize("name", ["nasbench201", "ofa", "digits", "hierarchical"])
def test_shipped_spaces(name: str) -> None:
    space = load(SPACES / f"{name}.nas")
    drawn = space.sample_many(200, 0)
    assert all(space.contains(genotype) for genotype in drawn)


def test_decisions_wider_than_a_machine_word() -> None:
    order = Leaf(Var("order", Domain("permutation", range(21))))
    drawn = sample_many(order, 2 * SMALL, 0)
    assert len(set(drawn)) == 2 * SMALL
    assert max(index for (index,) in drawn) > 2**62


def _uneven() -> Node:
    """A branch with a part that is left out of one side, so that points are not equally likely."""
    pool = Pool()
    small = [pool.leaf(Var(f"v{i}", Domain("one", range(i + 2)))) for i in range(3)]
    inner = pool.branch(
        Var("inner", Domain("one", range(3))), (small[0], None, pool.product(small))
    )
    assert inner is not None
    root = pool.branch(Var("root", Domain("bit")), (small[1], pool.product([inner, small[2]])))
    assert root is not None
    return root


def test_an_urn_holds_every_point_as_often_as_it_is_likely() -> None:
    root = _uneven()
    urns = Urns(root)
    drawn = [tuple(i for i in row if i != urns.fill) for row in urns.urn(root).tolist()]
    assert len(drawn) == urns.size(root)
    assert set(drawn) == set(enumerate_points(root, 0, root.size or 0))
    for point, held in Counter(drawn).items():
        assert held * _odds(root, point) == len(drawn)


def _odds(node: Node, point: tuple[float, ...]) -> int:
    """One in how many draws gives a point."""
    odds = 1
    for met in nodes(node, point):
        odds *= len(met.feasible) if isinstance(met, Branch) else met.arity or 0
    return odds


def test_forgetful_urns_draw_the_same() -> None:
    root = load(SPACES / "darts.nas").root
    forgetful = Urns(root, kept=1)
    for _ in range(2):
        assert sample_many(root, 200, 0, forgetful) == sample_many(root, 200, 0)


def test_more_rows_than_fit_into_one_array(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_CELLS", 1000)
    space = parsed("deep")
    assert len(space.sample_many(700, 0)) == 700
    monkeypatch.setattr(batch, "_WIDEST", 2)
    assert all(space.contains(genotype) for genotype in space.sample_many(50, 0))
