"""Large-scale evolution: Real, Moore, Selle, Saxena, Suematsu, Tan, Le, Kurakin, "Large-scale
evolution of image classifiers", ICML 2017, section 3.

Two members drawn at random are compared: the worse dies at once, the better is the parent of a
mutated child, which joins when it has been evaluated. Nothing is synchronised, so the members that
live and the children that are out are as many as the population together.

The paper's mutations of the graph are the typed ones of nasdsl.variation, each equally likely; its
mutations of training (learning rate, weights kept or reset) belong to an evaluator. The paper's
population starts as copies of a network without layers, `start = least`. Here random members are the
default: few spaces have such a network, and its copies would spend the first thousand trials.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from nasdsl.configure import Config
from nasdsl.variation import mutation
from nasdsl.variation.mutations import least
from nasdsl.variation.options import Mutations

from .base import Trial, dump_rng, load_rng, several
from .generations import Member, dump_members, load_members

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

ALL = ("resample", "nudge", "swap", "add", "remove", "replace")


class LargeScaleEvolutionConfig(Config):
    """The paper's settings, but for `start`."""

    population: int = Field(default=1000, ge=2, description="members that live or are out")
    start: Literal["random", "least"] = Field(
        default="random",
        description="first members: random ones, or such that nothing can be removed from them",
    )
    mutations: Mutations = Field(
        default=dict.fromkeys(ALL, 1.0), description="operators, with weights"
    )


class LargeScaleEvolution:
    """A child that fails leaves a gap: the next pair has a child and loses nobody."""

    Config = LargeScaleEvolutionConfig

    def __init__(self, space: Space, config: LargeScaleEvolutionConfig, seed: int) -> None:
        self._space = space
        self._capacity = config.population
        self._start = config.start
        self._vary = mutation(config.mutations)
        self._rng = random.Random(seed)
        self._living: list[Member] = []
        self._first = 0  # random members asked for
        self._out = 0

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            self._out = max(0, self._out - 1)
            if trial.state == "done":
                self._living.append((trial.values, trial.genotype))
                if len(self._living) > self._capacity:  # told more than was asked
                    self._fight()

    def _propose(self) -> Genotype:
        self._out += 1
        if self._first < self._capacity or len(self._living) < 2:
            self._first += 1
            return self._beginner()
        full = len(self._living) + self._out > self._capacity
        _, parent = self._fight() if full else self._living[self._pair()[1]]
        child = self._vary(self._space, parent, self._rng)
        return parent if child is None else child

    def _beginner(self) -> Genotype:
        genotype = self._space.sample_feasible(self._rng)
        if self._start == "random":
            return genotype
        smaller = least(self._space, genotype, self._rng)
        return smaller if self._space.feasible(smaller) else genotype

    def _pair(self) -> tuple[int, int]:
        """Two places, the one of the worse member first."""
        one, two = self._rng.sample(range(len(self._living)), 2)
        return (one, two) if self._living[one][0] < self._living[two][0] else (two, one)

    def _fight(self) -> Member:
        """The better of two; the worse is dead."""
        worse, better = self._pair()
        winner = self._living[better]
        self._living[worse] = self._living[-1]
        self._living.pop()
        return winner

    def state(self) -> dict[str, Any]:
        return {
            "rng": dump_rng(self._rng),
            "living": dump_members(self._space, self._living),
            "first": self._first,
            "out": self._out,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._living = load_members(self._space, state["living"])
        self._first, self._out = state["first"], state["out"]
