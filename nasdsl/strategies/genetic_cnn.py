"""Genetic CNN: Xie, Yuille, "Genetic CNN", ICCV 2017, algorithm 1.

A generation is drawn from the one before by roulette: with probability in proportion to the distance
from the worst. Neighbours in it are crossed with probability p_C: each stage is exchanged with
probability q_C. Those that were not are mutated with probability p_M: each bit flips with q_M. The
fitness of a genotype that is met again is the mean of all its evaluations.

On any space, a stage is a part of the network (an item of the list among which most decisions divide), and a
decision of more than two options that flips is drawn anew. Means are kept for the genotypes of two
generations. Of the four probabilities the paper gives the symbols; the values are those of its
experiments as they are commonly quoted.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.configure import Config
from nasdsl.variation.crossovers import exchanged
from nasdsl.variation.mutations import flipped
from nasdsl.variation.paths import parts

from .base import Trial, dump_rng, load_rng
from .generations import Generations, Member, roulette

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class GeneticCNNConfig(Config):
    """The paper's N, T, p_M, q_M, p_C and q_C."""

    population: int = Field(default=20, ge=1, description="members of a generation (N)")
    generations: int = Field(default=50, ge=0, description="after the first (T); 0 for no end")
    mutation: float = Field(default=0.8, ge=0, le=1, description="share of mutated members (p_M)")
    flip: float = Field(default=0.05, ge=0, le=1, description="share of flipped decisions (q_M)")
    crossover: float = Field(default=0.2, ge=0, le=1, description="share of crossed pairs (p_C)")
    exchange: float = Field(default=0.2, ge=0, le=1, description="share of swapped parts (q_C)")


class GeneticCNN:
    """Ends after `generations`."""

    Config = GeneticCNNConfig

    def __init__(self, space: Space, config: GeneticCNNConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._generations = Generations(space, config.population, self._breed, config.generations)
        self._means: dict[Genotype, tuple[int, float]] = {}  # evaluations and their mean

    def ask(self, n: int = 1) -> list[Genotype]:
        return self._generations.ask(n)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state == "done":
                count, mean = self._means.get(trial.genotype, (0, 0.0))
                count += 1
                self._means[trial.genotype] = count, mean + (trial.values[0] - mean) / count
            ended = self._generations.number
            self._generations.tell([trial])
            if self._generations.number > ended:
                members = dict.fromkeys(genotype for _, genotype in self._generations.parents)
                self._means = {genotype: self._means[genotype] for genotype in members}

    def _breed(self, parents: Sequence[Member]) -> list[Genotype]:
        space, rng, config = self._space, self._rng, self._config
        if not parents:
            return [space.sample_feasible(rng) for _ in range(config.population)]
        fitness = [self._means[genotype][1] for _, genotype in parents]
        chosen = [parents[i][1] for i in roulette(fitness, config.population, rng)]
        brood: list[Genotype] = []
        for pair in zip(chosen[::2], chosen[1::2], strict=False):
            if rng.random() < config.crossover:
                brood += exchanged(space, *pair, config.exchange, parts, rng)
            else:
                brood += map(self._mutated, pair)
        brood += map(self._mutated, chosen[len(brood) :])  # without a neighbour
        return brood

    def _mutated(self, genotype: Genotype) -> Genotype:
        if self._rng.random() >= self._config.mutation:
            return genotype
        return flipped(self._space, genotype, self._rng, self._config.flip)

    def state(self) -> dict[str, Any]:
        means = [[self._space.text(g), count, mean] for g, (count, mean) in self._means.items()]
        return {
            "rng": dump_rng(self._rng),
            "means": means,
            "generations": self._generations.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._means = {self._space.read(g): (count, mean) for g, count, mean in state["means"]}
        self._generations.restore(state["generations"])
