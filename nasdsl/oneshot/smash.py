"""SMASH: Brock, Lim, Ritchie, Weston, "One-shot model architecture search through hypernetworks", ICLR
2018, over the hypernetworks of Ha, Dai, Le, ICLR 2017.

A hypernetwork generates the weights of a network from the encoding of its architecture (Algorithm 1):
each step draws an architecture c at random, makes its weights W = H(c), and moves H along the gradient of
its loss. Then random architectures are scored by the error with generated weights, the best of them
is changed at random, `perturbations` times, and last a Markov chain of so many steps goes on from the
best that was found: every change that is not worse is kept.

H is a perceptron over the one-hot encoding of all decisions, whose features a static hypernetwork
turns into weights piece by piece; the paper's is convolutional over an image of the encoding, which
takes memory banks for granted. The derived architectures are to be trained anew, as in the paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING

import torch
from pydantic import Field
from torch import Tensor, nn

from .codes import OneHot
from .derive import best_of
from .generated import Generated, GeneratedConfig, Score
from .spos import mutate
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine


class SmashConfig(GeneratedConfig):
    epochs: int = Field(default=100, ge=1, description="passes over the samples of the weights")
    width: int = Field(default=128, ge=1, description="of the perceptron over the encoding")
    samples: int = Field(default=500, ge=1, description="random architectures that are scored")
    perturbations: int = Field(default=100, ge=0, description="changes of the best of them")
    chain: int = Field(default=100, ge=0, description="steps of the Markov chain that follows")
    change: float = Field(default=0.05, gt=0, le=1, description="of each decision to be drawn anew")


class Encoder(nn.Module):
    """Features of a code: two rectified layers."""

    def __init__(self, size: int, width: int, features: int, rng: torch.Generator) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(size, width),
            nn.LeakyReLU(0.02),
            nn.Linear(width, features),
            nn.LeakyReLU(0.02),
        )
        with torch.no_grad():
            for param in self.parameters():
                scale = param.shape[-1] ** -0.5 if param.dim() > 1 else 0.1
                param.copy_(scale * torch.randn(param.shape, generator=rng))

    def forward(self, code: Tensor) -> Tensor:
        found: Tensor = self.layers(code)
        return found


class SmashMethod(Generated[SmashConfig]):
    """Weights from the encoding of the architecture."""

    def make(self, engine: Engine, rng: torch.Generator) -> nn.Module:
        self.code = OneHot(self.space, self.choices)
        return Encoder(self.code.size, self.config.width, self.config.hidden, rng)

    def features(
        self, engine: Engine, genotype: Genotype, names: Sequence[str]
    ) -> Iterable[Tensor]:
        like = next(self.maker.parameters())
        found: Tensor = self.maker(self.code(genotype).to(like))
        return [found] * len(names)

    def derive(self, engine: Engine) -> list[Genotype]:
        score = remembered(self.scorer(engine))
        drawn = [self.sample(engine) for _ in range(self.config.samples)]
        (best,) = best_of(drawn, score, 1)
        met = [*drawn, *self.perturbed(best, engine.rng)]
        (now,) = best_of(met, score, 1)
        for _ in range(self.config.chain):
            other = changed(self.space, now, self.config.change, engine.rng)
            met.append(other)
            now = other if score(other) >= score(now) else now
        return best_of(met, score, self.config.keep)

    def perturbed(self, best: Genotype, rng: Random) -> list[Genotype]:
        count = self.config.perturbations
        return [changed(self.space, best, self.config.change, rng) for _ in range(count)]


def changed(space: Space, genotype: Genotype, chance: float, rng: Random) -> Genotype:
    """A feasible genotype some of whose decisions are drawn anew; itself if no draw is feasible."""
    for _ in range(100):
        other = mutate(space, genotype, chance, rng)
        if other != genotype and space.feasible(other):
            return other
    return genotype


def remembered(score: Score) -> Score:
    """The same, each genotype scored once."""
    known: dict[Genotype, float] = {}

    def found(genotype: Genotype) -> float:
        if genotype not in known:
            known[genotype] = score(genotype)
        return known[genotype]

    return found


class Smash(OneShot):
    Config = SmashConfig
    method = SmashMethod
