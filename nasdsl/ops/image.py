"""Operators that move the pixels or channels of an image without arithmetic on the channels."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from .base import Attrs, Code, Op, Param, Shape, ShapeError, Value
from .common import channels, divides, expect, image, number, show, spread, whole, with_channels
from .text import function

Inputs = Sequence[Shape]
_MODE = Param("mode", "name", "nearest", choices=("nearest", "bilinear"))
_CORNERS = Param("corners", "bool", False)


def _mode(attrs: Attrs) -> dict[str, tuple[Value, Value]]:
    """F.interpolate's mode; bilinear with half-pixel centres unless `corners` are aligned."""
    corners = {"align_corners": (True, False)} if attrs["corners"] else {}
    return {"mode": (attrs["mode"], "nearest"), **corners}


def _check_corners(attrs: Attrs) -> None:
    if attrs["corners"] and attrs["mode"] == "nearest":
        raise ShapeError('`corners` are those of mode = "bilinear"')


def _resize_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    scale, size = attrs["scale"], attrs["size"]
    _check_corners(attrs)
    if (scale is None) == (size is None):
        raise ShapeError("give either `scale` or `size`")
    if size is not None:
        return (c, *spread("size", size, 2))
    sizes = tuple(floor(n * number(scale)) for n in (h, w))
    if min(sizes) < 1:
        raise ShapeError(f"scale = {scale} leaves nothing of {show((c, h, w))}")
    return (c, *sizes)


def _resize_lower(inputs: Inputs, attrs: Attrs) -> Code:
    scale = attrs["scale"]
    if scale is None:
        return function("F.interpolate", {"size": attrs["size"]}, _mode(attrs))
    factor = int(number(scale)) if number(scale).is_integer() else scale
    return function("F.interpolate", {}, {"scale_factor": (factor, None), **_mode(attrs)})


def _resize_like_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    _check_corners(attrs)
    (c, _, _), (_, h, w) = (expect(shape, 3) for shape in inputs)
    return (c, h, w)


def _resize_like_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return function("F.interpolate", {}, _mode(attrs), operand="{0}, {1}.shape[2:]")


def _sides(name: str, attrs: Attrs) -> tuple[int, ...]:
    """Left, right, top, bottom."""
    value = attrs[name]
    sides = value if isinstance(value, tuple) else (value,) * 4
    if len(sides) != 4:
        raise ShapeError(
            f"{name} = {list(sides)} must be one number or four: left, right, top, bottom"
        )
    return tuple(whole(n) for n in sides)


def _pad_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    left, right, top, bottom = _sides("amount", attrs)
    return (c, h + top + bottom, w + left + right)


def _pad_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return function("F.pad", {"amount": _sides("amount", attrs)})


def _crop_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    left, right, top, bottom = _sides("amount", attrs)
    if top + bottom >= h or left + right >= w:
        raise ShapeError(
            f"cropping {[left, right, top, bottom]} leaves nothing of {show(inputs[0])}"
        )
    return (c, h - top - bottom, w - left - right)


def _crop_lower(inputs: Inputs, attrs: Attrs) -> Code:
    _, h, w = inputs[0]
    left, right, top, bottom = _sides("amount", attrs)
    values = {"top": top, "bottom": h - bottom, "left": left, "right": w - right}
    return Code("{0}[:, :, {top}:{bottom}, {left}:{right}]", values=values)


def _shift_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    by = whole(attrs["by"])
    if by >= min(h, w):
        raise ShapeError(f"by = {by} leaves nothing of {show((c, h, w))}")
    return (c, h, w) if attrs["keep"] else (c, h - by, w - by)


def _shift_lower(inputs: Inputs, attrs: Attrs) -> Code:
    text = "{0}[:, :, {by}:, {by}:]"
    if attrs["keep"]:
        text = f"F.pad({text}, (0, {{by}}, 0, {{by}}))"
    return Code(text, values={"by": attrs["by"]})


def _channel_shuffle_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    divides("groups", whole(attrs["groups"]), "channels", c)
    return (c, h, w)


