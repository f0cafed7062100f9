"""Layers of supernets that compute what those of torch.nn do, faster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def _scaled(norm: Any, weight: Tensor | None, x: Tensor) -> Tensor:
    """Batch normalisation times a number."""
    if weight is None:
        return norm.plain(x)  # type: ignore[no-any-return]  # torch leaves it untyped
    if norm.training:
        norm.num_batches_tracked.add_(1)
    # A copy of the number for every channel: an expanded weight makes wrong gradients on some layouts.
    scale = weight.to(x.dtype).repeat(norm.num_features)
    mean, var = norm.running_mean, norm.running_var
    return F.batch_norm(x, mean, var, scale, None, norm.training, norm.momentum, norm.eps)


class ScaledBatchNorm2d(nn.BatchNorm2d):
    """A norm without parameters, multiplied by the weight of its alternative (None: 1)."""

    def plain(self, x: Tensor) -> Tensor:
        return super().forward(x)

    def forward(self, weight: Tensor | None, x: Tensor) -> Tensor:  # type: ignore[override]  # the weight comes with the input
        return _scaled(self, weight, x)


class ScaledBatchNorm1d(nn.BatchNorm1d):
    """The same for vectors and sequences."""

    def plain(self, x: Tensor) -> Tensor:
        return super().forward(x)

    def forward(self, weight: Tensor | None, x: Tensor) -> Tensor:  # type: ignore[override]  # the weight comes with the input
        return _scaled(self, weight, x)


class _Packed(torch.autograd.Function):
    """The identity; the gradient arrives without gaps."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.dense = x.is_contiguous()
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        layout = torch.contiguous_format if ctx.dense else torch.channels_last
        return gradient.contiguous(memory_format=layout)


def cat_packed(tensors: Sequence[Tensor], dim: int) -> Tensor:
    """As torch.cat of images; the gradient of every part is packed."""
    return torch.cat([_Packed.apply(x) for x in tensors], dim)


class _Depthwise(torch.autograd.Function):
    """A depthwise convolution of stride 1. Its gradient by the input is a convolution with the kernel
    turned round, which is several times faster on the CPU than what torch does."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, padding: Any, dilation: Any) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.padding, ctx.dilation = padding, dilation
        return F.conv2d(x, weight, None, 1, padding, dilation, weight.shape[0])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        x, weight = ctx.saved_tensors
        groups = weight.shape[0]
        by_x = by_weight = None
        if ctx.needs_input_grad[0]:
            around = [
                d * (k - 1) - p
                for d, k, p in zip(ctx.dilation, weight.shape[2:], ctx.padding, strict=True)
            ]
            by_x = F.conv2d(gradient, weight.flip(2, 3), None, 1, around, ctx.dilation, groups)
        if ctx.needs_input_grad[1]:
            by_weight = torch.ops.aten.convolution_backward(
                gradient, x, weight, None, [1, 1], list(ctx.padding), list(ctx.dilation), False,
                [0, 0], groups, [False, True, False],
            )[1]  # fmt: skip
        return by_x, by_weight, None, None


class DepthwiseConv2d(nn.Conv2d):
    """A depthwise nn.Conv2d of stride 1."""

    def forward(self, x: Tensor) -> Tensor:
        plain = self.bias is not None or x.device.type != "cpu" or not torch.is_grad_enabled()
        if plain or torch.compiler.is_compiling():
            return super().forward(x)
        return _Depthwise.apply(x, self.weight, self.padding, self.dilation)  # type: ignore[no-any-return]  # torch leaves it untyped
