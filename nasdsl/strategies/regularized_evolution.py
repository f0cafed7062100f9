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
from nasdsl.variation import crossover, mutation
from nasdsl.variation.options import Crossovers, Mutations

from .base import Seen, Trial, Values, dump_rng, load_rng, several

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class RegularizedEvolutionConfig(Config):
    """`population` and `sample` are the paper's P and S.

    `mutations` and `crossovers` are names of nasdsl.variation with weights, as in
    `mutations = [resample, nudge(2)]`; by default one decision is drawn anew, and nothing is crossed.
    """

    population: int = Field(default=100, ge=1, description="members; the oldest leaves")
    sample: int = Field(default=25, ge=1, description="members that compete to be the parent")
    avoid_duplicates: bool = Field(default=False, description="propose no genotype twice")
    mutations: Mutations | None = Field(default=None, description="operators, with weights")
    crossovers: Crossovers | None = Field(default=None, description="operators, with weights")
    crossover_rate: float = Field(
        default=0.5, ge=0, le=1, description="children of two parents, where crossovers are given"
    )


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
        self._vary = None if config.mutations is None else mutation(config.mutations)
        self._cross = None if config.crossovers is None else crossover(config.crossovers)
        self._crossover_rate = config.crossover_rate
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
            child = self._mutate(self._parent() if self._cross is None else self._crossed())
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
        if self._singleton:
            return parent
        if self._vary is None:
            return self._space.mutate(parent, self._rng)
        child = self._vary(self._space, parent, self._rng)
        return self._space.mutate(parent, self._rng) if child is None else child

    def _crossed(self) -> Genotype:
        """What is mutated: a parent, or a child of two."""
        parent = self._parent()
        if self._cross is None or self._rng.random() >= self._crossover_rate:
            return parent
        return self._cross(self._space, parent, self._parent(), self._rng) or parent

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
