"""Smaller kernels as learnt functions of larger ones: Once for All (Cai et al. 2020, section 3.3).

The middle of a kernel, taken as a vector, is multiplied by a matrix that all channels of the layer
share, from each size to the next smaller one. The matrices begin as identities, so that at first a
smaller kernel is the middle of the largest, as it is without them.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nasdsl.relax.diagrams import values_of


def add_transforms(supernet: Any) -> None:
    """Give every layer whose square kernel depends on decisions its matrices, `transforms.7to5`."""
    for owner in supernet.owners:
        name = dict(owner.node.attrs).get("kernels")
        layer = supernet.net.get_submodule(owner.module)
        if not name or len(set(layer.kernel_size)) != 1:
            continue
        sizes = {v for v in values_of(supernet.relaxed.gates[name]) if isinstance(v, int)}
        ordered = sorted(sizes | {layer.kernel_size[0]}, reverse=True)
        dimensions = len(layer.kernel_size)
        layer.transforms = nn.ParameterDict({
            f"{large}to{small}": torch.eye(small**dimensions).to(layer.weight)
            for large, small in zip(ordered, ordered[1:], strict=False)
        })  # fmt: skip


def smaller(weight: Tensor, kernel: int, transforms: nn.ParameterDict) -> Tensor:
    """The weight (O, I, k, …) with a smaller kernel, by way of every size between."""
    for step, matrix in _steps(transforms):
        if weight.shape[-1] <= kernel:
            break
        start = (weight.shape[-1] - step) // 2
        middle = weight
        for axis in range(2, weight.dim()):
            middle = middle.narrow(axis, start, step)
        shape = middle.shape
        weight = F.linear(middle.flatten(2), matrix).reshape(shape)
    return weight


def _steps(transforms: nn.ParameterDict) -> list[tuple[int, Tensor]]:
    """The sizes that are led to with their matrices, the largest first."""
    found = [(int(name.partition("to")[2]), matrix) for name, matrix in transforms.items()]
    return sorted(found, key=lambda step: -step[0])
