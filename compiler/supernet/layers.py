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


class PointwiseConv2d(nn.Conv2d):
    """A convolution of one pixel with stride 1: on the CPU a product of matrices, without copies
    where the channels come last."""

    def forward(self, x: Tensor) -> Tensor:
        plain = x.device.type != "cpu" or x.stride(1) != 1
        if plain or torch.compiler.is_compiling():
            return super().forward(x)
        weight = self.weight.flatten(1)
        return F.linear(x.permute(0, 2, 3, 1), weight, self.bias).permute(0, 3, 1, 2)