def _channel_shuffle_lower(inputs: Inputs, attrs: Attrs) -> Code:
    text = "{0}.unflatten(1, ({groups}, -1)).transpose(1, 2).flatten(1, 2)"
    return Code(text, values={"groups": attrs["groups"]})


def _pixel_shuffle_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    n = whole(attrs["factor"])
    divides("factor squared", n * n, "channels", c)
    return (c // (n * n), h * n, w * n)


def _pixel_unshuffle_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    n = whole(attrs["factor"])
    for name, size in (("rows", h), ("columns", w)):
        divides("factor", n, name, size)
    return (c * n * n, h // n, w // n)


def _pad_channels_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    shape, out = inputs[0], whole(attrs["out"])
    if out < channels(shape):
        raise ShapeError(f"out = {out} is less than the {channels(shape)} channels there are")
    return with_channels(shape, out)


def _pad_channels_lower(inputs: Inputs, attrs: Attrs) -> Code:
    extra = whole(attrs["out"]) - channels(inputs[0])
    if not extra:
        return Code("{0}")
    before = "0, 0, 0, 0, " if len(inputs[0]) == 3 else ""
    return Code(f"F.pad({{0}}, ({before}0, {{extra}}))", values={"extra": extra})


OPS = (
    Op(
        "resize",
        "Interpolation by a factor or to a size; bilinear has half-pixel centres, or with `corners` "
        "the centres of the corner pixels stay where they are.",
        1,
        (Param("scale", "float", None, low=0), Param("size", "size", None, low=1), _MODE, _CORNERS),
        _resize_shape,
        _resize_lower,
        rule="(C, H, W) -> (C, floor(H*scale), floor(W*scale)) or (C, size, size)",
    ),
    Op(
        "resize_like",
        "Interpolation of the first image to the size of the second, as `resize` does it.",
        2,
        (_MODE, _CORNERS),
        _resize_like_shape,
        _resize_like_lower,
        rule="(C, H, W), (D, I, J) -> (C, I, J)",
    ),
    Op(
        "pad",
        "Zeros around an image: one number, or [left, right, top, bottom].",
        1,
        (Param("amount", "ints", low=0),),
        _pad_shape,
        _pad_lower,
        rule="(C, H, W) -> (C, H + top + bottom, W + left + right)",
    ),
    Op(
        "crop",
        "Cut off the borders of an image: one number, or [left, right, top, bottom].",
        1,
        (Param("amount", "ints", low=0),),
        _crop_shape,
        _crop_lower,
        rule="(C, H, W) -> (C, H - top - bottom, W - left - right)",
    ),
    Op(
        "shift",
        "Move an image up and left; with `keep`, zeros enter at the bottom and right.",
        1,
        (Param("by", "int", 1, low=0), Param("keep", "bool", False)),
        _shift_shape,
        _shift_lower,
        rule="(C, H, W) -> (C, H - by, W - by), or the same with keep",
    ),
    Op(
        "channel_shuffle",
        "Interleave groups of channels (ShuffleNet).",
        1,
        (Param("groups", "int", low=1),),
        _channel_shuffle_shape,
        _channel_shuffle_lower,
        rule="the shape stays; groups divides C",
    ),
    Op(
        "pixel_shuffle",
        "Channels to positions.",
        1,
        (Param("factor", "int", 2, low=1),),
        _pixel_shuffle_shape,
        lambda inputs, attrs: function("F.pixel_shuffle", {"factor": attrs["factor"]}),
        rule="(C*factor*factor, H, W) -> (C, H*factor, W*factor)",
    ),
    Op(
        "pixel_unshuffle",
        "Positions to channels (space to depth).",
        1,
        (Param("factor", "int", 2, low=1),),
        _pixel_unshuffle_shape,
        lambda inputs, attrs: function("F.pixel_unshuffle", {"factor": attrs["factor"]}),
        rule="(C, H*factor, W*factor) -> (C*factor*factor, H, W)",
    ),
    Op(
        "pad_channels",
        "Zeros as further channels or features, up to `out` of them.",
        1,
        (Param("out", "int", low=1),),
        _pad_channels_shape,
        _pad_channels_lower,
        rule="(C, H, W) -> (out, H, W); (T, F) -> (T, out); (F,) -> (out,)",
    ),
)
