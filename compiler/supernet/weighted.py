"""Sums of tensors by weight, with a gradient of the weights that makes no tensor of its own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def plus(total: Tensor | None, x: Tensor, weight: Tensor | None) -> Tensor:
    """`total + weight * x` (None: 0 and 1)."""
    if weight is None:
        return x if total is None else total + x
    plain = (
        x.device.type != "cpu"
        or x.dtype is not weight.dtype
        or torch.compiler.is_compiling()
        or not (x.is_contiguous() or x.is_contiguous(memory_format=torch.channels_last))
    )
    if plain:
        return x * weight if total is None else total + x * weight
    return _Plus.apply(total, x, weight)  # type: ignore[no-any-return]  # torch leaves it untyped


class _Plus(torch.autograd.Function):
    """The gradient by the weight is a scalar product, on the CPU."""

    @staticmethod
    def forward(ctx: Any, total: Tensor | None, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return x * weight if total is None else torch.addcmul(total, x, weight)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        x, weight = ctx.saved_tensors
        by_x = gradient * weight if ctx.needs_input_grad[1] else None
        by_weight = None
        if ctx.needs_input_grad[2]:
            by_weight = torch.dot(_flat(gradient, x), _flat(x, x)).reshape(weight.shape)
        return (gradient if ctx.needs_input_grad[0] else None), by_x, by_weight


def _flat(x: Tensor, like: Tensor) -> Tensor:
    """All numbers in the order in which those of another tensor lie."""
    return (x if like.is_contiguous() else x.permute(0, 2, 3, 1)).reshape(-1)
