"""RobNets: Guo, Yang, Xu, Liu, Lin, "When NAS meets robustness", CVPR 2020.

A single-path supernet that is trained on adversarial examples: before each step the samples are moved by
projected gradient descent within `radius` (of pixels in 0..1) to where the sampled path loses most.
Then genotypes are drawn, and the best on adversarial held-out samples are kept. The paper fine-tunes
each candidate for some epochs before it is scored; here they are scored by inherited weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from pydantic import Field
from torch import Tensor

from .data import Batch
from .derive import best_of
from .losses import batch_statistics
from .sampled import Sampled, SampledConfig
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .contract import Gates
    from .engine import Engine


class RobNetsConfig(SampledConfig):
    radius: float = Field(
        default=8 / 255, gt=0, description="of the perturbation, in shares of white"
    )
    attack_steps: int = Field(default=7, ge=1, description="of projected gradient descent")
    attack_size: float = Field(default=2 / 255, gt=0, description="of each of them")
    samples: int = Field(default=1000, ge=1, description="genotypes that are drawn in the end")
    batches: int = Field(default=1, ge=0, description="held-out batches that score a genotype")


class RobNetsMethod(Sampled[RobNetsConfig]):
    """Adversarial training of single paths."""

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        gates = self.gates(engine)
        engine.learn(self.attacked(engine, batch, gates), gates)

    def attacked(self, engine: Engine, batch: Batch, gates: Gates) -> Batch:
        """The samples, each number moved within the radius to where the loss is largest."""
        config, unit = self.config, white(engine)
        bound, size = config.radius * unit, config.attack_size * unit
        start = torch.rand(batch.x.shape, generator=engine.noise).to(batch.x) * 2 - 1
        x = batch.x + start * bound
        for _ in range(config.attack_steps):
            x = x.detach().requires_grad_()
            (slope,) = torch.autograd.grad(engine.loss(Batch(x, batch.y), gates), x)
            moved = x.detach() + size * slope.sign()
            x = torch.minimum(torch.maximum(moved, batch.x - bound), batch.x + bound)
        return Batch(x.detach(), batch.y)

    def derive(self, engine: Engine) -> list[Genotype]:
        drawn = [self.sample(engine) for _ in range(self.config.samples)]
        return best_of(drawn, self.robustness(engine), self.config.keep)

    def robustness(self, engine: Engine) -> Callable[[Genotype], float]:
        """The accuracy on attacked samples."""
        batches = engine.held(self.config.batches or None)

        def score(genotype: Genotype) -> float:
            gates = engine.supernet.path(genotype)
            with batch_statistics(engine.supernet):
                attacked = [self.attacked(engine, batch, gates) for batch in batches]
            return engine.score(gates, attacked).accuracy

        return score


def white(engine: Engine) -> Tensor | float:
    """What the step from black to white is to the network: samples are normalised by their deviation."""
    splits = engine.loader.splits
    if splits.std is None:
        return 1.0
    train = splits.train
    largest = float(train.x.max()) if hasattr(train, "x") else 255.0
    return largest / splits.std


class RobNets(OneShot):
    Config = RobNetsConfig
    method = RobNetsMethod
