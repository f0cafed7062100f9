"""Adversarial samples by projected gradient descent: Madry, Makelov, Schmidt, Tsipras, Vladu, ICLR 2018."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from nasdsl.evaluators.splits import Splits

Loss = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Attack:
    """Within `radius` of every sample and within the range of raw values, all in units of what
    networks read: (1, …) or broadcasting tensors."""

    radius: Tensor
    step: Tensor
    steps: int
    low: Tensor
    high: Tensor
    random_start: bool = True

    def __call__(self, x: Tensor, loss: Loss, rng: torch.Generator) -> Tensor:
        """Samples that make the loss larger: from a random place in the cube, `steps` steps along the
        sign of the gradient, each put back into the cube and the range."""
        found = x.detach()
        if self.random_start:
            noise = 2 * torch.rand(x.shape, generator=rng, dtype=torch.float64) - 1
            found = found + self.radius * noise.to(x)
        for _ in range(self.steps):
            found.requires_grad_()
            (slope,) = torch.autograd.grad(loss(found), found)
            found = found.detach() + self.step * slope.sign()
            found = torch.minimum(torch.maximum(found, x - self.radius), x + self.radius)
            found = torch.minimum(torch.maximum(found, self.low), self.high)
        return found.detach()


def attack_on(
    splits: Splits, radius: float, step: float, steps: int, random_start: bool, like: Tensor
) -> Attack:
    """The attack on a data set whose raw values lie within those of its training samples; radius and
    step in shares of that range (of 255 grey levels, for images)."""
    low, high = _range(splits)
    one, black, white = (torch.as_tensor(v, dtype=like.dtype, device=like.device) for v in (1.0, low, high))  # fmt: skip
    span = white - black
    if splits.std is None or splits.mean is None:
        return Attack(radius * span, step * span, steps, black, white, random_start)
    std, mean = splits.std.to(like), splits.mean.to(like)
    size = span / std * one
    return Attack(
        radius * size, step * size, steps, (black - mean) / std, (white - mean) / std, random_start
    )


def _range(splits: Splits) -> tuple[float, float]:
    x = next(splits.train.blocks(min(len(splits.train), 1024)))[0]
    if x.dtype == torch.uint8:
        return 0.0, 255.0
    return float(x.min()), float(x.max())
