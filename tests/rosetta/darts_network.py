"""DARTS networks in plain PyTorch, written from the description: what compiled ones are held to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

Edge = tuple[str, int, int]  # operator, node, the state that it reads
Norm = Callable[[int], nn.Module]


def _conv(c: int, d: int, k: Any, stride: Any = 1, dilation: int = 1, groups: int = 1) -> nn.Conv2d:
    kernel = k if isinstance(k, tuple) else (k, k)
    pad = tuple(dilation * (n - 1) // 2 for n in kernel)
    return nn.Conv2d(c, d, kernel, stride, pad, dilation, groups, bias=False)


class Halve(nn.Module):
    def __init__(self, c: int, d: int, norm: Norm) -> None:
        super().__init__()
        self.even, self.odd = _conv(c, d // 2, 1, 2), _conv(c, d - d // 2, 1, 2)
        self.norm = norm(d)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(x)
        odd = F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        return self.norm(torch.cat([self.even(x), self.odd(odd)], 1))


class Nothing(nn.Module):
    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(x[:, :, :: self.stride, :: self.stride])


def operator(name: str, c: int, stride: int, norm: Norm, pool_norm: Norm) -> nn.Module:
    if name in ("none", "00"):
        return Nothing(stride)
    if name in ("skip_connect", "10"):
        return nn.Identity() if stride == 1 else Halve(c, c, norm)
    if name == "max_pool_3x3":
        return nn.Sequential(nn.MaxPool2d(3, stride, 1), pool_norm(c))
    if name == "avg_pool_3x3":
        pool = nn.AvgPool2d(3, stride, 1, count_include_pad=False)
        return nn.Sequential(pool, pool_norm(c))
    kind, _, size = name.rpartition("_")
    if kind == "conv_7x1" or kind == "conv_3x1":
        k = int(size[-1])
        across, down = _conv(c, c, (1, k), (1, stride)), _conv(c, c, (k, 1), (stride, 1))
        return nn.Sequential(nn.ReLU(), across, down, norm(c))
    k = int(size[0])
    if kind == "nor_conv":
        return nn.Sequential(nn.ReLU(), _conv(c, c, k, stride), norm(c))
    if kind == "dil_conv":
        wide = _conv(c, c, k, stride, 2, c)
        return nn.Sequential(nn.ReLU(), wide, _conv(c, c, 1), norm(c))
    halves = [
        (nn.ReLU(), _conv(c, c, k, s, groups=c), _conv(c, c, 1), norm(c)) for s in (stride, 1)
    ]
    return nn.Sequential(*halves[0], *halves[1])


class Cell(nn.Module):
    """A node sums its edges; `puts_out` are the states that are joined."""

    def __init__(
        self, edges: Sequence[Edge], puts_out: Sequence[int], before: int, last: int, c: int,
        reduction: bool, after_reduction: bool, norm: Norm, pool_norm: Norm,
    ) -> None:  # fmt: skip
        super().__init__()
        self.before = Halve(before, c, norm) if after_reduction else _project(before, c, norm)
        self.last = _project(last, c, norm)
        self.edges, self.puts_out = edges, puts_out
        self.ops = nn.ModuleList(
            operator(op, c, 2 if reduction and state < 2 else 1, norm, pool_norm)
            for op, _, state in edges
        )

    def forward(self, before: torch.Tensor, last: torch.Tensor) -> torch.Tensor:
        states = {0: self.before(before), 1: self.last(last)}
        for (_, node, state), op in zip(self.edges, self.ops, strict=True):
            if state in states:
                y = op(states[state])
                states[node] = states[node] + y if node in states else y
        return torch.cat([states[i] for i in self.puts_out], 1)


def _project(c: int, d: int, norm: Norm) -> nn.Module:
    return nn.Sequential(nn.ReLU(), _conv(c, d, 1), norm(d))


class Gate(nn.Module):
    def __init__(self, c: int, r: int) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(c, c // r, bias=False), nn.Linear(c // r, c, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        gate = torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3))))))
        return x * gate[:, :, None, None]


class Network(nn.Module):
    """cells: for each layer its edges and what it puts out. gates: for each layer a divisor or 0."""

    def __init__(
        self, cells: Sequence[tuple[Sequence[Edge], Sequence[int]]], c: int, classes: int, *,
        imagenet: bool = False, stem: int | None = None, grow: int = 0, gates: Sequence[int] = (),
        auxiliary: bool = False, auxiliary_bn: bool = True, norm: Norm = nn.BatchNorm2d,
        pool_norm: Norm = lambda c: nn.Identity(),
    ) -> None:  # fmt: skip
        super().__init__()
        width = stem or (c if imagenet else 3 * c)
        relu, bn = nn.ReLU(), nn.BatchNorm2d
        if imagenet:
            half = _conv(3, width // 2, 3, 2), bn(width // 2)
            self.stem = nn.Sequential(*half, relu, _conv(width // 2, width, 3, 2), bn(width))
            self.stem2 = nn.Sequential(relu, _conv(width, width, 3, 2), bn(width))
        else:
            self.stem, self.stem2 = nn.Sequential(_conv(3, width, 3), bn(width)), nn.Identity()
        self.at = len(cells) // 3, 2 * len(cells) // 3
        self.layers = nn.ModuleList()
        before = last = width
        halved, middle = imagenet, 0
        for i, (edges, puts_out) in enumerate(cells):
            small = i in self.at
            if grow:
                c += grow * (i > 0)
            elif small:
                c *= 2
            cell = Cell(edges, puts_out, before, last, c, small, halved, norm, pool_norm)
            before, last, halved = last, c * len(puts_out), small
            gate = gates[i] if gates else 0
            self.layers.append(nn.ModuleList([cell, Gate(last, gate) if gate else nn.Identity()]))
            if i == self.at[1]:
                middle = last
        self.classifier = nn.Linear(last, classes)
        self.head = None
        if auxiliary:
            self.head = nn.Sequential(
                relu, nn.AvgPool2d(5, 2 if imagenet else 3), nn.Conv2d(middle, 128, 1, bias=False),
                bn(128), relu, nn.Conv2d(128, 768, 2, bias=False),
                bn(768) if auxiliary_bn else nn.Identity(), relu, nn.Flatten(),
                nn.Linear(768, classes),
            )  # fmt: skip

    def forward(self, x: torch.Tensor) -> Any:
        before = self.stem(x)
        last, extra = self.stem2(before), None
        for i, (cell, gate) in enumerate(self.layers):
            before, last = last, gate(cell(before, last))
            if i == self.at[1] and self.head is not None:
                extra = self.head(last)
        logits = self.classifier(last.mean((2, 3)))
        return logits if extra is None else (logits, extra)
