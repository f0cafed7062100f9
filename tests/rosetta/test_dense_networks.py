"""Networks for segmentation from their codes against plain PyTorch with the same weights."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nasdsl.encodings.library import encoding

from .darts_network import operator
from .test_darts_network import agree, compiled

torch.set_num_threads(1)
NASUNET = """Genotype(down=[('down_dil_conv', 1), ('down_cweight', 0), ('max_pool', 0), ('conv', 2),
('down_dep_conv', 0), ('identity', 3)], down_concat=range(2, 5), up=[('identity', 0), ('up_dil_conv', 1),
('cweight', 2), ('up_cweight', 1), ('up_dep_conv', 1), ('dep_conv', 3)], up_concat=range(2, 5))"""
PATH = {
    "path": [1, 0, 1, 2, 2],
    "cell": [[0, 7], [1, 4], [2, 1], [3, 6], [5, 3], [8, 5], [11, 5], [13, 2], [19, 0], [18, 4]],
}
DPC = [
    {"op": "conv", "kernel": 3, "rate": [1, 6], "input": -1},
    {"op": "conv", "kernel": [1, 1], "input": 0},
    {"op": "pyramid_pooling", "grid_size": [4, 2], "input": -1},
]


def _norm(c: int) -> nn.Module:
    return nn.GroupNorm(c // 16 if c % 16 == 0 else 1, c)


class Gate(nn.Module):
    def __init__(self, c: int, *after: nn.Module) -> None:
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(c, c // 16), nn.ReLU(), nn.Linear(c // 16, c))
        self.after = nn.Sequential(*after)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.after(x * torch.sigmoid(self.fc(x.mean((2, 3))))[:, :, None, None])


def _unet_op(name: str, c: int) -> nn.Module:
    if name == "identity":
        return nn.Identity()
    if name == "max_pool":
        return nn.MaxPool2d(2)
    way, _, kind = name.partition("_") if name[:3] in ("up_", "dow") else ("", "", name)
    stride, dilation = 2 if way else 1, 2 if kind == "dil_conv" else 1
    groups = c if kind == "dep_conv" else 1
    made = nn.ConvTranspose2d if way == "up" else nn.Conv2d
    conv = made(
        c, c, 3, stride=stride, padding=dilation, dilation=dilation, groups=groups, bias=False
    )
    if kind == "cweight":
        return Gate(c, conv, _norm(c)) if way else Gate(c)
    points = [nn.Conv2d(c, c, 1, bias=False)] if groups > 1 else []
    return nn.Sequential(conv, *points, _norm(c), nn.ReLU())


class UnetCell(nn.Module):
    def __init__(self, pairs: Any, joined: Any, a: int, b: int, c: int, stride: int) -> None:
        super().__init__()
        self.a = nn.Sequential(nn.ReLU(), nn.Conv2d(a, c, 1, stride, bias=False), _norm(c))
        self.b = nn.Sequential(nn.ReLU(), nn.Conv2d(b, c, 1, bias=False), _norm(c))
        self.states, self.joined = [p["state"] for p in pairs], joined
        self.ops = nn.ModuleList(_unet_op(p["op"], c) for p in pairs)

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        s = [self.a(a), self.b(b)]
        for i in range(0, len(self.ops), 2):
            x, y = (self.ops[j](s[self.states[j]]) for j in (i, i + 1))
            size = max(tuple(x.shape[2:]), tuple(y.shape[2:]))
            s.append(sum(F.interpolate(z, size) for z in (x, y)))
        return torch.cat([s[i] for i in self.joined], 1)


class Unet(nn.Module):
    def __init__(self, code: Any, c: int, depth: int, classes: int) -> None:
        super().__init__()
        self.stem0 = nn.Sequential(nn.Conv2d(1, 4 * c, 1, bias=False), _norm(4 * c))
        self.stem1 = nn.Sequential(nn.Conv2d(1, 4 * c, 3, 2, 1, bias=False), _norm(4 * c))
        down, up = len(code["down_concat"]) * c, len(code["up_concat"]) * c
        widths = [4 * c, 4 * c] + [down] * depth
        self.down = nn.ModuleList(
            UnetCell(code["down"], code["down_concat"], widths[i], widths[i + 1], c, 2)
            for i in range(depth)
        )
        self.up = nn.ModuleList(
            UnetCell(code["up"], code["up_concat"], widths[depth - i], up if i else down, c, 1)
            for i in range(depth + 1)
        )
        self.head = nn.Conv2d(up, classes, 1, bias=False)
        self.unused = _norm(classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        s = [self.stem0(x), self.stem1(x)]
        for cell in self.down:
            s.append(cell(s[-2], s[-1]))
        y = s[-1]
        for i, cell in enumerate(self.up):
            y = cell(s[-2 - i], y)
        return self.head(y)


@pytest.mark.parametrize("size", [32, 48])
def test_nasunet(size: int) -> None:
    code = encoding("nasunet").decode(NASUNET)
    mine = compiled("nasunet", NASUNET, {"c": 16, "depth": 2, "classes": 3, "size": size})
    agree(mine, Unet(code, 16, 2, 3), size, channels=1)


def _conv(c: int, d: int, k: int, stride: int = 1, dilation: int = 1, bias: bool = False) -> Any:
    pad = dilation * (k // 2)
    conv = nn.Conv2d(c, d, k, stride, pad, dilation, bias=bias)
    return nn.Sequential(conv, nn.BatchNorm2d(d), nn.ReLU())


def _to(x: torch.Tensor, size: Any) -> torch.Tensor:
    return F.interpolate(x, tuple(size), mode="bilinear", align_corners=True)


OPS = "none max_pool_3x3 avg_pool_3x3 skip_connect sep_conv_3x3 sep_conv_5x5 dil_conv_3x3 dil_conv_5x5"


class PathCell(nn.Module):
    def __init__(self, rows: Any, a: int, b: int, c: int, change: int) -> None:
        super().__init__()
        self.a = nn.Sequential(nn.ReLU(), nn.Conv2d(a, c, 1, bias=False), nn.BatchNorm2d(c))
        self.b = nn.Sequential(nn.ReLU(), nn.Conv2d(b, c, 1, bias=False), nn.BatchNorm2d(c))
        self.rows, self.change = rows, change
        self.ops = nn.ModuleList(
            operator(OPS.split()[op], c, 1, nn.BatchNorm2d, lambda c: nn.Identity())
            for _, op in rows
        )

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        h = b.shape[2]
        h = {0: h, 1: (h - 1) // 2 + 1 if h % 2 else h // 2, -1: 2 * h - 1 if h % 2 else 2 * h}[
            self.change
        ]
        s = [self.a(_to(a, (h, h))), self.b(_to(b, (h, h)))]
        first = 0
        for _ in range(5):
            edges = zip(self.rows, self.ops, strict=True)
            fed = [op(s[j - first]) for (j, _), op in edges if first <= j < first + len(s)]
            first += len(s)
            s.append(sum(fed))
        return torch.cat(s[2:], 1)


class PathNetwork(nn.Module):
    def __init__(self, code: Any, f: int, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(_conv(3, 64, 3, 2, bias=True), _conv(64, 64, 3, bias=True))
        self.stem2 = _conv(64, 128, 3, 2, bias=True)
        widths, cells, before = [64, 128], [], 0
        for level in code["path"]:
            c = f * 2**level
            cells.append(PathCell(code["cell"], widths[-2], widths[-1], c, level - before))
            widths.append(5 * c)
            before = level
        self.cells = nn.ModuleList(cells)
        self.low = _conv(widths[4], 48, 1)
        c = widths[-1]
        self.image = _conv(c, 256, 1)
        self.aspp = nn.ModuleList(
            [_conv(c, 256, 1), *(_conv(c, 256, 3, dilation=d) for d in (6, 12, 18))]
        )
        self.join = _conv(1280, 256, 1)
        self.head = nn.Sequential(
            _conv(304, 256, 3), _conv(256, 256, 3), nn.Conv2d(256, classes, 1)
        )

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        s = [self.stem(picture)]
        s.append(self.stem2(s[0]))
        for cell in self.cells:
            s.append(cell(s[-2], s[-1]))
        x, low = s[-1], self.low(s[4])
        image = _to(self.image(x.mean((2, 3), keepdim=True)), x.shape[2:])
        x = self.join(torch.cat([*(part(x) for part in self.aspp), image], 1))
        return _to(self.head(torch.cat([_to(x, low.shape[2:]), low], 1)), picture.shape[2:])


@pytest.mark.parametrize("size", [64, 65])
def test_autodeeplab(size: int) -> None:
    mine = compiled("autodeeplab", json.dumps(PATH), {"F": 4, "classes": 3, "size": size})
    for module in mine.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    agree(mine, PathNetwork(PATH, 4, 3), size)


class Pyramid(nn.Module):
    def __init__(self, c: int, d: int) -> None:
        super().__init__()
        wide = nn.Conv2d(c, c, 3, padding=(1, 6), dilation=(1, 6), groups=c, bias=False)
        norm = nn.BatchNorm2d(c), nn.ReLU()
        self.separable = nn.Sequential(wide, *norm, _conv(c, d, 1))
        self.point, self.pooled, self.out = _conv(d, d, 1), _conv(c, d, 1), _conv(3 * d, d, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.separable(x)
        z = _to(self.pooled(F.avg_pool2d(x, (5, 9), 1)), x.shape[2:])
        return self.out(torch.cat([y, self.point(y), z], 1))


def test_dense_prediction_cell() -> None:
    settings = {"in_channels": 6, "filters": 4, "size": 17, "drop": 0.0}
    agree(compiled("dpc", json.dumps(DPC), settings), Pyramid(6, 4), 17, channels=6)
