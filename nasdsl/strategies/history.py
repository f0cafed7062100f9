"""What a strategy that fits models remembers of the trials: the recent ones and the best, at most so many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from .base import Trial, Values

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class History:
    """Trials that are done, with finite values, in order of arrival.

    Past `limit`, each newcomer pushes out the worst of those that are not among the limit/2 newest.
    """

    def __init__(self, space: Space, limit: int) -> None:
        self._space, self._limit = space, limit
        self._trials: list[tuple[Values, Genotype]] = []
        self._known: dict[Genotype, int] = {}

    def __len__(self) -> int:
        return len(self._trials)

    def __iter__(self) -> Iterator[tuple[Values, Genotype]]:
        return iter(self._trials)

    def __contains__(self, genotype: Genotype) -> bool:
        return genotype in self._known

    def add(self, trial: Trial) -> None:
        if trial.state == "done" and all(map(isfinite, trial.values)):
            self._append(trial.values, trial.genotype)

    def _append(self, values: Values, genotype: Genotype) -> None:
        self._trials.append((values, genotype))
        self._known[genotype] = self._known.get(genotype, 0) + 1
        if len(self._trials) > self._limit:
            old = self._trials[: len(self._trials) - self._limit // 2]
            _, lost = self._trials.pop(min(range(len(old)), key=lambda i: old[i][0]))
            self._known[lost] -= 1
            if not self._known[lost]:
                del self._known[lost]

    def best(self, count: int) -> list[tuple[Values, Genotype]]:
        """The best different genotypes, the best first, the oldest of equals."""
        found: dict[Genotype, Values] = {}
        for values, genotype in sorted(self._trials, key=lambda t: t[0], reverse=True):
            found.setdefault(genotype, values)
            if len(found) == count:
                break
        return [(values, genotype) for genotype, values in found.items()]

    def dump(self) -> list[Any]:
        return [[list(values), self._space.text(g)] for values, g in self._trials]

    def load(self, state: Sequence[Any]) -> None:
        self._trials, self._known = [], {}
        for values, text in state:
            self._append(tuple(values), self._space.read(text))
