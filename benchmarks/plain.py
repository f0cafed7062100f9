"""Search networks in plain PyTorch, as their authors' code writes them: a module for every operator
of every edge, all of them run, each output multiplied by its weight.

Without two things of the released code that change no output: biases in front of norms, and the
parameters of NAS-Bench-201's first norm, which mixtures read.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .hand import NB201Residual

DARTS_EDGES = 14  # of a cell: 2 + 3 + 4 + 5
DARTS_OPTIONS = 8  # `none`, then the seven of the space


class Zero(nn.Module):
    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, :: self.stride, :: self.stride].mul(0.0)


def norm(c: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(c, affine=False)


def conv_norm(c_in: int, c_out: int, kernel: int) -> nn.Sequential:
    """ReLU, convolution, norm."""
    convolution = nn.Conv2d(c_in, c_out, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(nn.ReLU(), convolution, norm(c_out))


class Mixed(nn.Module):
    """The operators of an edge, weighed."""

    def __init__(self, ops: Sequence[nn.Module]) -> None:
        super().__init__()
        self.ops = nn.ModuleList(ops)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        total: Tensor = sum(w * op(x) for w, op in zip(weights, self.ops, strict=True))
        return total


# ---------------------------------------------------------------------------- DARTS


class FactorizedReduce(nn.Module):
    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.conv_1 = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
        self.conv_2 = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
        self.bn = norm(c_out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(x)
        y: Tensor = self.bn(torch.cat([self.conv_1(x), self.conv_2(x[:, :, 1:, 1:])], 1))
        return y


def depthwise(c: int, kernel: int, stride: int, dilation: int = 1) -> list[nn.Module]:
    pad = dilation * (kernel // 2)
    return [
        nn.ReLU(), nn.Conv2d(c, c, kernel, stride, pad, dilation, groups=c, bias=False),
        nn.Conv2d(c, c, 1, bias=False), norm(c),
    ]  # fmt: skip


def darts_edge(c: int, stride: int) -> Mixed:
    skip = nn.Identity() if stride == 1 else FactorizedReduce(c, c)
    average = nn.AvgPool2d(3, stride, 1, count_include_pad=False)
    return Mixed([
        Zero(stride),
        nn.Sequential(nn.MaxPool2d(3, stride, 1), norm(c)),
        nn.Sequential(average, norm(c)),
        skip,
        *(nn.Sequential(*depthwise(c, k, stride), *depthwise(c, k, 1)) for k in (3, 5)),
        *(nn.Sequential(*depthwise(c, k, stride, 2)) for k in (3, 5)),
    ])  # fmt: skip


class DartsCell(nn.Module):
    def __init__(self, before: int, last: int, c: int, reduction: bool, halved: bool) -> None:
        super().__init__()
        self.preprocess0 = FactorizedReduce(before, c) if halved else conv_norm(before, c, 1)
        self.preprocess1 = conv_norm(last, c, 1)
        self.edges = nn.ModuleList(
            darts_edge(c, 2 if reduction and state < 2 else 1)
            for node in range(4)
            for state in range(2 + node)
        )

    def forward(self, s0: Tensor, s1: Tensor, weights: Tensor) -> Tensor:
        states = [self.preprocess0(s0), self.preprocess1(s1)]
        offset = 0
        for _ in range(4):
            node = sum(self.edges[offset + j](s, weights[offset + j]) for j, s in enumerate(states))
            offset += len(states)
            states.append(node)
        return torch.cat(states[2:], 1)


class DartsSupernet(nn.Module):
    """DARTS's search network; alphas: two of (14, 8), of the normal and the reduction cells."""

    def __init__(self, c: int = 16, layers: int = 8, classes: int = 10) -> None:
        super().__init__()
        stem = nn.Conv2d(3, 3 * c, 3, padding=1, bias=False)
        self.stem = nn.Sequential(stem, nn.BatchNorm2d(3 * c))
        self.cells = nn.ModuleList()
        before = last = 3 * c
        halved = False
        self.reductions = [i in (layers // 3, 2 * layers // 3) for i in range(layers)]
        for reduction in self.reductions:
            c = 2 * c if reduction else c
            self.cells.append(DartsCell(before, last, c, reduction, halved))
            before, last, halved = last, 4 * c, reduction
        self.classifier = nn.Linear(last, classes)

    def forward(self, x: Tensor, alphas: Sequence[Tensor]) -> Tensor:
        normal, reduce = (a.softmax(-1) for a in alphas)
        s0 = s1 = self.stem(x)
        for cell, reduction in zip(self.cells, self.reductions, strict=True):
            s0, s1 = s1, cell(s0, s1, reduce if reduction else normal)
        y: Tensor = self.classifier(F.adaptive_avg_pool2d(s1, 1).flatten(1))
        return y


# ---------------------------------------------------------------------------- NAS-Bench-201

NB201_EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
NB201_OPTIONS = 5


class NB201Cell(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.edges = nn.ModuleList(
            Mixed([
                Zero(1), nn.Identity(), conv_norm(c, c, 1), conv_norm(c, c, 3),
                nn.AvgPool2d(3, 1, 1, count_include_pad=False),
            ])
            for _ in NB201_EDGES
        )  # fmt: skip

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        nodes = [x]
        for target in range(1, 4):
            terms = [
                self.edges[i](nodes[a], weights[i])
                for i, (a, b) in enumerate(NB201_EDGES)
                if b == target
            ]
            nodes.append(sum(terms))
        return nodes[-1]


class NB201Supernet(nn.Module):
    """NAS-Bench-201's search network; alphas: one of (6, 5)."""

    def __init__(self, c: int = 16, n: int = 5, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, c, 3, padding=1, bias=False), norm(c))
        self.cells = nn.ModuleList()
        for stage in range(3):
            if stage:
                self.cells.append(NB201Residual(c))
                c = 2 * c
            self.cells.extend(NB201Cell(c) for _ in range(n))
        self.last = nn.Sequential(nn.BatchNorm2d(c), nn.ReLU())
        self.classifier = nn.Linear(c, classes)

    def forward(self, x: Tensor, alphas: Sequence[Tensor]) -> Tensor:
        weights = alphas[0].softmax(-1)
        x = self.stem(x)
        for cell in self.cells:
            x = cell(x) if isinstance(cell, NB201Residual) else cell(x, weights)
        y: Tensor = self.classifier(F.adaptive_avg_pool2d(self.last(x), 1).flatten(1))
        return y
