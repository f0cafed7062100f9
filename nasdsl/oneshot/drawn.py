"""Choices that can only be taken, such as a width that others add up to: drawn, and learnt by REINFORCE.

No mixture of their options has a meaning, so no gradient passes through them. Each step takes one
option by the softmax of their logits, whose gradient is (L - b) ∇ log p(option), with L the loss that
the architecture minimises and b its moving average (Williams 1992).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from .alphas import Alphas, Shape
from .choices import Choice
from .gates import Gate, gumbel, top

DECAY = 0.9


class Drawn:
    """Logits of choices, on the CPU, at zero at first."""

    def __init__(self, choices: Mapping[str, Choice]) -> None:
        shapes = {
            p: Shape(c.kind, 2 if c.kind == "bit" else c.n, c.count) for p, c in choices.items()
        }
        self._choices = choices
        self.alphas = Alphas(shapes, torch.Generator(), deviation=0.0)
        self._last: dict[str, Tensor] = {}
        self._loss: float | None = None
        self._baseline: float | None = None

    def draw(self, rng: torch.Generator) -> dict[str, Gate]:
        """An option of each, remembered until it is learnt from."""
        if not self._choices:
            return {}
        with torch.no_grad():
            self._last = self.alphas.map(
                lambda shape, rows: top(rows + gumbel(rows.shape, rng).to(rows), shape.count)
            )
        return {path: self._gate(path, row) for path, row in self._last.items()}

    def _gate(self, path: str, row: Tensor) -> Gate:
        taken = tuple(i for i, one in enumerate(row.tolist()) if one)
        if self._choices[path].kind == "bit":
            return Gate(None, (0,) if taken == (1,) else ())
        return Gate(None, taken)

    def hear(self, loss: Tensor) -> None:
        """The loss of what was drawn last."""
        if self._choices:
            self._loss = float(loss.detach())

    def learn(self) -> None:
        """Put the gradients into the logits."""
        if not self._choices or self._loss is None:
            return
        baseline = self._loss if self._baseline is None else self._baseline
        self._baseline = DECAY * baseline + (1 - DECAY) * self._loss
        for path, param in self.alphas.params.items():
            chance = param.detach().softmax(-1)
            param.grad = (self._loss - baseline) * (
                self._last[path] - self._last[path].sum() * chance
            )

    def probabilities(self) -> dict[str, list[float]]:
        """Of each option; of a bit that of presence."""
        with torch.no_grad():
            rows = {path: p.softmax(-1).tolist() for path, p in self.alphas.params.items()}
        return {p: row[1:] if self._choices[p].kind == "bit" else row for p, row in rows.items()}

    def state(self) -> dict[str, Any]:
        return {"alphas": self.alphas.dump(), "baseline": self._baseline}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.alphas.load(state["alphas"])
        self._baseline = state["baseline"]
