"""Channels in the order of their importance: what Once for All does before widths shrink."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from .parts import Part, parts_of

Output = Callable[[], Tensor]


@torch.no_grad()
def sort_channels(supernet: Any, names: Iterable[str], output: Output) -> list[str]:
    """Put the most important channels of these widths first; gives the widths that were sorted.

    A channel is as important as the absolute sum of the weights that read it. `output` runs the
    largest network, which sorting does not change: a width that changes it (one that is flattened
    or shuffled, say) keeps its order.
    """
    found = parts_of(supernet)
    before = output()
    done = []
    for name in names:
        order = importance_order(supernet, found, name)
        if order is None:
            continue
        _permute(supernet, found, name, order)
        after = output()
        if torch.allclose(before, after, rtol=1e-3, atol=1e-4 * float(before.abs().max())):
            done.append(name)
        else:
            _permute(supernet, found, name, order.argsort())
    return done


def importance_order(supernet: Any, found: Iterable[Part], name: str) -> Tensor | None:
    """The channels of a width, the most important first; None if no layer reads them."""
    total: Tensor | None = None
    for part in found:
        weight = _weight(supernet, part)
        if weight is None or _depthwise(supernet, part) or weight.dim() < 2:
            continue
        strength = weight.abs().transpose(0, 1).flatten(1).sum(1)
        for start, size in _places(part, name):
            piece = strength[start : start + size]
            total = piece if total is None else total + piece
    return None if total is None else total.argsort(descending=True, stable=True)


def _permute(supernet: Any, found: Iterable[Part], name: str, order: Tensor) -> None:
    for part in found:
        layer = supernet.net.get_submodule(part.module)
        weight = _weight(supernet, part)
        if part.target == name:
            for tensor in (layer.weight, getattr(layer, "bias", None)):
                if tensor is not None:
                    tensor.copy_(tensor[order])
        for start, size in _places(part, name):
            place = slice(start, start + size)
            if weight is not None and weight.dim() > 1 and not _depthwise(supernet, part):
                layer.weight[:, place] = layer.weight[:, place][:, order]
                continue
            tensors = {**dict(layer.named_parameters(recurse=False)), **dict(layer.named_buffers(recurse=False))}  # fmt: skip
            for tensor in tensors.values():
                if tensor.dim():
                    tensor[place] = tensor[place][order]


def _places(part: Part, name: str) -> list[tuple[int, int]]:
    """Where channels of a width stand in the input of a layer."""
    found, start = [], 0
    for segment, size in part.source:
        if segment == name:
            found.append((start, size))
        start += size
    return found


def _weight(supernet: Any, part: Part) -> Tensor | None:
    return getattr(supernet.net.get_submodule(part.module), "weight", None)


def _depthwise(supernet: Any, part: Part) -> bool:
    return getattr(supernet.net.get_submodule(part.module), "groups", 1) > 1
