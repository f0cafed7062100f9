"""SPOS: Guo, Zhang, Mu, Heng, Liu, Wei, Sun, "Single path one-shot NAS with uniform sampling", ECCV 2020.

Every step trains one path, drawn uniformly. Then evolution scores genotypes by inherited weights,
their norms with statistics of their own: a population of 50 over 20 generations, each of half
mutants (every decision drawn anew with probability 0.1) and half crossings of the 10 best so far
(Algorithm 1), within the cost limits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

from pydantic import Field

from .derive import best_of
from .sampled import Sampled, SampledConfig
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine

TRIES = 100


class SposConfig(SampledConfig):
    population: int = Field(default=50, ge=2, description="architectures of a generation")
    generations: int = Field(default=20, ge=0, description="after the first, which is random")
    parents: int = Field(default=10, ge=1, description="the best so far, from which others come")
    mutation: float = Field(
        default=0.1, gt=0, le=1, description="of each decision of a mutant to be drawn anew"
    )


class SposMethod(Sampled[SposConfig]):
    """Evolution on the trained supernet."""

    def derive(self, engine: Engine) -> list[Genotype]:
        return evolve(self.space, self.scorer(engine), self.config, engine.rng)


def evolve(
    space: Space, score: Callable[[Genotype], float], config: SposConfig, rng: Random
) -> list[Genotype]:
    """The best `keep` genotypes of all that were scored."""
    met = dict.fromkeys(space.sample_feasible(rng) for _ in range(config.population))
    half = config.population // 2
    for _ in range(config.generations):
        parents = best_of(met, score, config.parents)
        for cross in (False, True):
            met |= dict.fromkeys(_children(space, parents, met, half, cross, config.mutation, rng))
    return best_of(met, score, config.keep)


def mutate(space: Space, genotype: Genotype, chance: float, rng: Random) -> Genotype:
    """Every decision drawn anew with a probability, and whatever that brings to life."""
    kept = {path: index for path, _, index in space.places(genotype) if rng.random() >= chance}
    return space.genotype(kept, rng)


def _children(
    space: Space, parents: Sequence[Genotype], met: Mapping[Genotype, None], count: int,
    cross: bool, mutation: float, rng: Random,
) -> list[Genotype]:  # fmt: skip
    """Up to `count` different feasible genotypes that were not met before, in many tries."""
    found: dict[Genotype, None] = {}
    for _ in range(TRIES * count):
        if len(found) >= count:
            break
        child = (
            space.crossover(rng.choice(parents), rng.choice(parents), rng)
            if cross
            else mutate(space, rng.choice(parents), mutation, rng)
        )
        if child not in met and space.feasible(child):
            found[child] = None
    return list(found)


class Spos(OneShot):
    Config = SposConfig
    method = SposMethod
