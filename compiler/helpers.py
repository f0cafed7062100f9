"""The few functions and classes that emitted code may need; each is copied as it stands here.

Every definition stands alone: it uses `torch`, `nn` and `F` and nothing else of this module.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F


def avg_pool2d_uneven(
    x: torch.Tensor, kernel_size: int | tuple[int, int], stride: int, margins: tuple[int, ...]
) -> torch.Tensor:
    """Average pooling with uneven padding (left, right, top, bottom) that does not count."""
    ones = F.pad(torch.ones_like(x[:1, :1]), margins)
    return F.avg_pool2d(F.pad(x, margins), kernel_size, stride) / F.avg_pool2d(
        ones, kernel_size, stride
    )


def avg_pool1d_uneven(
    x: torch.Tensor, kernel_size: int, stride: int, margins: tuple[int, ...]
) -> torch.Tensor:
    """Average pooling with uneven padding (before, after) that does not count."""
    ones = F.pad(torch.ones_like(x[:1, :1]), margins)
    return F.avg_pool1d(F.pad(x, margins), kernel_size, stride) / F.avg_pool1d(
        ones, kernel_size, stride
    )
