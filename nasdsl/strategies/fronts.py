"""Pareto fronts of signed values: larger is better in every objective.

The front itself needs nothing else. Sorting into fronts, crowding and hypervolumes are pymoo's, which
minimises; it is imported at the first use (`nasdsl[multi]`, else NAS323).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from nasdsl.extras import need

from .base import Trial, Values

EXTRA = "multi"


def dominates(a: Values, b: Values) -> bool:
    """Whether a is at least as good as b in every objective and better in one."""
    return a != b and all(x >= y for x, y in zip(a, b, strict=True))


def pareto_front(trials: Iterable[Trial]) -> list[Trial]:
    """The done trials that no other dominates; of equal ones the first. In order of number."""
    front: list[Trial] = []
    for trial in trials:
        if trial.state == "done":
            extend_front(front, trial)
    return sorted(front, key=lambda t: t.number)


def extend_front(front: list[Trial], trial: Trial) -> bool:
    """Whether a done trial is on the front: it is added, and what it dominates is dropped."""
    if any(t.values == trial.values or dominates(t.values, trial.values) for t in front):
        return False
    front[:] = [t for t in front if not dominates(trial.values, t.values)]
    front.append(trial)
    return True


def load() -> None:
    """Import pymoo now, so that it is missing (NAS323) before anything has begun."""
    _pymoo()


class Pymoo(NamedTuple):
    """What is used of pymoo."""

    sort: Any
    crowding: Any
    hypervolume: Any


@cache
def _pymoo() -> Pymoo:
    sorting = need("pymoo.util.nds.non_dominated_sorting", EXTRA)
    metrics = need("pymoo.operators.survival.rank_and_crowding.metrics", EXTRA)
    volumes = need("pymoo.indicators.hv", EXTRA)
    return Pymoo(
        sorting.NonDominatedSorting().do, metrics.get_crowding_function("cd").do, volumes.HV
    )


def _minimised(values: Sequence[Values]) -> Any:
    import numpy as np

    return -np.asarray(values, dtype=float)


def fronts(values: Sequence[Values]) -> list[list[int]]:
    """Indices by non-dominated sorting: those that nothing dominates, those that only they do, …

    Each front is in order of index, so the fronts of a permutation are the same sets.
    """
    if not values:
        return []
    return [sorted(map(int, front)) for front in _pymoo().sort(_minimised(values))]


def crowding(values: Sequence[Values]) -> list[float]:
    """The crowding distances within one front (Deb et al. 2002): infinite at its ends."""
    return list(map(float, _pymoo().crowding(_minimised(values)))) if values else []


class Standing(NamedTuple):
    """Compares as NSGA-II compares: the smaller is the better."""

    rank: int
    sparseness: float  # the crowding distance, negative


def standings(values: Sequence[Values]) -> list[Standing]:
    """Rank and crowding distance of each."""
    found: dict[int, Standing] = {}
    for rank, front in enumerate(fronts(values)):
        distances = crowding([values[i] for i in front])
        found |= {i: Standing(rank, -d) for i, d in zip(front, distances, strict=True)}
    return [found[i] for i in range(len(values))]


def survivors(values: Sequence[Values], count: int) -> list[int]:
    """The `count` best by rank, then by crowding distance, then by index; in order of index."""
    by = standings(values)
    return sorted(sorted(range(len(values)), key=lambda i: (by[i], i))[:count])


def hypervolume(values: Sequence[Values], reference: Values) -> float:
    """The volume dominated by the values and not by the reference; 0 if none is above it."""
    above = [v for v in values if all(x > r for x, r in zip(v, reference, strict=True))]
    if not above:
        return 0.0
    (corner,) = _minimised([reference])
    return float(_pymoo().hypervolume(ref_point=corner)(_minimised(above)))
