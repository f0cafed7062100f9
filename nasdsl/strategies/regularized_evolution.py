"""Aging evolution: Real, Aggarwal, Huang, Le, "Regularized evolution for image classifier
architecture search", AAAI 2019, algorithm 1.

A random population; then each proposal is a mutation of the best of `sample` members drawn with
replacement; each newcomer pushes out the oldest.

The tournament is not played out. The population is kept sorted, and the rank of the best of S
independent draws from P members is distributed as floor(P · u^(1/S)) for a uniform u; ties are then
broken uniformly, as the draws would. One random number replaces S of them.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.configure import Config

from .base import Seen, Trial, Values, dump_rng, load_rng, several

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class RegularizedEvolutionConfig(Config):
    """`population` and `sample` are the paper's P and S."""

    population: int = Field(default=100, ge=1, description="members; the oldest is pushed out")
    sample: int = Field(
        default=25, ge=1, description="members drawn for a tournament, the best is mutated"
    )
    avoid_duplicates: bool = Field(default=False, description="propose nothing twice")


class RegularizedEvolution:
    """Members are trials that are done; a failed or infeasible proposal leaves no trace."""

    Config = RegularizedEvolutionConfig

    def __init__(self, space: Space, config: RegularizedEvolutionConfig, seed: int) -> None:
        self._space = space
        self._capacity = config.population
        self._exponent = 1.0 / config.sample
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)
        self._singleton = space.size == 1
        self._asked = 0  # initial proposals that are out or in the population
        self._ages: deque[tuple[Values, Genotype]] = deque()
        self._values: list[Values] = []  # ascending, in step with _members
        self._members: list[Genotype] = []

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state == "done":
                self._admit(trial.values, trial.genotype)
            elif len(self._members) < self._capacity:
                self._asked -= 1  # the initial population gets another random member

    def _propose(self) -> Genotype | None:
        if self._asked < self._capacity or not self._members:
            self._asked += 1
            return self._seen.sample(self._rng)
        for _ in range(Seen.TRIES):
            child = self._mutate(self._parent())
            if self._seen.add(child):
                return child
        return self._seen.sample(self._rng)

    def _parent(self) -> Genotype:
        values = self._values
        rank = int(len(values) * self._rng.random() ** self._exponent)
        value = values[rank]
        first, last = bisect_left(values, value), bisect_right(values, value)
        if last - first > 1:
            rank = first + int((last - first) * self._rng.random())
        return self._members[rank]

    def _mutate(self, parent: Genotype) -> Genotype:
        return parent if self._singleton else self._space.mutate(parent, self._rng)

    def _admit(self, values: Values, genotype: Genotype) -> None:
        place = bisect_right(self._values, values)
        self._values.insert(place, values)
        self._members.insert(place, genotype)
        self._ages.append((values, genotype))
        if len(self._ages) > self._capacity:
            self._remove(*self._ages.popleft())

    def _remove(self, values: Values, genotype: Genotype) -> None:
        """Equal values stand in order of age, so the oldest is the first of its kind."""
        place = bisect_left(self._values, values)
        del self._values[place], self._members[place]

    def state(self) -> dict[str, Any]:
        return {
            "rng": dump_rng(self._rng),
            "asked": self._asked,
            "population": [[list(v), self._space.text(g)] for v, g in self._ages],
            "seen": self._seen.dump(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._asked = state["asked"]
        self._ages.clear()
        self._values.clear()
        self._members.clear()
        for values, text in state["population"]:
            self._admit(tuple(values), self._space.read(text))
        self._seen.load(state["seen"])
