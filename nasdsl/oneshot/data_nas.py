"""DATA: Chang, Zhang, Guo, Meng, Xiang, Pan, "DATA: differentiable architecture approximation", NeurIPS 2019.

An ensemble of Gumbel-softmax samples of each choice: an option is there if any of them takes it, so
that a mixture of several, which an edge may keep, is searched as what it will be. The gradient is that
of the largest soft sample of each option, straight through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from pydantic import Field
from torch import Tensor

from .config import RelaxedConfig
from .gates import Gate, active, concrete, gumbel, straight_through, top
from .relaxed import Relaxed
from .strategy import OneShot

if TYPE_CHECKING:
    from .engine import Engine


class DataConfig(RelaxedConfig):
    epochs: int = Field(default=150, ge=1, description="passes over the samples of the weights")
    members: int = Field(default=4, ge=1, description="samples of the ensemble")
    tau: float = Field(default=1.0, gt=0, description="temperature of the first epoch")
    final_tau: float = Field(default=0.1, gt=0, description="temperature of the last; linear")


class DataMethod(Relaxed[DataConfig]):
    """Samples that are joined by or."""

    def weigh(self, engine: Engine, rows: Tensor, count: int) -> Tensor:
        config = self.config
        share = engine.epoch / max(1, config.epochs - 1)
        tau = config.tau + (config.final_tau - config.tau) * share
        soft = torch.stack([
            concrete(rows, gumbel(rows.shape, engine.noise), tau) for _ in range(config.members)
        ])  # fmt: skip
        hard = torch.stack([top(one, count) for one in soft])
        return straight_through(soft.amax(0), hard.amax(0))

    def gate(self, path: str, weights: Tensor) -> Gate:
        taken = active(weights)
        if not taken and self.choices[path].kind == "one":
            taken = (int(self.alphas.params[path][: len(weights)].argmax()),)
        return Gate(weights, taken)


class Data(OneShot):
    Config = DataConfig
    method = DataMethod
