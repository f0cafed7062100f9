"""The genetic algorithm of Miller, Todd, Hegde, "Designing neural networks using genetic
algorithms", ICGA 1989, over connection constraints.

A network of N units is a matrix of N x (N + 1) constraints: which units (and the bias) may feed each
unit. Parents are drawn by roulette; crossover exchanges one row, all that feeds one unit, between two
of them; mutation flips each entry with a small probability. Generations replace each other.

On any space a row is the decisions whose paths differ in their last number only, such as the bits of
`some of` or the edges into a node. Fitness counts from the worst of the generation. The paper's rates
are those of the genetic algorithms of its time, quoted from memory.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.configure import Config
from nasdsl.variation.crossovers import swapped
from nasdsl.variation.mutations import flipped
from nasdsl.variation.paths import rows

from .base import Trial, dump_rng, load_rng
from .generations import Generations, Member, roulette

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class MillerConfig(Config):
    """Sizes and rates of the genetic algorithm."""

    population: int = Field(default=50, ge=1, description="members of a generation")
    crossover: float = Field(default=0.6, ge=0, le=1, description="share of crossed pairs (p_c)")
    mutation: float = Field(
        default=0.005, ge=0, le=1, description="share of decisions that flip (p_m)"
    )


class Miller:
    """A generation is bred at once and asked for piece by piece."""

    Config = MillerConfig

    def __init__(self, space: Space, config: MillerConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._generations = Generations(space, config.population, self._breed)

    def ask(self, n: int = 1) -> list[Genotype]:
        return self._generations.ask(n)

    def tell(self, trials: Sequence[Trial]) -> None:
        self._generations.tell(trials)

    def _breed(self, parents: Sequence[Member]) -> list[Genotype]:
        space, rng, count = self._space, self._rng, self._config.population
        if not parents:
            return [space.sample_feasible(rng) for _ in range(count)]
        fitness = [values[0] for values, _ in parents]
        brood: list[Genotype] = []
        while len(brood) < count:
            pair = [parents[i][1] for i in roulette(fitness, 2, rng)]
            brood += self._crossed(*pair) if rng.random() < self._config.crossover else pair
        return [flipped(space, g, rng, self._config.mutation) for g in brood[:count]]

    def _crossed(self, first: Genotype, second: Genotype) -> tuple[Genotype, Genotype]:
        """Both with one row exchanged."""
        space = self._space
        paths = [step.path for step in (*space.steps(first), *space.steps(second))]
        names = list(dict.fromkeys(rows(paths).values()))
        if not names:
            return first, second
        row = names[int(self._rng.random() * len(names))]
        return swapped(space, first, second, rows, [row], self._rng)

    def state(self) -> dict[str, Any]:
        return {"rng": dump_rng(self._rng), "generations": self._generations.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._generations.restore(state["generations"])
