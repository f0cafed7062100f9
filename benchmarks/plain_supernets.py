"""Supernets as people write them: a module for every operator of every edge, all of them run.

DARTS's search network (Liu, Simonyan, Yang; ICLR 2019) and that of NAS-Bench-201 (Dong, Yang; ICLR
2020), with the norms of `relax(space, affine=False, pool_norm=…)`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def norm(c: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(c, affine=False)


class Mixed(nn.Module):
    """The weighted sum of operators on one edge."""

    def __init__(self, operators: list[nn.Module]) -> None:
        super().__init__()
        self.operators = nn.ModuleList(operators)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        terms = [w * op(x) for w, op in zip(weights, self.operators, strict=True)]
        return sum(terms[1:], terms[0])


class Zero(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 0.0


class ReluConvBn(nn.Sequential):
    def __init__(self, c: int, out: int, k: int = 1) -> None:
        super().__init__(nn.ReLU(), nn.Conv2d(c, out, k, padding=k // 2, bias=False), norm(out))


class FactorizedReduce(nn.Module):
    def __init__(self, c: int, out: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(c, out // 2, 1, stride=2, bias=False)
        self.other = nn.Conv2d(c, out - out // 2, 1, stride=2, bias=False)
        self.norm = norm(out)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(x)
        return self.norm(torch.cat([self.one(x), self.other(x[:, :, 1:, 1:])], 1))  # type: ignore[no-any-return]


def depthwise(c: int, k: int, stride: int, dilation: int) -> nn.Conv2d:
    padding = dilation * (k - 1) // 2
    return nn.Conv2d(
        c, c, k, stride=stride, padding=padding, dilation=dilation, groups=c, bias=False
    )


def separable(c: int, k: int, stride: int, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.ReLU(), depthwise(c, k, stride, dilation), nn.Conv2d(c, c, 1, bias=False), norm(c)
    )


def darts_operators(c: int, stride: int) -> list[nn.Module]:
    """In the order of spaces/darts.nas."""
    return [
        nn.Sequential(nn.MaxPool2d(3, stride, 1), norm(c)),
        nn.Sequential(nn.AvgPool2d(3, stride, 1, count_include_pad=False), norm(c)),
        nn.Identity() if stride == 1 else FactorizedReduce(c, c),
        nn.Sequential(separable(c, 3, stride), separable(c, 3, 1)),
        nn.Sequential(separable(c, 5, stride), separable(c, 5, 1)),
        separable(c, 3, stride, 2),
        separable(c, 5, stride, 2),
    ]


class DartsCell(nn.Module):
    """before, last: the channels of the inputs; halved: whether the one before is twice as large."""

    def __init__(self, before: int, last: int, c: int, reduction: bool, halved: bool) -> None:
        super().__init__()
        self.before = FactorizedReduce(before, c) if halved else ReluConvBn(before, c)
        self.last = ReluConvBn(last, c)
        self.edges = nn.ModuleList(
            Mixed(darts_operators(c, 2 if reduction and j < 2 else 1))
            for i in range(4) for j in range(i + 2)
        )  # fmt: skip

    def forward(self, before: Tensor, last: Tensor, weights: Tensor) -> Tensor:
        states = [self.before(before), self.last(last)]
        edge = 0
        for _ in range(4):
            found = [self.edges[edge + j](x, weights[edge + j]) for j, x in enumerate(states)]
            edge += len(states)
            states.append(sum(found[1:], found[0]))
        return torch.cat(states[2:], 1)


class DartsSupernet(nn.Module):
    """weights: (14, 7) for the edges of normal cells, and of reduction cells."""

    def __init__(self, c: int = 16, layers: int = 8, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 3 * c, 3, padding=1, bias=False), nn.BatchNorm2d(3 * c)
        )
        self.cells = nn.ModuleList()
        self.reductions = (layers // 3, 2 * layers // 3)
        before, last, width, halved = 3 * c, 3 * c, c, False
        for i in range(layers):
            small = i in self.reductions
            width = 2 * width if small else width
            self.cells.append(DartsCell(before, last, width, small, halved))
            before, last, halved = last, 4 * width, small
        self.classifier = nn.Linear(last, classes)

    def forward(self, x: Tensor, normal: Tensor, reduce: Tensor) -> Tensor:
        a = b = self.stem(x)
        for i, cell in enumerate(self.cells):
            a, b = b, cell(a, b, reduce if i in self.reductions else normal)
        return self.classifier(b.mean((2, 3)))  # type: ignore[no-any-return]


def nb201_operators(c: int) -> list[nn.Module]:
    """In the order of spaces/nasbench201.nas."""
    return [
        Zero(), nn.Identity(), ReluConvBn(c, c), ReluConvBn(c, c, 3),
        nn.AvgPool2d(3, 1, 1, count_include_pad=False),
    ]  # fmt: skip


class NB201Cell(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.edges = nn.ModuleList(Mixed(nb201_operators(c)) for _ in range(6))

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        nodes, edge = [x], 0
        for _ in range(3):
            found = [self.edges[edge + j](y, weights[edge + j]) for j, y in enumerate(nodes)]
            edge += len(nodes)
            nodes.append(sum(found[1:], found[0]))
        return nodes[-1]


class Residual(nn.Module):
    """Halves the size and doubles the width."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.ReLU(), nn.Conv2d(c, 2 * c, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(2 * c),
            nn.ReLU(), nn.Conv2d(2 * c, 2 * c, 3, padding=1, bias=False), nn.BatchNorm2d(2 * c),
        )  # fmt: skip
        self.past = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(c, 2 * c, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        return self.main(x) + self.past(x)  # type: ignore[no-any-return]


class NB201Supernet(nn.Module):
    """weights: (6, 5), in the order of the decisions."""

    def __init__(self, c: int = 16, n: int = 5, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, c, 3, padding=1, bias=False), norm(c))
        self.body = nn.ModuleList()
        for stage in range(3):
            if stage:
                self.body.append(Residual(c))
                c *= 2
            self.body += [NB201Cell(c) for _ in range(n)]
        self.norm = nn.BatchNorm2d(c)
        self.classifier = nn.Linear(c, classes)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        x = self.stem(x)
        for part in self.body:
            x = part(x, weights) if isinstance(part, NB201Cell) else part(x)
        return self.classifier(F.relu(self.norm(x)).mean((2, 3)))  # type: ignore[no-any-return]
