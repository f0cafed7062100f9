"""Widths aligned by channel-wise interpolation: TAS (Dong, Yang 2019, equations 3 to 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from nasdsl.relax.diagrams import ABSENT

if TYPE_CHECKING:
    from .gates import Gates, Source


def interpolated(x: Tensor, gates: Gates, source: Source, axis: int) -> Tensor:
    """The sum of the first channels of every width that may be, each interpolated to the largest of
    these and multiplied by its weight; zeros behind. A width that is taken is as it is."""
    pieces, start = [], 0
    for name, size in source:
        if gates.narrow(name):
            width = gates.value(name)
            width = 0 if width is ABSENT else int(width)
            pieces.append(x.narrow(axis, start, width))
            start += width
            continue
        piece = x.narrow(axis, start, size)
        start += size
        spread = [(int(v), w) for v, w in gates.spread(name)]
        pieces.append(_aligned(piece, spread, size, axis))
    return pieces[0] if len(pieces) == 1 else torch.cat(pieces, axis)


def _aligned(
    piece: Tensor, spread: list[tuple[int, Tensor | float]], size: int, axis: int
) -> Tensor:
    most = max((v for v, _ in spread), default=0)
    total = None
    for width, weight in spread:
        one = weight * stretched(piece.narrow(axis, 0, width), most, axis)
        total = one if total is None else total + one
    if total is None:
        return torch.zeros_like(piece)
    pads = [0, 0] * (piece.dim() - axis - 1) + [0, size - most]
    return F.pad(total, pads) if size > most else total


def stretched(x: Tensor, channels: int, axis: int) -> Tensor:
    """Channels averaged so that there are `channels`: channel i is the mean of those from
    floor(i n / channels) to ceil((i + 1) n / channels)."""
    if x.shape[axis] == channels:
        return x
    last = x.movedim(axis, -1)
    return F.linear(last, matrix(x.shape[axis], channels).to(x)).movedim(-1, axis)


def matrix(given: int, wanted: int) -> Tensor:
    """The means (wanted, given) of adaptive average pooling."""
    return F.adaptive_avg_pool1d(torch.eye(given, dtype=torch.float64)[None], wanted)[0].T
