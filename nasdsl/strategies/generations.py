"""Generations for strategies that breed them: what is asked, what is told, and when one ends.

A generation ends when as many trials are done as it has members, in whatever order they come; they
are the parents of the next. Failed and infeasible ones do not count: more children are bred of the
same parents, as they are for whoever asks while all of a generation is out. What is told late
belongs to the generation that is then open. Fitness is the first objective.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from .base import Trial, Values

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Member: TypeAlias = tuple["Values", "Genotype"]
Breed: TypeAlias = Callable[[Sequence[Member]], list["Genotype"]]


class Generations:
    """`breed` makes a brood of the last generation's members; of none, the first generation."""

    def __init__(self, space: Space, size: int, breed: Breed, most: int = 0) -> None:
        """most: generations after the first; 0 for no end."""
        self._space, self._size, self._breed, self._most = space, size, breed, most
        self.number = 0  # of generations that ended
        self.parents: list[Member] = []
        self._told: list[Member] = []
        self._brood: list[Genotype] = []

    def ask(self, n: int) -> list[Genotype]:
        """What is left of the brood, at most n; [] after the last generation."""
        if self._most and self.number > self._most:
            return []
        if not self._brood:
            self._brood = self._breed(self.parents)
        asked, self._brood = self._brood[:n], self._brood[n:]
        return asked

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state == "done":
                self._told.append((trial.values, trial.genotype))
            if len(self._told) == self._size:
                self.parents, self._told, self._brood = self._told, [], []
                self.number += 1

    def state(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "parents": dump_members(self._space, self.parents),
            "told": dump_members(self._space, self._told),
            "brood": [self._space.text(g) for g in self._brood],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.number = state["number"]
        self.parents = load_members(self._space, state["parents"])
        self._told = load_members(self._space, state["told"])
        self._brood = [self._space.read(text) for text in state["brood"]]


def roulette(fitness: Sequence[float], count: int, rng: Random) -> list[int]:
    """Places drawn in proportion to the distance from the worst, which is never drawn; uniformly
    if all are alike."""
    worst = min(fitness)
    weights = [f - worst for f in fitness]
    places = range(len(fitness))
    return rng.choices(places, weights if sum(weights) > 0 else None, k=count)


def dump_members(space: Space, members: Sequence[Member]) -> list[Any]:
    """Members as JSON."""
    return [[list(values), space.text(genotype)] for values, genotype in members]


def load_members(space: Space, state: Sequence[Any]) -> list[Member]:
    """The inverse of dump_members."""
    return [(tuple(values), space.read(text)) for values, text in state]
