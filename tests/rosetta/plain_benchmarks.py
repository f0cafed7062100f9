"""The networks of NAS-Bench-201 and NAS-Bench-101 in plain PyTorch, from the descriptions of their authors' code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from .plain_networks import Pooled, Sum


class Cell201(nn.Module):
    def __init__(self, edges: Sequence[Sequence[str]], c: int) -> None:
        super().__init__()
        self.nodes = nn.ModuleList(nn.ModuleList(self._op(op, c) for op in node) for node in edges)

    @staticmethod
    def _op(name: str, c: int) -> nn.Module:
        if name.startswith("nor_conv"):
            k = int(name[-1])
            conv = nn.Conv2d(c, c, k, padding=k // 2, bias=False)
            return nn.Sequential(nn.ReLU(), conv, nn.BatchNorm2d(c))
        pool = nn.AvgPool2d(3, 1, 1, count_include_pad=False)
        return {"skip_connect": nn.Identity(), "avg_pool_3x3": pool, "none": Nothing()}[name]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states = [x]
        for node in self.nodes:
            assert isinstance(node, nn.ModuleList)
            states.append(torch.stack([op(y) for op, y in zip(node, states, strict=True)]).sum(0))
        return states[-1]


class Nothing(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 0 * x


def nasbench201(edges: Sequence[Sequence[str]], c: int, n: int, classes: int) -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(3, c, 3, padding=1, bias=False), nn.BatchNorm2d(c)]
    for stage in range(3):
        if stage:
            body = nn.Sequential(
                nn.ReLU(), nn.Conv2d(c, 2 * c, 3, 2, 1, bias=False), nn.BatchNorm2d(2 * c),
                nn.ReLU(), nn.Conv2d(2 * c, 2 * c, 3, 1, 1, bias=False), nn.BatchNorm2d(2 * c),
            )  # fmt: skip
            past = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(c, 2 * c, 1, bias=False))
            layers.append(Sum(body, past))
            c *= 2
        layers += [Cell201(edges, c) for _ in range(n)]
    return nn.Sequential(*layers, nn.BatchNorm2d(c), nn.ReLU(), Pooled(nn.Linear(c, classes)))


def _conv101(i: int, o: int, k: int) -> nn.Module:
    conv = nn.Conv2d(i, o, k, padding=k // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(o, momentum=0.003), nn.ReLU())


class Module101(nn.Module):
    """All vertices of `matrix` lie on a path from the first to the last."""

    def __init__(self, matrix: Sequence[Sequence[int]], ops: Sequence[str], i: int, o: int) -> None:
        super().__init__()
        self.matrix, last = matrix, len(matrix) - 1
        ends = [v for v in range(1, last) if matrix[v][last]]
        width = [0] * last + [o]
        for rank, v in enumerate(ends):
            width[v] = o // len(ends) + (rank < o % len(ends))
        for v in reversed(range(1, last)):
            width[v] = width[v] or max(width[w] for w in range(v + 1, last) if matrix[v][w])
        self.width, self.ends, self.last = width, ends, last
        self.into = nn.ModuleDict(
            {str(v): _conv101(i, width[v], 1) for v in range(1, last + 1) if matrix[0][v]}
        )
        self.ops = nn.ModuleDict()
        for v in range(1, last):
            k = {"conv1x1-bn-relu": 1, "conv3x3-bn-relu": 3}.get(ops[v])
            op = _conv101(width[v], width[v], k) if k else nn.MaxPool2d(3, 1, 1)
            self.ops[str(v)] = op

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made: dict[int, torch.Tensor] = {}
        for v in range(1, self.last):
            come = [made[u][:, : self.width[v]] for u in range(1, v) if self.matrix[u][v]]
            come += [self.into[str(v)](x)] if self.matrix[0][v] else []
            made[v] = self.ops[str(v)](torch.stack(come).sum(0))
        parts = [torch.cat([made[v] for v in self.ends], 1)] if self.ends else []
        parts += [self.into[str(self.last)](x)] if self.matrix[0][self.last] else []
        return torch.stack(parts).sum(0)


def nasbench101(matrix: Any, ops: Any, c: int, n: int, classes: int) -> nn.Module:
    layers: list[nn.Module] = [_conv101(3, c, 3)]
    i = c
    for stage in range(3):
        if stage:
            layers.append(nn.MaxPool2d(2))
            c *= 2
        for _ in range(n):
            layers.append(Module101(matrix, ops, i, c))
            i = c
    return nn.Sequential(*layers, Pooled(nn.Linear(c, classes)))
