"""Evolution on a trained supernet as Once for All does it, and its predictor of accuracies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

import torch
from pydantic import Field
from torch import Tensor, nn

from .codes import OneHot
from .derive import best_of
from .sampled import SampledConfig

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Score = Callable[["Genotype"], float]
TRIES = 100


class EvolvedConfig(SampledConfig):
    population: int = Field(default=100, ge=2, description="architectures of a generation")
    generations: int = Field(default=500, ge=0, description="after the first, which is random")
    parents: float = Field(
        default=0.25, gt=0, le=1, description="share of a generation that is kept and breeds"
    )
    mutants: float = Field(
        default=0.5, ge=0, le=1, description="share of mutants; the rest are crossings"
    )
    mutation: float = Field(
        default=0.1, gt=0, le=1, description="of each decision of a mutant to be drawn anew"
    )
    resize: float = Field(default=0.5, gt=0, le=1, description="the same for the size of the input")


def evolve(
    space: Space, score: Score, config: EvolvedConfig, rng: Random, sizes: frozenset[str]
) -> list[Genotype]:
    """The best `keep` genotypes that were met, all within the cost limits (Algorithm of section 3.4).

    sizes: the decisions that change the size of the input, with a probability of their own.
    """
    chances = dict.fromkeys(sizes, config.resize)
    current = [space.sample_feasible(rng) for _ in range(config.population)]
    best = best_of(current, score, config.keep)
    kept = max(1, round(config.parents * config.population))
    for _ in range(config.generations):
        parents = best_of(current, score, kept)
        count = round(config.mutants * config.population)
        children = [_mutant(space, parents, config.mutation, chances, rng) for _ in range(count)]
        children += [_crossing(space, parents, rng) for _ in range(config.population - count)]
        current = [*parents, *children]
        best = best_of([*best, *current], score, config.keep)
    return best


def _mutant(
    space: Space, parents: Sequence[Genotype], chance: float, chances: Mapping[str, float],
    rng: Random,
) -> Genotype:  # fmt: skip
    """A parent with some decisions drawn anew; the parent itself where no draw is feasible."""
    parent = rng.choice(parents)
    for _ in range(TRIES):
        kept = {
            path: index for path, _, index in space.places(parent)
            if rng.random() >= chances.get(path, chance)
        }  # fmt: skip
        child = space.genotype(kept, rng)
        if space.feasible(child):
            return child
    return parent


def _crossing(space: Space, parents: Sequence[Genotype], rng: Random) -> Genotype:
    """Each decision from one of two parents; one of them where no draw is feasible."""
    for _ in range(TRIES):
        child = space.crossover(rng.choice(parents), rng.choice(parents), rng)
        if space.feasible(child):
            return child
    return rng.choice(parents)


class AccuracyPredictor(nn.Module):
    """Three layers from the code of a genotype to its accuracy."""

    def __init__(self, size: int, hidden: int, rng: torch.Generator) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width in (hidden, hidden):
            layers += [nn.Linear(size, width), nn.ReLU()]
            size = width
        self.layers = nn.Sequential(*layers, nn.Linear(size, 1))
        with torch.no_grad():
            for param in self.parameters():
                bound = (param.shape[-1] if param.dim() > 1 else hidden) ** -0.5
                param.copy_((2 * torch.rand(param.shape, generator=rng) - 1) * bound)
        self.mean = 0.0

    def forward(self, codes: Tensor) -> Tensor:
        found: Tensor = self.layers(codes).squeeze(-1) + self.mean
        return found

    def fit(self, codes: Tensor, accuracies: Tensor, epochs: int, rng: torch.Generator) -> None:
        """Adam on the mean square, in batches of 256."""
        self.mean = float(accuracies.mean())
        optimizer = torch.optim.Adam(self.parameters(), lr=1e-3, weight_decay=1e-4)
        for _ in range(epochs):
            for rows in torch.randperm(len(codes), generator=rng).split(256):
                optimizer.zero_grad()
                loss = (self(codes[rows]) - accuracies[rows]).square().mean()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()


def predictor(
    space: Space, code: OneHot, score: Score, samples: int, hidden: int, rng: Random,
    noise: torch.Generator,
) -> Score:  # fmt: skip
    """The accuracy that a network expects of a genotype, learnt from as many random ones."""
    drawn = [space.sample_feasible(rng) for _ in range(samples)]
    codes = torch.stack([code(g) for g in drawn])
    accuracies = torch.tensor([score(g) for g in drawn])
    model = AccuracyPredictor(code.size, hidden, noise)
    model.fit(codes, accuracies, 150, noise)

    @torch.no_grad()
    def predicted(genotype: Genotype) -> float:
        return float(model(code(genotype)[None]))

    return predicted
