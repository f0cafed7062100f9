"""Shapes of which only bounds are known, and what operators make of them.

A Box stands for some shape between two others, size by size. Equal shapes meet, concatenation adds,
and every other operator of the table makes no less of more: its output, parameters and multiply-adds
grow with each size of its inputs (a test holds the table to that), so that the two corners bound them.
Of a small box all members are tried instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

from .bounds import UNKNOWN_COST, CostRange
from .ops.base import Op, Shape, ShapeError, Value, free_of_charge
from .ops.table import TABLE, infer
from .record import Record, put, record
from .values import UNKNOWN

MAX_MEMBERS = 64  # members of boxes that are tried one by one


@record
class Box(Record):
    """Some shape of this rank, each size between these two. Its certain sizes can be read off."""

    low: Shape
    high: Shape

    def __init__(self, low: Shape, high: Shape) -> None:
        put(self, "low", low)
        put(self, "high", high)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Box) and self.low == other.low and self.high == other.high
        )

    def __hash__(self) -> int:
        return hash((self.low, self.high))

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, place: int) -> Any:
        return self.low[place] if self.low[place] == self.high[place] else UNKNOWN


class Outcome(NamedTuple):
    """What an operator makes of shapes. shape is None where nothing is known or it does not fit.

    error: why it does not fit. sure: whether it fits whatever the shapes in the boxes are.
    """

    shape: Shape | Box | None
    cost: CostRange
    error: str = ""
    sure: bool = True


def hull(shapes: Iterable[Any]) -> Any:
    """The smallest box that holds all these shapes and boxes; None if they differ in kind."""
    found = list(shapes)
    lows, highs = [low_of(s) for s in found], [high_of(s) for s in found]
    kind, rank = lows[0].__class__, len(lows[0])
    if any(s.__class__ is not kind or len(s) != rank for s in lows):
        return None
    low = kind(map(min, zip(*lows, strict=True)))
    high = kind(map(max, zip(*highs, strict=True)))
    return low if low == high else Box(low, high)


def low_of(shape: Any) -> Any:
    return shape.low if isinstance(shape, Box) else shape


def high_of(shape: Any) -> Any:
    return shape.high if isinstance(shape, Box) else shape


def unmeasured(op: Op) -> CostRange:
    """The cost of an operator on a shape that is not known."""
    free = op.parameters is free_of_charge and op.macs is free_of_charge
    return CostRange() if free else UNKNOWN_COST


def measure(op: Op, shapes: Sequence[Any], attrs: tuple[tuple[str, Value], ...]) -> Outcome:
    """The output and the cost of an operator on shapes and boxes."""
    if not any(isinstance(s, Box) for s in shapes):
        return _exact(op, tuple(shapes), dict(attrs))
    if TABLE.get(op.name) is not op:
        return Outcome(None, unmeasured(op), sure=False)
    if op.name in EQUAL:
        return _meet(shapes)
    if op.name == "concat":
        return _concatenate(op, shapes, dict(attrs))
    count = prod(b - a + 1 for s in shapes for a, b in zip(low_of(s), high_of(s), strict=True))
    if count <= MAX_MEMBERS:
        return _of_members(op, shapes, dict(attrs))
    return _of_corners(op, shapes, dict(attrs))


EQUAL = frozenset({"sum", "mean", "max", "min", "sub", "div"})  # operators on equal shapes


def _exact(op: Op, shapes: tuple[Shape, ...], attrs: dict[str, Value]) -> Outcome:
    try:
        shape = infer(op, shapes, attrs)
        params, macs = op.parameters(shapes, attrs), op.macs(shapes, attrs)
    except ShapeError as error:
        return Outcome(None, CostRange(), str(error), sure=False)
    made = prod(shape) if macs else 0
    return Outcome(shape, CostRange((params, params), (macs, macs), (made, made)))


def _meet(shapes: Sequence[Any]) -> Outcome:
    """Equal shapes: what all the boxes have in common."""
    first = low_of(shapes[0])
    for i, shape in enumerate(shapes):
        if len(low_of(shape)) != len(first):
            why = f"inputs 1 and {i + 1} differ: {shown(shapes[0])} and {shown(shape)}"
            return Outcome(None, CostRange(), why, sure=False)
    low = tuple(map(max, zip(*map(low_of, shapes), strict=True)))
    high = tuple(map(min, zip(*map(high_of, shapes), strict=True)))
    if any(a > b for a, b in zip(low, high, strict=True)):
        why = "the inputs differ: " + " and ".join(map(shown, shapes))
        return Outcome(None, CostRange(), why, sure=False)
    alone = len(shapes) == 1
    return Outcome(low if low == high else Box(low, high), CostRange(), sure=alone)


def _concatenate(op: Op, shapes: Sequence[Any], attrs: dict[str, Value]) -> Outcome:
    """The joined size adds up, the others are equal."""
    rank = len(low_of(shapes[0]))
    joined = 0 if rank == 3 or attrs["axis"] == "steps" else rank - 1
    rest = [
        _replace(low_of(s), joined, 1) if not isinstance(s, Box)
        else hull((_replace(s.low, joined, 1), _replace(s.high, joined, 1)))
        for s in shapes if len(low_of(s)) == rank
    ]  # fmt: skip
    met = (
        _meet(rest) if len(rest) == len(shapes) else Outcome(None, CostRange(), "the ranks differ")
    )
    if met.shape is None:
        return met._replace(
            error=f"the sizes of {' and '.join(map(shown, shapes))} differ", sure=False
        )
    corners = [
        _exact(op, tuple(_replace(end(met.shape), joined, end(s)[joined]) for s in shapes), attrs)
        for end in (low_of, high_of)
    ]
    if any(c.shape is None for c in corners):
        return corners[0] if corners[0].shape is None else corners[1]
    sure = not any(isinstance(r, Box) for r in rest)
    return Outcome(hull([c.shape for c in corners]), CostRange(), sure=sure)


def _replace(shape: Shape, place: int, size: int) -> Shape:
    return (*shape[:place], size, *shape[place + 1 :])


def _of_members(op: Op, shapes: Sequence[Any], attrs: dict[str, Value]) -> Outcome:
    members = [
        [low_of(s).__class__(sizes) for sizes in product(
            *(range(a, b + 1) for a, b in zip(low_of(s), high_of(s), strict=True)))]
        for s in shapes
    ]  # fmt: skip
    tried = [_exact(op, combination, attrs) for combination in product(*members)]
    good = [o for o in tried if o.shape is not None]
    if not good:
        return tried[0]
    cost = CostRange.either([o.cost for o in good])
    return Outcome(hull([o.shape for o in good]), cost, sure=len(good) == len(tried))


def _of_corners(op: Op, shapes: Sequence[Any], attrs: dict[str, Value]) -> Outcome:
    low = _exact(op, tuple(map(low_of, shapes)), attrs)
    high = _exact(op, tuple(map(high_of, shapes)), attrs)
    if high.shape is None:
        return Outcome(None, unmeasured(op), sure=False)
    if low.shape is None:  # what fits is larger, and at least of size 1
        ones = hull([tuple([1] * len(high.shape))])
        return Outcome(
            hull((ones, high.shape)), CostRange.either([CostRange(), high.cost]), sure=False
        )
    divides = op.name in _DIVIDING or attrs.get("groups", 1) != 1
    return Outcome(
        hull((low.shape, high.shape)), CostRange.either([low.cost, high.cost]), sure=not divides
    )


_DIVIDING = frozenset(
    {"group_norm", "channel_shuffle", "pixel_shuffle", "pixel_unshuffle", "to_image", "reshape",
     "attention", "cross_attention", "relative_attention", "mul", "matmul", "lookup", "unembed"}
)  # fmt: skip


def shown(shape: Any) -> str:
    """A shape or box in words: `(3, 32, 32)`, `(16..64, 32, 32)`."""
    found = sizes(shape)
    return "(" + ", ".join(found) + ("," if len(found) == 1 else "") + ")"


def sizes(shape: Any) -> list[str]:
    """The sizes of a shape or box in words."""
    ends = zip(low_of(shape), high_of(shape), strict=True)
    return [str(a) if a == b else f"{a}..{b}" for a, b in ends]
