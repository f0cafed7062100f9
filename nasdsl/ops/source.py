"""The inputs of a network."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Attrs, Code, Op, Param, Shape, Tokens
from .common import whole


def _size(name: str) -> Param:
    return Param(name, "int", low=1)


def _source(name: str, doc: str, sizes: tuple[str, ...]) -> Op:
    def shape(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
        return tuple(whole(attrs[size]) for size in sizes)

    def lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
        holes = ", ".join(f"{{{size}}}" for size in sizes)
        return Code(f"torch.randn(1, {holes})", values={size: attrs[size] for size in sizes})

    rule = f"() -> ({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
    return Op(name, doc, 0, tuple(map(_size, sizes)), shape, lower, rule=rule)


def _tokens_shape(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    return Tokens((whole(attrs["steps"]),))


def _tokens_lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
    return Code("torch.randint({classes}, (1, {steps}))", values=dict(attrs))


OPS = (
    _source("image", "An image input.", ("channels", "height", "width")),
    _source("vector", "An input of features without order.", ("features",)),
    _source("sequence", "An input of feature vectors over time.", ("steps", "features")),
    Op(
        "tokens",
        "An input of class numbers over time, to be embedded.",
        0,
        (_size("steps"), _size("classes")),
        _tokens_shape,
        _tokens_lower,
        rule="() -> (steps,)",
    ),
)
