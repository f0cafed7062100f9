"""NSGA-Net: Lu et al., "NSGA-Net: neural architecture search using multi-objective genetic
algorithm", GECCO 2019; the selection is NSGA-II's (Deb et al. 2002).

Parents win binary tournaments by rank, then by crowding distance. Children are made by homogeneous
crossover and a mutation of at most one decision; after `exploration` generations by sampling the
Bayesian network over the phases of the population. Population and offspring together are cut to the
population's size by rank and crowding. Duplicates of members and of siblings are made again.

Where the paper is silent: the network is counted in the population; a child of it that is a
duplicate is made by crossover and mutation, so that the second stage does not end. With one
objective this is a genetic algorithm with truncation.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.configure import Config

from .base import Trial, dump_rng, load_rng
from .fronts import Standing, load, standings, survivors
from .generations import Member, dump_members, load_members
from .recombination import Phases, homogeneous

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class Nsga2Config(Config):
    """The paper's settings."""

    population: int = Field(default=40, ge=1, description="members that survive a generation")
    offspring: int = Field(default=40, ge=1, description="trials done in a generation")
    crossover: float = Field(
        default=0.9, ge=0, le=1, description="chance that a child has two parents, not one"
    )
    mutation: float = Field(
        default=0.02, ge=0, le=1, description="chance of each decision to change; one at most does"
    )
    exploration: int = Field(
        default=20, ge=0, description="generations before the Bayesian network makes the children"
    )


class Nsga2:
    """A failed or infeasible proposal is not a member, and its generation gets another one."""

    Config = Nsga2Config
    TRIES = 20  # to make a child that is no duplicate

    def __init__(self, space: Space, config: Nsga2Config, seed: int) -> None:
        """NAS323 without pymoo."""
        load()
        self._space = space
        self._config = config
        self._rng = random.Random(seed)
        self._members: list[Member] = []  # none in the first generation
        self._newcomers: list[Member] = []
        self._known: set[Genotype] = set()  # members, and proposals of this generation
        self._generation = 0
        self._standings: list[Standing] = []
        self._phases: Phases | None = None

    def ask(self, n: int = 1) -> list[Genotype]:
        return [self._propose() for _ in range(n)]

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state == "done":
                self._newcomers.append((trial.values, trial.genotype))
                config = self._config
                size = config.offspring if self._members else config.population
                if len(self._newcomers) >= size:
                    self._select()

    def _select(self) -> None:
        """The end of a generation."""
        pool = [*self._members, *self._newcomers]
        kept = survivors([values for values, _ in pool], self._config.population)
        self._newcomers = []
        self._generation += 1
        self._settle([pool[i] for i in kept])
        self._known = {genotype for _, genotype in self._members}

    def _settle(self, members: list[Member]) -> None:
        self._members = members
        self._standings = standings([values for values, _ in members])
        exploits = bool(members) and self._generation > self._config.exploration
        self._phases = Phases(self._space, [g for _, g in members]) if exploits else None

    def _propose(self) -> Genotype:
        for attempt in range(self.TRIES):
            child = self._child(attempt)
            if child not in self._known:
                break
        else:
            child = self._space.sample_feasible(self._rng)
        self._known.add(child)
        return child

    def _child(self, attempt: int) -> Genotype:
        if not self._members:
            return self._space.sample_feasible(self._rng)
        if self._phases is not None and attempt < self.TRIES // 2:
            return self._phases.sample(self._rng)
        return self._mutated(self._crossed())

    def _crossed(self) -> Genotype:
        mother = self._tournament()
        if self._rng.random() >= self._config.crossover:
            return mother
        return homogeneous(self._space, mother, self._tournament(), self._rng)

    def _tournament(self) -> Genotype:
        """The better of two random members."""
        count = len(self._members)
        first, second = (int(count * self._rng.random()) for _ in range(2))
        better = first if self._standings[first] <= self._standings[second] else second
        return self._members[better][1]

    def _mutated(self, child: Genotype) -> Genotype:
        """One decision of n changed with the chance that any of n independent flips happens."""
        still = (1 - self._config.mutation) ** len(child.choices)
        if self._space.size == 1 or self._rng.random() < still:
            return child
        return self._space.mutate(child, self._rng)

    def state(self) -> dict[str, Any]:
        return {
            "rng": dump_rng(self._rng),
            "generation": self._generation,
            "members": dump_members(self._space, self._members),
            "newcomers": dump_members(self._space, self._newcomers),
            "known": sorted(map(self._space.text, self._known)),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        read = self._space.read
        load_rng(self._rng, state["rng"])
        self._generation = state["generation"]
        self._newcomers = load_members(self._space, state["newcomers"])
        self._settle(load_members(self._space, state["members"]))
        self._known = {read(text) for text in state["known"]}
