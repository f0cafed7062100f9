"""Fronts against brute force, in any order of the points."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasdsl import NasError, extras
from nasdsl.strategies import Trial, Values
from nasdsl.strategies.fronts import (
    crowding,
    dominates,
    fronts,
    hypervolume,
    load,
    pareto_front,
    standings,
    survivors,
)

load()  # an import within an example would break its deadline
numbers = st.integers(-4, 4).map(float)


def points(objectives: int, most: int = 25) -> st.SearchStrategy[list[Values]]:
    return st.lists(st.tuples(*[numbers] * objectives), max_size=most)


several = st.integers(1, 4).flatmap(points)


def trials(values: list[Values]) -> list[Trial]:
    genotype: Any = None
    return [Trial(i, genotype, "done", v) for i, v in enumerate(values)]


def peeled(values: list[Values]) -> list[list[int]]:
    """Non-dominated sorting by its definition."""
    left, found = list(range(len(values))), []
    while left:
        front = [i for i in left if not any(dominates(values[j], values[i]) for j in left)]
        found.append(front)
        left = [i for i in left if i not in front]
    return found


@given(several)
def test_the_front_is_what_nothing_dominates(values: list[Values]) -> None:
    front = {t.values for t in pareto_front(trials(values))}
    assert len(front) == len(pareto_front(trials(values)))
    for value in values:
        assert any(dominates(v, value) for v in values) == (value not in front)


@given(several)
def test_sorting_equals_brute_force(values: list[Values]) -> None:
    assert fronts(values) == peeled(values)


@given(several, st.randoms(use_true_random=False))
def test_the_order_of_the_points_is_of_no_account(values: list[Values], rng: Any) -> None:
    order = list(range(len(values)))
    rng.shuffle(order)
    shuffled = [values[i] for i in order]
    assert [{order[i] for i in f} for f in fronts(shuffled)] == [set(f) for f in fronts(values)]
    reference = (-5.0,) * (len(values[0]) if values else 1)
    assert math.isclose(hypervolume(shuffled, reference), hypervolume(values, reference))
    assert {t.values for t in pareto_front(trials(shuffled))} == {
        t.values for t in pareto_front(trials(values))
    }


@given(points(2, 9), st.tuples(numbers, numbers))
def test_hypervolume_equals_inclusion_and_exclusion(
    values: list[Values], reference: Values
) -> None:
    def box(corners: tuple[Values, ...]) -> float:
        sides = [min(c) - r for c, r in zip(zip(*corners, strict=True), reference, strict=True)]
        return math.prod(max(0.0, side) for side in sides)

    total = sum(
        (-1) ** (size + 1) * box(chosen)
        for size in range(1, len(values) + 1)
        for chosen in combinations(values, size)
    )
    assert math.isclose(hypervolume(values, reference), total, abs_tol=1e-9)


@given(points(3, 12), st.tuples(numbers, numbers, numbers))
def test_hypervolume_counts_the_cells_below(values: list[Values], reference: Values) -> None:
    """On whole numbers it is the number of unit cells that some point covers."""
    cells = {
        (x, y, z)
        for a, b, c in values
        for x in range(int(reference[0]), int(a))
        for y in range(int(reference[1]), int(b))
        for z in range(int(reference[2]), int(c))
    }
    assert math.isclose(hypervolume(values, reference), len(cells), abs_tol=1e-9)


def test_one_objective_is_a_length() -> None:
    assert hypervolume([(3.0,), (5.0,)], (1.0,)) == 4.0
    assert fronts([(1.0,), (3.0,), (3.0,)]) == [[1, 2], [0]]


def test_crowding_by_hand() -> None:
    """Deb et al. 2002: normalised sides of the box of the neighbours; pymoo takes their mean."""
    found = crowding([(0.0, 10.0), (1.0, 6.0), (4.0, 0.0), (2.0, 5.0)])
    assert found[0] == found[2] == math.inf
    assert math.isclose(found[1], (2 / 4 + 5 / 10) / 2)
    assert math.isclose(found[3], (3 / 4 + 6 / 10) / 2)


@given(several, st.integers(0, 30))
def test_survivors_are_of_the_first_fronts(values: list[Values], count: int) -> None:
    kept, rank = survivors(values, count), [s.rank for s in standings(values)]
    assert len(kept) == min(count, len(values)) and kept == sorted(set(kept))
    worst = max((rank[i] for i in kept), default=-1)
    assert all(i in kept for i in range(len(values)) if rank[i] < worst)


def test_survivors_of_a_cut_front_are_the_lonely_ones() -> None:
    values = [(0.0, 10.0), (1.0, 9.0), (1.1, 8.9), (1.2, 8.8), (5.0, 5.0), (10.0, 0.0)]
    assert survivors(values, 4) == [0, 3, 4, 5]


def test_without_pymoo_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    from nasdsl.strategies import fronts as module

    module._pymoo.cache_clear()
    monkeypatch.setattr(extras, "import_module", missing)
    for call in (load, lambda: hypervolume([(1.0, 1.0)], (0.0, 0.0))):
        with pytest.raises(NasError, match="NAS323") as caught:
            call()
        assert "nasdsl[multi]" in caught.value.diagnostics[0].help
    assert pareto_front(trials([(1.0, 2.0)]))
