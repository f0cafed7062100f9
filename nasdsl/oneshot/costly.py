"""Relaxed methods whose architecture pays for what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

import torch
from torch import Tensor

from .choices import Choice
from .costs import CostConfig, costs_of, loss_with
from .data import Batch
from .relaxed import Relaxed

if TYPE_CHECKING:
    from nasdsl.space import Space

    from .engine import Engine

K = TypeVar("K", bound=CostConfig)


class Costly(Relaxed[K], Generic[K]):
    """The loss of the logits has the expected cost in it, if the configuration says what to count."""

    def __init__(self, config: K, space: Space, choices: Mapping[str, Choice], seed: int) -> None:
        super().__init__(config, space, choices, seed)
        self.costs = costs_of(space, choices, config)
        self.even = 1.0
        if self.costs is not None:
            self.even = float(self.costs.expected(self._even(), choices)) or 1.0

    def _even(self) -> dict[str, Tensor]:
        return self.alphas.map(lambda shape, rows: torch.full_like(rows, 1 / (shape.size if shape.kind != "bit" else 2)))  # fmt: skip

    def loss(self, engine: Engine, batch: Batch) -> Tensor:
        weights = self.weights(engine)
        loss = engine.loss(batch, self.assemble(weights, self.drawn.draw(engine.noise)))
        total = self.priced(loss, weights)
        self.drawn.hear(total)
        return total

    def priced(self, loss: Tensor, weights: Mapping[str, Tensor]) -> Tensor:
        """The loss with the expected cost of weights."""
        if self.costs is None:
            return loss
        return loss_with(self.config, loss, self.costs.expected(weights, self.choices), self.even)
