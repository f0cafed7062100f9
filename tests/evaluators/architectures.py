"""Architectures that read the data of the tests."""

from __future__ import annotations

from nasdsl.architecture import Architecture, Input

from ..compiler.graphs import Builder, network


def convnet(
    shape: tuple[int, int, int] = (1, 8, 8), classes: int = 10, width: int = 8
) -> Architecture:
    b = Builder("tiny", shape)
    x = b.chain(0, ("conv", {"kernel": 3, "out": width}), "bn", "relu")
    x = b.chain(x, ("conv", {"kernel": 3, "out": 2 * width, "stride": 2}), "bn", "relu")
    return network(b.done(b.chain(x, "global_avg_pool", ("linear", {"out": classes}))))


def perceptron(features: int = 64, classes: int = 10) -> Architecture:
    b = Builder("mlp", (features,))
    x = b.chain(0, ("linear", {"out": 32}), "relu", ("linear", {"out": classes}))
    return network(b.done(x))


def letters(steps: int, classes: int, head: int | None = None) -> Architecture:
    b = Builder("letters", (steps,))
    x = b.op("embedding", 0, classes=classes, dim=12)
    x = b.op("linear", x, out=head or classes)
    return network(b.done(x), Input("tokens", (steps,), classes))
