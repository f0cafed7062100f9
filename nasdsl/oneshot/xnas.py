"""XNAS: Nayman, Noy, Ridnik, Friedman, Jin, Zelnik-Manor, NeurIPS 2019.

The options of a choice are experts whose advice is followed by their weight. A step multiplies the
weight of each by exp(η R), R = -∇L · y, the reward for its output y, bounded to ±L; an expert that
cannot win any more in the T - t steps left, since its weight is below max · exp(-2 η L (T - t)), is
wiped out (Algorithm 1). η = √(2 ln N / (T L²)) for N experts keeps the regret lowest.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from pydantic import Field
from torch import Tensor

from .config import RelaxedConfig
from .darts import SEARCH_NETWORK
from .data import Batch
from .relaxed import Relaxed
from .strategy import OneShot

if TYPE_CHECKING:
    from .engine import Engine


class XnasConfig(RelaxedConfig):
    arch_init: float = Field(default=0.0, ge=0, description="deviation of the first logits")
    bound: float = Field(default=1.0, gt=0, description="L, of the rewards")
    eta: float = Field(default=0.0, ge=0, description="η, of the weights; 0 for the paper's value")


class XnasMethod(Relaxed[XnasConfig]):
    """The logits are logarithms of the experts' weights; -∞ for those that are wiped out."""

    _steps_left = 0
    _steps = 1

    @classmethod
    def options(cls, config: XnasConfig) -> dict[str, Any]:
        return SEARCH_NETWORK

    def params(self) -> list[torch.nn.Parameter]:
        """None: rewards move the logits."""
        return []

    def before_epoch(self, engine: Engine) -> None:
        each = engine.loader.weights.steps(self.config.batch_size)
        self._steps = max(1, each * (self.config.epochs - self.config.warm_up))
        self._steps_left = each * (self.config.epochs - max(engine.epoch, self.config.warm_up))

    def adapt(self, engine: Engine, batch: Batch, held: Batch) -> None:
        weights = {p: w.detach().requires_grad_() for p, w in self.weights(engine).items()}
        loss = engine.loss(held, self.assemble(weights, self.drawn.draw(engine.noise)))
        self.drawn.hear(loss)
        slopes = torch.autograd.grad(
            loss, list(weights.values()), allow_unused=True, materialize_grads=True
        )
        for param, slope in zip(weights.values(), slopes, strict=True):
            param.grad = slope
        engine.average(weights.values())
        self._steps_left -= 1
        for path, weight in weights.items():
            assert weight.grad is not None
            self.reward(path, -weight.grad)
        self.move(engine, [])

    @torch.no_grad()
    def reward(self, path: str, rewards: Tensor) -> None:
        """One step of exponentiated gradients, and the wipe-out."""
        logits, bound = self.alphas.params[path], self.config.bound
        eta = self.config.eta or math.sqrt(
            2 * math.log(max(2, logits.numel())) / (self._steps * bound**2)
        )
        logits.add_(eta * rewards.clamp(-bound, bound))
        logits.sub_(logits.max())
        if logits.numel() > 1:
            logits[logits < -2 * eta * bound * self._steps_left] = -math.inf


class Xnas(OneShot):
    Config = XnasConfig
    method = XnasMethod
