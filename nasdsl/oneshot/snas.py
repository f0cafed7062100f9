"""SNAS: Xie, Zheng, Liu, Lin, "SNAS: stochastic neural architecture search", ICLR 2019.

Every step draws soft one-hot weights from concrete distributions whose temperature falls, and moves
weights and logits at once along the gradient of one loss on the same samples: no second level. The
expected cost may be part of the loss (section 2.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field
from torch import Tensor

from .costly import Costly
from .costs import CostConfig
from .data import Batch
from .gates import concrete, gumbel
from .strategy import OneShot

if TYPE_CHECKING:
    from .engine import Engine


class SnasConfig(CostConfig):
    epochs: int = Field(default=150, ge=1, description="passes over the samples of the weights")
    valid_share: float = Field(
        default=0.05, gt=0, lt=1, description="share of samples left aside: nothing is held out"
    )
    tau: float = Field(default=1.0, gt=0, description="temperature of the first epoch")
    final_tau: float = Field(default=0.03, gt=0, description="temperature of the last; geometric")


class SnasMethod(Costly[SnasConfig]):
    """One gradient for both."""

    def temperature(self, engine: Engine) -> float:
        share = engine.epoch / max(1, self.config.epochs - 1)
        return float(self.config.tau ** (1 - share) * self.config.final_tau**share)

    def weigh(self, engine: Engine, rows: Tensor, count: int) -> Tensor:
        noise = gumbel(rows.shape, engine.noise)
        return count * concrete(rows, noise, self.temperature(engine))

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        weights = self.weights(engine)
        gates = self.assemble(weights, self.drawn.draw(engine.noise))
        self.optimizer.zero_grad(set_to_none=True)
        engine.optimizer.zero_grad(set_to_none=True)
        loss = engine.loss(batch, gates, count=True)
        total = self.priced(loss, weights)
        self.drawn.hear(total)
        engine.fabric.backward(total)
        engine.descend()
        if engine.epoch >= self.config.warm_up:
            self.move(engine, [param.grad for param in self.params()])


class Snas(OneShot):
    Config = SnasConfig
    method = SnasMethod
