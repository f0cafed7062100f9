"""Networks written by hand, and the same ones as architectures."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nasdsl.architecture import Architecture, Graph, Input

from .graphs import Builder, network


class ReluConvBn(nn.Module):
    def __init__(self, c: int, k: int) -> None:
        super().__init__()
        self.op = nn.Sequential(
            nn.ReLU(), nn.Conv2d(c, c, k, padding=k // 2, bias=False), nn.BatchNorm2d(c)
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.op(x)
        return y


class HandCell(nn.Module):
    """|conv3~0|+|none~0|conv1~1|+|skip~0|pool~1|conv3~2|"""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.a, self.b, self.c = ReluConvBn(c, 3), ReluConvBn(c, 1), ReluConvBn(c, 3)

    def forward(self, x: Tensor) -> Tensor:
        one = self.a(x)
        two = x * 0 + self.b(one)
        pooled = F.avg_pool2d(one, 3, stride=1, padding=1, count_include_pad=False)
        y: Tensor = x + pooled + self.c(two)
        return y


class HandReduction(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(c, 2 * c, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(2 * c),
            nn.ReLU(),
            nn.Conv2d(2 * c, 2 * c, 3, padding=1, bias=False),
            nn.BatchNorm2d(2 * c),
        )
        self.skip = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(c, 2 * c, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.main(x) + self.skip(x)
        return y


class HandNetwork(nn.Module):
    def __init__(self, c: int = 8, n: int = 3) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, c, 3, padding=1, bias=False), nn.BatchNorm2d(c))
        self.stage1 = nn.Sequential(*[HandCell(c) for _ in range(n)])
        self.reduce1 = HandReduction(c)
        self.stage2 = nn.Sequential(*[HandCell(2 * c) for _ in range(n)])
        self.reduce2 = HandReduction(2 * c)
        self.stage3 = nn.Sequential(*[HandCell(4 * c) for _ in range(n)])
        self.norm = nn.BatchNorm2d(4 * c)
        self.head = nn.Linear(4 * c, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stage1(self.stem(x))
        x = self.stage2(self.reduce1(x))
        x = self.stage3(self.reduce2(x))
        y: Tensor = self.head(F.relu(self.norm(x)).mean((2, 3)))
        return y


def _edge(c: int, size: int, kernel: int) -> Graph:
    b = Builder("edge", (c, size, size))
    return b.done(b.chain(0, "relu", ("conv", {"kernel": kernel}), "bn"))


def _single(op: str, c: int, size: int, **attrs: Any) -> Graph:
    b = Builder("edge", (c, size, size))
    return b.done(b.op(op, 0, **attrs))


def _cell(c: int, size: int) -> Graph:
    conv3, conv1 = _edge(c, size, 3), _edge(c, size, 1)
    b = Builder("cell", (c, size, size))
    one = b.call(conv3, 0)
    two = b.op("sum", b.call(_single("zero", c, size), 0), b.call(conv1, one))
    skip = b.call(_single("identity", c, size), 0)
    pooled = b.call(_single("avg_pool", c, size, kernel=3), one)
    return b.done(b.op("sum", skip, pooled, b.call(conv3, two)))


def _reduction(c: int, size: int) -> Graph:
    b = Builder("reduction", (c, size, size))
    wide = {"kernel": 3, "out": 2 * c}
    x = b.chain(0, "relu", ("conv", {**wide, "stride": 2}), "bn")
    x = b.chain(x, "relu", ("conv", wide), "bn")
    y = b.chain(0, ("avg_pool", {"kernel": 2, "stride": 2, "pad": 0}))
    return b.done(b.op("sum", x, b.op("conv", y, kernel=1, out=2 * c)))


def cell_network(c: int = 8, size: int = 16, n: int = 3) -> Architecture:
    """What HandNetwork is."""
    b = Builder("cells", (3, size, size))
    x = b.chain(0, ("conv", {"kernel": 3, "out": c}), "bn")
    for stage in range(3):
        if stage:
            x = b.call(_reduction(c, size), x)
            c, size = 2 * c, size // 2
        cell = _cell(c, size)
        for _ in range(n):
            x = b.call(cell, x)
    return network(b.done(b.chain(x, "bn", "relu", "global_avg_pool", ("linear", {"out": 10}))))


class HandMobile(nn.Module):
    """Two inverted residual blocks with squeeze and excitation."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(HandBlock(8, 16, 2), HandBlock(16, 16, 1))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.blocks(x)
        return y


