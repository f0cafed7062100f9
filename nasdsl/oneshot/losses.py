"""Losses and scores of a supernet's output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nasdsl.evaluators.checks import main_output


def cross_entropy(
    out: object, target: Tensor, *, smoothing: float = 0.0, auxiliary: float = 0.0
) -> Tensor:
    """The mean over targets; outputs after the first count `auxiliary`."""
    loss = F.cross_entropy(*flat(main_output(out), target), label_smoothing=smoothing)
    if auxiliary and isinstance(out, tuple | list):
        for other in out[1:]:
            side = F.cross_entropy(*flat(other, target), label_smoothing=smoothing)
            loss = loss + auxiliary * side
    return loss


def right(out: object, target: Tensor) -> Tensor:
    """The share of right answers."""
    logits, target = flat(main_output(out), target)
    labels = target if target.ndim == 1 else target.argmax(1)
    return (logits.argmax(1) == labels).double().mean()


def flat(out: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (N, classes) of at least single precision and targets, tokens one after another."""
    if out.ndim == 3:
        out, target = out.flatten(0, 1), target.flatten(0, 1)
    return (out if out.dtype == torch.float64 else out.float()), target


@contextmanager
def batch_statistics(module: nn.Module) -> Iterator[None]:
    """Evaluation in which norms take the statistics of the batch, and nothing is kept.

    Statistics that a supernet collects are of no architecture in particular.
    """
    modes = [(part, part.training) for part in module.modules()]
    buffers = [(b, b.clone()) for b in module.buffers()]
    module.train()
    for part in module.modules():
        if "Drop" in type(part).__name__:
            part.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)


class Sums:
    """Losses and right answers of a supernet over batches, norms by the statistics of each batch."""

    def __init__(
        self, module: Any, context: Callable[[], AbstractContextManager[Any]] = nullcontext
    ) -> None:
        self._module, self._context = module, context
        device = next(module.parameters()).device
        self.totals = torch.zeros(3, device=device, dtype=torch.float64)

    @torch.no_grad()
    def add_all(self, gates: Any, batches: Iterable[tuple[Tensor, Tensor]]) -> None:
        with batch_statistics(self._module):
            for x, y in batches:
                with self._context():
                    out = self._module(x, gates=gates)
                loss = cross_entropy(out, y).double()
                self.totals += torch.stack([loss, right(out, y), loss.new_ones(())]) * len(y)

    @property
    def loss(self) -> float:
        return float(self.totals[0] / self.totals[2])

    @property
    def accuracy(self) -> float:
        return float(self.totals[1] / self.totals[2])
