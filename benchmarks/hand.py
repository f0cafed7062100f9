"""The same networks in plain PyTorch, as their authors' code writes them."""

from __future__ import annotations

from functools import reduce
from operator import add

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .subjects import DARTS_V2, NB201_CELL, Cell


def conv_bn(c_in: int, c_out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """ReLU, convolution, batch norm."""
    return nn.Sequential(
        nn.ReLU(), nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(c_out),
    )  # fmt: skip


# ---------------------------------------------------------------------------- DARTS


class FactorizedReduce(nn.Module):
    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.conv_1 = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
        self.conv_2 = nn.Conv2d(c_in, c_out // 2, 1, 2, bias=False)
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(x)
        y: Tensor = self.bn(torch.cat([self.conv_1(x), self.conv_2(x[:, :, 1:, 1:])], 1))
        return y


def depthwise(c: int, kernel: int, stride: int, dilation: int = 1) -> list[nn.Module]:
    pad = dilation * (kernel // 2)
    return [
        nn.ReLU(), nn.Conv2d(c, c, kernel, stride, pad, dilation, groups=c, bias=False),
        nn.Conv2d(c, c, 1, bias=False), nn.BatchNorm2d(c),
    ]  # fmt: skip


def darts_op(name: str, c: int, stride: int) -> nn.Module:
    kernel = int(name[-1]) if name[-1].isdigit() else 0
    if name.startswith("sep_conv"):
        return nn.Sequential(*depthwise(c, kernel, stride), *depthwise(c, kernel, 1))
    if name.startswith("dil_conv"):
        return nn.Sequential(*depthwise(c, kernel, stride, 2))
    if name.startswith("max_pool"):
        return nn.MaxPool2d(3, stride, 1)
    return nn.Identity() if stride == 1 else FactorizedReduce(c, c)


class DartsCell(nn.Module):
    def __init__(
        self, cell: Cell, reduction: bool, before: int, last: int, c: int, halved: bool
    ) -> None:
        super().__init__()
        self.preprocess0 = FactorizedReduce(before, c) if halved else conv_bn(before, c, 1)
        self.preprocess1 = conv_bn(last, c, 1)
        nodes = [sorted(cell[i : i + 2], key=lambda e: e[1]) for i in range(0, len(cell), 2)]
        self.sources = [[state for _, state in edges] for edges in nodes]
        self.ops = nn.ModuleList(
            darts_op(op, c, 2 if reduction and state < 2 else 1)
            for edges in nodes
            for op, state in edges
        )

    def forward(self, s0: Tensor, s1: Tensor) -> Tensor:
        states = [self.preprocess0(s0), self.preprocess1(s1)]
        for i, (a, b) in enumerate(self.sources):
            states.append(self.ops[2 * i](states[a]) + self.ops[2 * i + 1](states[b]))
        return torch.cat(states[2:], 1)


class DartsNetwork(nn.Module):
    """DARTS_V2 without the auxiliary head."""

    def __init__(self, c: int = 36, layers: int = 20, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 3 * c, 3, padding=1, bias=False), nn.BatchNorm2d(3 * c)
        )
        self.cells = nn.ModuleList()
        before = last = 3 * c
        halved = False
        for i in range(layers):
            reduction = i in (layers // 3, 2 * layers // 3)
            c = 2 * c if reduction else c
            cell = DARTS_V2["reduce" if reduction else "normal"]
            self.cells.append(DartsCell(cell, reduction, before, last, c, halved))
            before, last, halved = last, 4 * c, reduction
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(last, classes)

    def forward(self, x: Tensor) -> Tensor:
        s0 = s1 = self.stem(x)
        for cell in self.cells:
            s0, s1 = s1, cell(s0, s1)
        y: Tensor = self.classifier(self.pool(s1).flatten(1))
        return y


# ---------------------------------------------------------------------------- NAS-Bench-201


def nb201_op(name: str, c: int) -> nn.Module:
    if name.startswith("nor_conv"):
        return conv_bn(c, c, int(name[-1]))
    if name.startswith("avg_pool"):
        return nn.AvgPool2d(3, 1, 1, count_include_pad=False)
    return nn.Identity()


class NB201Cell(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.edges = nn.ModuleList(nb201_op(name, c) for name in NB201_CELL)

    def forward(self, x: Tensor) -> Tensor:
        nodes: list[Tensor] = [x]
        edges = iter(self.edges)
        for _ in range(3):
            terms = [next(edges)(node) for node in nodes]
            nodes.append(reduce(add, terms))  # `sum` would begin with 0 + …
        return nodes[-1]


class NB201Residual(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(conv_bn(c, 2 * c, 3, 2), conv_bn(2 * c, 2 * c, 3))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(c, 2 * c, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.convs(x) + self.shortcut(x)
        return y


class NB201Network(nn.Module):
    def __init__(self, c: int = 16, n: int = 5, classes: int = 10) -> None:
        super().__init__()
        stages: list[nn.Module] = [nn.Conv2d(3, c, 3, padding=1, bias=False), nn.BatchNorm2d(c)]
        for stage in range(3):
            if stage:
                stages.append(NB201Residual(c))
                c = 2 * c
            stages += [NB201Cell(c) for _ in range(n)]
        self.features = nn.Sequential(*stages, nn.BatchNorm2d(c), nn.ReLU())
        self.classifier = nn.Linear(c, classes)

    def forward(self, x: Tensor) -> Tensor:
        features = F.adaptive_avg_pool2d(self.features(x), 1)
        y: Tensor = self.classifier(features.flatten(1))
        return y
