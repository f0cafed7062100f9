"""Hierarchical evolution (C44): identity first, many mutations, a twentieth competes, nobody dies."""

from __future__ import annotations

from collections import Counter
from random import Random
from statistics import mean
from typing import Any

import pytest

from nasdsl import load
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.hierarchical_evolution import (
    HierarchicalEvolutionConfig,
    best_of,
    trivial,
)
from tests.flat_space import FlatSpace

from .cells import ROOT, needs_table, search, space


def make(population: int, **options: Any) -> Any:
    config = {"population": population, "diversify": 3} | options
    flat: Any = FlatSpace((7,) * 6)
    return make_strategy("hierarchical_evolution", flat, config, 0)


def step(strategy: Any, count: int = 1) -> list[Any]:
    asked: list[Any] = strategy.ask(count)
    strategy.tell([Trial(0, g, "done", (float(sum(g.choices)),)) for g in asked])
    return asked


def test_the_papers_settings() -> None:
    config = HierarchicalEvolutionConfig()
    assert (config.population, config.diversify, config.sample) == (200, 1000, 0.05)


def test_after_t_steps_there_are_n_plus_t() -> None:
    strategy = make(20)
    for t in range(100):
        step(strategy)
        assert len(strategy._members) == t + 1
    assert strategy._values == sorted(strategy._values)
    assert mean(v[0] for v in strategy._values[-20:]) > 30


@pytest.mark.parametrize(("count", "size"), [(5, 1), (7, 3), (4, 4), (40, 2)])
def test_the_tournament_is_a_random_subset(count: int, size: int) -> None:
    rng, other = Random(0), Random(1)
    got = Counter(best_of(count, size, rng) for _ in range(20_000))
    want = Counter(max(other.sample(range(count), size)) for _ in range(20_000))
    for place in range(count):
        assert abs(got[place] - want[place]) < 400
    assert min(got) >= size - 1


def test_the_best_of_many_is_drawn_quickly_and_exactly() -> None:
    rng = Random(0)
    found = [best_of(10_000, 500, rng) for _ in range(4000)]
    assert max(found) < 10_000
    assert abs(mean(found) - (10_001 * 500 / 501 - 1)) < 2  # the mean of the maximum of a subset


def test_a_twentieth_competes() -> None:
    strategy = make(100)
    step(strategy, 100)
    place = Counter(strategy._winner() >= 80 for _ in range(4000))
    assert abs(place[True] / 4000 - (1 - 0.8**5)) < 0.04  # 5 of 100


def test_first_members_are_the_trivial_one_after_many_mutations() -> None:
    cells = space()
    strategy = make_strategy("hierarchical_evolution", cells, {"diversify": 0}, 0)
    assert {g.choices for g in strategy.ask(5)} == {(1,) * 6}  # skip_connect
    strategy = make_strategy("hierarchical_evolution", cells, {"diversify": 200}, 0)
    seen = Counter(i for g in strategy.ask(100) for i in g.choices)
    assert set(seen) == set(range(5)) and max(seen.values()) < 200


def test_trivial_takes_the_identity_wherever_it_is_an_option() -> None:
    darts: Any = load(ROOT / "spaces" / "darts.nas")
    found = trivial(darts, darts.sample(Random(0)), Random(0))
    edges = [d for d in darts.decisions(found) if d.path.endswith("edge")]
    assert len(edges) == 16 and {d.domain.show(d.index) for d in edges} == {"skip_connect"}


def test_an_edge_is_added_removed_or_replaced() -> None:
    """A mutation of the hierarchical space changes one edge of one motif, `none` included."""
    hier: Any = load(ROOT / "spaces" / "hierarchical.nas")
    strategy: Any = make_strategy("hierarchical_evolution", hier, {}, 0)
    rng = Random(0)
    parent = hier.sample(rng)
    kinds = Counter[str]()
    for _ in range(500):
        child = strategy._vary(hier, parent, rng)
        ((old, new),) = [p for p in zip(parent.choices, child.choices, strict=True) if p[0] != p[1]]
        kinds["added" if not old else "replaced" if new else "removed"] += 1
    assert set(kinds) == {"added", "removed", "replaced"}


@needs_table
def test_it_beats_random_search_on_the_table() -> None:
    config = {"population": 50, "diversify": 20}
    ours = [max(search("hierarchical_evolution", config, seed, 300))[0] for seed in range(20)]
    random = [max(search("random", {}, seed, 300))[0] for seed in range(20)]
    assert mean(ours) > mean(random) + 0.1
