"""Hierarchical evolution: Liu, Simonyan, Vinyals, Fernando, Kavukcuoglu, "Hierarchical
representations for efficient architecture search", ICLR 2018, section 3.

Each first member is the trivial genotype, all of whose operations are the identity, after many
random mutations. Then the best of a random twentieth of the population is mutated, and its child
joins; nobody is removed, so after t steps there are N + t members (the state grows with them).

A mutation picks a level, a motif of it, a node and an edge into it, each uniformly, and gives the edge
another operation, `none` too: `level` of nasdsl.variation. An operation is the identity here if its
label says so; decisions without such an option start at random, which so many mutations undo anyway.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.configure import Config
from nasdsl.variation import mutation
from nasdsl.variation.options import Mutations

from .base import Trial, Values, dump_rng, load_rng, several
from .generations import dump_members, load_members

if TYPE_CHECKING:
    from nasdsl.domains import Domain
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

IDENTITY = ("identity", "skip_connect", "skip_con", "skip", "id")


class HierarchicalEvolutionConfig(Config):
    """The paper's settings."""

    population: int = Field(default=200, ge=1, description="first members")
    diversify: int = Field(
        default=1000, ge=0, description="mutations of the trivial genotype for a first member"
    )
    sample: float = Field(
        default=0.05, gt=0, le=1, description="share of the population that competes"
    )
    mutations: Mutations = Field(default={"level": 1.0}, description="operators, with weights")


class HierarchicalEvolution:
    """Members are trials that are done, sorted by value."""

    Config = HierarchicalEvolutionConfig

    def __init__(self, space: Space, config: HierarchicalEvolutionConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._vary = mutation(config.mutations)
        self._rng = random.Random(seed)
        self._asked = 0  # first members that are out or in the population
        self._values: list[Values] = []  # ascending, in step with _members
        self._members: list[Genotype] = []

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state == "done":
                self._admit(trial.values, trial.genotype)
            elif len(self._members) < self._config.population:
                self._asked -= 1

    def _admit(self, values: Values, genotype: Genotype) -> None:
        place = bisect_right(self._values, values)
        self._values.insert(place, values)
        self._members.insert(place, genotype)

    def _propose(self) -> Genotype:
        if self._asked < self._config.population or not self._members:
            self._asked += 1
            return self._first()
        parent = self._members[self._winner()]
        return self._vary(self._space, parent, self._rng) or parent

    def _first(self) -> Genotype:
        found = trivial(self._space, self._space.sample_feasible(self._rng), self._rng)
        for _ in range(self._config.diversify):
            found = self._vary(self._space, found, self._rng) or found
        if self._space.feasible(found):
            return found
        return self._space.sample_feasible(self._rng)

    def _winner(self) -> int:
        """The place of the best of the sample; of equals, any."""
        count = len(self._members)
        size = max(1, math.ceil(self._config.sample * count))
        value = self._values[best_of(count, size, self._rng)]
        first, last = bisect_left(self._values, value), bisect_right(self._values, value)
        return first + int((last - first) * self._rng.random())

    def state(self) -> dict[str, Any]:
        members = list(zip(self._values, self._members, strict=True))
        return {
            "rng": dump_rng(self._rng),
            "asked": self._asked,
            "members": dump_members(self._space, members),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._asked = state["asked"]
        members = load_members(self._space, state["members"])
        self._values = [values for values, _ in members]
        self._members = [genotype for _, genotype in members]


def trivial(space: Space, genotype: Genotype, rng: random.Random) -> Genotype:
    """The genotype with the identity wherever that is an option."""
    while True:
        found = space.decisions(genotype)
        wanted = {d.path: i for d in found if (i := _identity(d.domain)) is not None}
        kept = {d.path: d.index for d in found}
        new = space.genotype({**kept, **wanted}, rng)
        if new == genotype or [d.path for d in space.decisions(new)] == [*kept]:
            return new
        genotype = new  # decisions that this brought to life


def _identity(domain: Domain) -> int | None:
    if domain.kind != "one" or isinstance(domain.labels, range):
        return None
    return next((domain.labels.index(name) for name in IDENTITY if name in domain.labels), None)


def best_of(count: int, size: int, rng: random.Random) -> int:
    """The largest of `size` different numbers drawn from 0..count-1, by one random number.

    All are below r with probability C(r, size) / C(count, size), which is inverted by bisection.
    """
    goal = math.log(1.0 - rng.random()) + _log_choose(count, size)
    low, high = size, count  # the least r whose probability reaches the goal
    while low < high:
        middle = (low + high) // 2
        if _log_choose(middle, size) < goal:
            low = middle + 1
        else:
            high = middle
    return low - 1


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
