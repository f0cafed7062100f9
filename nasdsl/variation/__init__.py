"""Variation: typed mutations and crossovers of genotypes, and weighted mixes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import TYPE_CHECKING

from .crossovers import CROSSOVERS, Crossover
from .mutations import MUTATIONS, Mutation

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

__all__ = ["CROSSOVERS", "MUTATIONS", "Crossover", "Mutation", "crossover", "mutation"]


def mutation(weights: Mapping[str, float]) -> Mutation:
    """One of MUTATIONS at a time, as often as its weight says; where it does not apply, another."""

    def mutate(space: Space, genotype: Genotype, rng: Random) -> Genotype | None:
        for name in _draws(weights, rng):
            if (child := MUTATIONS[name](space, genotype, rng)) is not None:
                return child
        return None

    return mutate


def crossover(weights: Mapping[str, float]) -> Crossover:
    """The same of CROSSOVERS."""

    def cross(space: Space, first: Genotype, second: Genotype, rng: Random) -> Genotype | None:
        for name in _draws(weights, rng):
            if (child := CROSSOVERS[name](space, first, second, rng)) is not None:
                return child
        return None

    return cross


def _draws(weights: Mapping[str, float], rng: Random) -> Iterator[str]:
    """The names in random order: each next one of those left, with probability by weight."""
    left = [(name, weight) for name, weight in weights.items() if weight > 0]
    while left:
        mark = rng.random() * sum(weight for _, weight in left)
        for place, (_, weight) in enumerate(left):
            mark -= weight
            if mark < 0 or place == len(left) - 1:
                break
        yield left.pop(place)[0]