class HandBlock(nn.Module):
    def __init__(self, c: int, out: int, stride: int) -> None:
        super().__init__()
        h = 4 * c
        self.residual = stride == 1 and c == out
        self.expand = nn.Sequential(nn.Conv2d(c, h, 1, bias=False), nn.BatchNorm2d(h))
        self.deep = nn.Sequential(
            nn.Conv2d(h, h, 3, stride, 1, groups=h, bias=False), nn.BatchNorm2d(h)
        )
        self.reduce, self.grow = nn.Linear(h, h // 4), nn.Linear(h // 4, h)
        self.project = nn.Sequential(nn.Conv2d(h, out, 1, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        deep = F.relu6(self.deep(F.relu6(self.expand(x))))
        gate = torch.sigmoid(self.grow(F.relu(self.reduce(deep.mean((2, 3))))))
        y: Tensor = self.project(deep * gate[:, :, None, None])
        return x + y if self.residual else y


def _excite(h: int, size: int) -> Graph:
    b = Builder("excite", (h, size, size))
    g = b.chain(0, "global_avg_pool", ("linear", {"out": h // 4}), "relu")
    g = b.chain(g, ("linear", {"out": h}), "sigmoid")
    return b.done(b.op("mul", 0, g))


def _block(c: int, size: int, out: int, stride: int) -> Graph:
    b = Builder("block", (c, size, size))
    h = 4 * c
    x = b.chain(0, ("conv", {"kernel": 1, "out": h}), "bn", "relu6")
    x = b.chain(x, ("dw_conv", {"kernel": 3, "stride": stride}), "bn", "relu6")
    x = b.call(_excite(h, b.shapes[x][1]), x)
    x = b.chain(x, ("conv", {"kernel": 1, "out": out}), "bn")
    return b.done(b.op("sum", 0, x) if stride == 1 and c == out else x)


def mobile_network() -> Architecture:
    """What HandMobile is."""
    b = Builder("mobile", (8, 16, 16))
    x = b.call(_block(8, 16, 16, 2), 0)
    return network(b.done(b.call(_block(16, 8, 16, 1), x)))


def elman(steps: int = 5, features: int = 3, hidden: int = 4) -> Architecture:
    """A scanned cell with two states, on embedded tokens."""
    cell = Builder("cell", (features,), (hidden,), (hidden,), names=("x", "h", "c"))
    both = cell.op("concat", 0, 1)
    new = cell.chain(both, ("linear", {"out": hidden}), "tanh")
    memory = cell.op("sum", 2, new)
    motif = cell.done(cell.op("mul", memory, new), memory)
    b = Builder("elman", (steps,), names=("tokens",))
    x = b.op("embedding", 0, classes=7, dim=features)
    x = b.scan(motif, x, [(hidden,), (hidden,)])
    graph = b.done(b.chain(x, "select_step", ("linear", {"out": 2})))
    return network(graph, Input("tokens", (steps,), 7))


class HandElman(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(7, 3)
        self.cell, self.head = nn.Linear(7, 4), nn.Linear(4, 2)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens)
        h = c = torch.zeros(len(x), 4, dtype=x.dtype)
        for t in range(x.shape[1]):
            new = torch.tanh(self.cell(torch.cat([x[:, t], h], 1)))
            c = c + new
            h = c * new
        y: Tensor = self.head(h)
        return y


def transformer(steps: int = 4, features: int = 8) -> Architecture:
    """Two pre-norm encoder layers on a sequence, with helpers and a class token."""
    block = Builder("encoder", (steps + 1, features), names=("x",))
    y = block.chain(0, "layer_norm", ("attention", {"heads": 2}), ("drop_path", {"p": 0.1}))
    y = block.op("sum", 0, y)
    z = block.chain(y, "layer_norm", ("linear", {"out": 16}), "gelu", ("linear", {"out": features}))
    motif = block.done(block.op("sum", y, block.op("dropout", z, p=0.1)))
    b = Builder("transformer", (steps, 3), names=("x",))
    x = b.chain(0, ("linear", {"out": features}), "class_token", "position")
    for _ in range(2):
        x = b.call(motif, x)
    return network(b.done(b.chain(x, ("lstm", {"hidden": 4}), ("select_step", {"index": 0}))))
