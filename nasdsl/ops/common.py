"""What shape rules share: typed access to attributes, ranks, and the arithmetic of windows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ..record import Record, put, record
from .base import Attrs, Param, Shape, ShapeError, Tokens, Value

KERNEL = Param("kernel", "size", low=1)
STRIDE = Param("stride", "size", 1, low=1)
DILATION = Param("dilation", "size", 1, low=1)
GROUPS = Param("groups", "int", 1, low=1)
BIAS = Param("bias", "bool", False)
OUT = Param("out", "int", None, low=1)
PAD = Param("pad", "pad", "same", low=0, choices=("same", "valid", "tf"))

KINDS = {1: "a vector (F,)", 2: "a sequence (T, F)", 3: "an image (C, H, W)"}


def whole(value: Value) -> int:
    """An attribute that `bind` has already found to be an integer."""
    if not isinstance(value, int):
        raise TypeError(f"not an integer: {value!r}")
    return value


def number(value: Value) -> float:
    """An attribute that `bind` has already found to be a number."""
    if not isinstance(value, int | float):
        raise TypeError(f"not a number: {value!r}")
    return value


def spread(name: str, value: Value, dimensions: int) -> tuple[int, ...]:
    """A size for each spatial dimension."""
    if not isinstance(value, tuple):
        return (whole(value),) * dimensions
    if len(value) != dimensions:
        raise ShapeError(
            f"{name} = {list(value)} has {len(value)} numbers, but the input has {dimensions} "
            f"spatial dimension{'s' if dimensions > 1 else ''}"
        )
    return tuple(whole(v) for v in value)


def compact(values: Sequence[int]) -> int | tuple[int, ...]:
    """(3, 3) as 3, the way people write it."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def show(shape: Shape) -> str:
    return str(tuple(shape))


def expect(shape: Shape, *ranks: int) -> Shape:
    """The shape, if it has one of these ranks."""
    if len(shape) in ranks and not isinstance(shape, Tokens):
        return shape
    wanted = " or ".join(KINDS[r] for r in ranks)
    found = f"tokens {show(shape)}: embed them first" if isinstance(shape, Tokens) else show(shape)
    raise ShapeError(f"the input must be {wanted}, not {found}")


def image(inputs: Sequence[Shape]) -> tuple[int, int, int]:
    """The (C, H, W) of the only input."""
    c, h, w = expect(inputs[0], 3)
    return c, h, w


def sequence(inputs: Sequence[Shape]) -> tuple[int, int]:
    """The (T, F) of the only input."""
    t, f = expect(inputs[0], 2)
    return t, f


def channels(shape: Shape) -> int:
    """The channels of an image, the features of a sequence or vector."""
    return shape[0] if len(shape) == 3 else shape[-1]


def with_channels(shape: Shape, count: int) -> Shape:
    return (count, *shape[1:]) if len(shape) == 3 else (*shape[:-1], count)


def divides(what: str, groups: int, whole_name: str, total: int) -> None:
    """Refuse groups that do not divide a number of channels."""
    if total % groups:
        raise ShapeError(f"{what} = {groups} does not divide {total} {whole_name}")


@record
class Axis(Record):
    """A window sliding along one spatial dimension: zeros before and after, positions."""

    before: int
    after: int
    out: int

    def __init__(self, before: int, after: int, out: int) -> None:
        put(self, "before", before)
        put(self, "after", after)
        put(self, "out", out)


def axes(sizes: Sequence[int], attrs: Attrs) -> tuple[Axis, ...]:
    """The windows of a convolution or pooling with the attributes kernel, stride, pad, …"""
    dilation, ceil = attrs.get("dilation", 1), attrs.get("ceil") is True
    return _windows(tuple(sizes), attrs["kernel"], attrs["stride"], dilation, attrs["pad"], ceil)


@lru_cache(maxsize=4096)
def _windows(
    sizes: Shape, kernel: Value, stride: Value, dilation: Value, pad: Value, ceil: bool
) -> tuple[Axis, ...]:
    n = len(sizes)
    pads: tuple[str | int, ...] = (pad,) * n if isinstance(pad, str) else spread("pad", pad, n)
    kernels, strides = spread("kernel", kernel, n), spread("stride", stride, n)
    reach = [d * (k - 1) + 1 for d, k in zip(spread("dilation", dilation, n), kernels, strict=True)]
    return tuple([_axis(*window, ceil) for window in zip(sizes, reach, strides, pads, strict=True)])


def _axis(size: int, extent: int, stride: int, pad: str | int, ceil: bool) -> Axis:
    if pad == "tf":
        out = -(-size // stride)
        total = max((out - 1) * stride + extent - size, 0)
        return Axis(total // 2, total - total // 2, out)
    if isinstance(pad, str):
        pad = (extent - 1) // 2 if pad == "same" else 0
    room = size + 2 * pad - extent
    out = (room + (stride - 1 if ceil else 0)) // stride + 1
    if ceil and (out - 1) * stride >= size + pad:
        out -= 1  # PyTorch: the last window must start inside the input or the left padding
    if out < 1:
        raise ShapeError(
            f"a window of {extent} does not fit into a size of {size} padded by {pad} on each side"
        )
    return Axis(pad, pad, out)


def margins(windows: Sequence[Axis]) -> tuple[int, ...] | None:
    """F.pad's argument if the padding is asymmetric (last dimension first), else None."""
    if all(a.before == a.after for a in windows):
        return None
    return tuple(n for a in reversed(windows) for n in (a.before, a.after))


def strided(shape: Shape, stride: Value, offset: int = 0) -> Shape:
    """The shape after taking every stride-th position of the spatial or time dimensions."""
    lead, spatial = (shape[:1], shape[1:]) if len(shape) == 3 else ((), shape[:-1])
    if not spatial:
        if stride != 1:
            raise ShapeError(f"a vector {show(shape)} cannot be strided")
        return shape
    strides = spread("stride", stride, len(spatial))
    if offset >= min(spatial):
        raise ShapeError(f"offset = {offset} leaves nothing of {show(shape)}")
    kept = tuple(-(-(n - offset) // s) for n, s in zip(spatial, strides, strict=True))
    return (*lead, *kept) if lead else (*kept, shape[-1])
