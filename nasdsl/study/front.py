"""The Pareto front of a search with several objectives, as it is shown and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from nasdsl.extras import installed
from nasdsl.strategies import Trial, Values
from nasdsl.strategies.fronts import hypervolume

if TYPE_CHECKING:
    from .objectives import AnyObjective
    from .run import Search

T = TypeVar("T")
MOST = 6
"""Objectives up to which hypervolumes are computed: their time grows exponentially with it."""


@dataclass(frozen=True, slots=True)
class Front:
    """members: the best by the first objective first. reference: where the hypervolume is measured
    from, signed: an objective's own `reference`, else its worst value among the trials that are
    done. hypervolume: None if pymoo is not installed, or for more than MOST objectives."""

    members: tuple[Trial, ...]
    reference: Values
    hypervolume: float | None


def front_of(search: Search) -> Front | None:
    """The front; None for a search of one objective, or before its first trial is done."""
    progress = search.progress
    return make_front(search.config.objectives, progress.front, progress.worst)


def make_front(
    objectives: Sequence[AnyObjective], front: Sequence[Trial], worst: Values
) -> Front | None:
    """The same of what a Progress holds."""
    if not front:
        return None
    members = tuple(sorted(front, key=lambda t: t.values, reverse=True))
    reference = tuple(
        least if o.reference is None else o.unsigned(o.reference)
        for o, least in zip(objectives, worst, strict=True)
    )
    values = [trial.values for trial in members]
    measured = installed("pymoo") and len(objectives) <= MOST
    volume = hypervolume(values, reference) if measured else None
    return Front(members, reference, volume)


def spread(items: Sequence[T], count: int) -> list[T]:
    """At most `count` of the items, evenly spaced, the first and the last among them."""
    if len(items) <= count:
        return list(items)
    if count == 1:
        return [items[0]]
    return [items[round(i * (len(items) - 1) / (count - 1))] for i in range(count)]
