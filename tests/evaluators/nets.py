"""Small networks and data that the tests of training share."""

from __future__ import annotations

import torch
from torch import nn

from nasdsl.evaluators.splits import Found, Splits, Tensors, assemble


def block(into: int, out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU()
    )


def digits_net(classes: int = 10, width: int = 8, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        block(1, width),
        block(width, 2 * width, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(2 * width, classes),
    )


def blobs(count: int = 120, classes: int = 3) -> Splits:
    """Vectors of four features around one centre a class."""
    rng = torch.Generator().manual_seed(0)
    y = torch.arange(count) % classes
    centres = 4 * torch.randn(classes, 4, generator=rng)
    x = centres[y] + torch.randn(count, 4, generator=rng)
    found = Found("vector", classes, Tensors(x, y))
    return assemble("blobs", found, valid_fraction=0.25, seed=0)
