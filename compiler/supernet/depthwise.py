"""Depthwise convolutions of stride 1 with gradients that are several times faster on the CPU.

Of oneDNN's kernels for the gradient of the weight, the fast ones take no dilation, at most three
columns, and images at least as high as the kernel. So the columns of a larger kernel are done three
at a time, and a kernel of dilation 2 as one without on the four interleaved parts of the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_WIDEST = 3  # columns of the fast kernels


class DepthwiseConv2d(nn.Conv2d):
    """A depthwise nn.Conv2d of stride 1."""

    def forward(self, x: Tensor) -> Tensor:
        plain = (
            self.bias is not None
            or x.device.type != "cpu"
            or not torch.is_grad_enabled()
            or torch.is_autocast_enabled("cpu")
        )
        if plain or torch.compiler.is_compiling():
            return super().forward(x)
        return _Depthwise.apply(x, self.weight, self.padding, self.dilation)  # type: ignore[no-any-return]  # torch leaves it untyped


class _Depthwise(torch.autograd.Function):
    """The gradient by the input is a convolution with the kernel turned round."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, padding: Any, dilation: Any) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.padding, ctx.dilation = padding, dilation
        return F.conv2d(x, weight, None, 1, padding, dilation, weight.shape[0])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        x, weight = ctx.saved_tensors
        by_x = by_weight = None
        if ctx.needs_input_grad[0]:
            around = [
                d * (k - 1) - p
                for d, k, p in zip(ctx.dilation, weight.shape[2:], ctx.padding, strict=True)
            ]
            flipped = weight.flip(2, 3)
            by_x = F.conv2d(gradient, flipped, None, 1, around, ctx.dilation, weight.shape[0])
        if ctx.needs_input_grad[1]:
            by_weight = weight_gradient(gradient, x, weight.shape[2:], ctx.padding, ctx.dilation)
        return by_x, by_weight, None, None


def weight_gradient(
    gradient: Tensor, x: Tensor, kernel: Sequence[int], padding: Sequence[int], dilation: Sequence[int]
) -> Tensor:  # fmt: skip
    """The gradient (C, 1, *kernel) by the weight of a depthwise convolution of stride 1."""
    square = kernel[0] == kernel[1] and kernel[0] in (3, 5)
    even = x.shape[2] % 2 == x.shape[3] % 2 == 0
    if square and even and tuple(dilation) == (2, 2) and tuple(padding) == (kernel[0] - 1,) * 2:
        return _by_parts(gradient, x, kernel[0])
    if _WIDEST < kernel[1] <= x.shape[3] and tuple(dilation) == (1, 1):
        return _by_columns(gradient, x, kernel, padding)
    return _plain(gradient, x, kernel, padding, dilation)


def _plain(
    gradient: Tensor, x: Tensor, kernel: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int] = (1, 1),
) -> Tensor:  # fmt: skip
    channels = x.shape[1]
    like = x.new_empty(channels, 1, *kernel)
    found: Tensor = torch.ops.aten.convolution_backward(
        gradient, x, like, None, [1, 1], list(padding), list(dilation), False, [0, 0], channels,
        [False, True, False],
    )[1]  # fmt: skip
    return found


def _by_columns(
    gradient: Tensor, x: Tensor, kernel: Sequence[int], padding: Sequence[int]
) -> Tensor:
    """Some columns of the kernel after the other, each on the part of the image that they see."""
    rows, columns = kernel
    parts = []
    for first in range(0, columns, _WIDEST):
        width = min(_WIDEST, columns - first)
        around = (padding[1] - first, padding[1] - columns + first + width)
        parts.append(_plain(gradient, F.pad(x, around), (rows, width), (padding[0], 0)))
    return torch.cat(parts, 3)


def _by_parts(gradient: Tensor, x: Tensor, kernel: int) -> Tensor:
    """Dilation 2 and padding that keeps the size, for images of even sides and kernels of 3 or 5.

    The two interleaved sets of rows stand side by side with zeros between them, those of columns are
    channels of their own, which takes no copy.
    """
    channels, most = x.shape[1], _WIDEST
    rows = max(0, kernel - x.shape[2] // 2)
    reach = (kernel - 1) // 2
    padding = (reach, 1)
    g, inside = _interleaved(gradient), _interleaved(x)
    g = _joined(g, 0, reach, rows)
    first = _plain(g, _joined(inside, reach - 1, 1, rows), (kernel, most), padding)
    if kernel > most:  # column 2 again, which misses some pixels, and the last two
        rest = _plain(g, _joined(inside, -1, reach + 1, rows), (kernel, most), padding)
        first = torch.cat([first, rest[..., 1:]], 3)
    return first[:channels] + first[channels:]


def _interleaved(x: Tensor) -> Tensor:
    """(n, c, h, w) as (n, h / 2, 2, w / 2, 2 c)."""
    n, c, h, w = x.shape
    return x.permute(0, 2, 3, 1).reshape(n, h // 2, 2, w // 2, 2 * c)


def _joined(x: Tensor, left: int, right: int, below: int) -> Tensor:
    """(n, h, p, w, c) as an image (n, c, h, p w), zeros around each part."""
    n, _, parts, _, c = x.shape
    padded = F.pad(x, (0, 0, left, right, 0, 0, 0, below))
    return padded.reshape(n, padded.shape[1], parts * padded.shape[3], c).permute(0, 3, 1, 2)
