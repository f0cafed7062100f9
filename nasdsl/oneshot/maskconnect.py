"""MaskConnect: Ahmed, Torresani, "MaskConnect: connectivity learning by gradient descent", ECCV 2018.

Every module has a real mask in [0, 1] over the modules that it may read, 1/2 at first. A forward pass
draws K of them without replacement, by the masks as probabilities, and reads these alone; the
gradient of the binary mask moves the real one, which is then clipped to [0, 1]. In the end the K
largest stay. Masks and weights descend the same loss. A choice of one draws one option, a bit is
drawn by itself. The gradient reaches connections that were not drawn, too: what they would carry is
computed, as the predecessors are there anyway.

The first masks, the rates and the weight decay are from memory of the paper; they were not compared
with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from pydantic import Field
from torch import Tensor

from .choices import Choice
from .config import OneShotConfig
from .gates import gumbel, straight_through, top
from .strategy import OneShot
from .wired import Wired

if TYPE_CHECKING:
    from .engine import Engine

LEAST = 1e-4


class MaskConnectConfig(OneShotConfig):
    lr: float = Field(default=0.1, gt=0, description="of the weights, at first; cosine")
    weight_decay: float = Field(default=1e-4, ge=0, description="of the weights")
    mask_lr: float = Field(
        default=0.1, gt=0, description="of the masks, in shares of that of the weights"
    )


class MaskConnectMethod(Wired[MaskConnectConfig]):
    """Masks that are drawn."""

    def first(self, choice: Choice, rng: torch.Generator) -> Tensor:
        return torch.full((choice.n,), 0.5)

    def optimizer_of(self, params: list[Any]) -> torch.optim.Optimizer:
        return torch.optim.SGD(params, lr=self.config.mask_lr * self.config.lr)

    def before_epoch(self, engine: Engine) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.mask_lr * engine.lr

    def weigh(self, engine: Engine) -> dict[str, Tensor]:
        found = {}
        for path, score in self.scores.items():
            found[path] = straight_through(score, self.drawn_mask(engine, path, score.detach()))
        return found

    def drawn_mask(self, engine: Engine, path: str, mask: Tensor) -> Tensor:
        """K of n options, without replacement; a bit by its mask."""
        choice = self.choices[path]
        if choice.kind == "bit":
            return (torch.rand(1, generator=engine.noise).to(mask) < mask).to(mask)
        noise = gumbel(mask.shape, engine.noise).to(mask)
        return top(
            mask.clamp_min(LEAST).log() + noise, choice.count if choice.kind == "pick" else 1
        )

    def after_step(self) -> None:
        for score in self.scores.values():
            score.clamp_(0.0, 1.0)

    def strengths(self) -> dict[str, list[float]]:
        return {path: score.detach().tolist() for path, score in self.scores.items()}


class MaskConnect(OneShot):
    Config = MaskConnectConfig
    method = MaskConnectMethod
