"""Operators that change the rank or select, and those that do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt, prod

from .base import Attrs, Code, Op, Param, Shape, ShapeError
from .common import (
    STRIDE,
    channels,
    expect,
    image,
    sequence,
    show,
    spread,
    strided,
    whole,
    with_channels,
)

Inputs = Sequence[Shape]


def _zero_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    return strided(inputs[0], attrs["stride"])


def _zero_lower(inputs: Inputs, attrs: Attrs) -> Code:
    """A product, so that gradients (zeros) exist and every parameter before takes part."""
    if attrs["stride"] == 1:
        return Code("{0} * 0.0")
    index, values = stride_index(inputs[0], attrs)
    return Code("{0}" + index + " * 0.0", values=values)


def _noise_lower(inputs: Inputs, attrs: Attrs) -> Code:
    index, values = ("", {}) if attrs["stride"] == 1 else stride_index(inputs[0], attrs)
    return Code("noise_like({0}" + index + ")", values=values, helper="noise_like")


def stride_index(shape: Shape, attrs: Attrs) -> tuple[str, dict[str, int]]:
    """The index and its holes that take every stride-th position, from `offset` on."""
    n = len(shape) - 1
    strides = spread("stride", attrs["stride"], n)
    offset = whole(attrs.get("offset", 0))
    start = "{offset}" if offset else ""
    values = {"offset": offset} if offset else {}
    lead = ":, :" if len(shape) == 3 else ":"
    if len(set(strides)) == 1:
        return f"[{lead}" + f", {start}::{{stride}}" * n + "]", {**values, "stride": strides[0]}
    values |= {"stride_h": strides[0], "stride_w": strides[1]}
    return f"[{lead}, {start}::{{stride_h}}, {start}::{{stride_w}}]", values


def _subsample_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    return strided(expect(inputs[0], 2, 3), attrs["stride"], whole(attrs["offset"]))


def _subsample_lower(inputs: Inputs, attrs: Attrs) -> Code:
    index, values = stride_index(inputs[0], attrs)
    return Code("{0}" + index, values=values)


def _flatten_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    return (prod(expect(inputs[0], 1, 2, 3)),)


def _flatten_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return Code("{0}" if len(inputs[0]) == 1 else "{0}.flatten(1)")


def _reshape_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    wanted = attrs["shape"]
    sizes = [whole(n) for n in wanted] if isinstance(wanted, tuple) else [whole(wanted)]
    total, known = prod(inputs[0]), prod(n for n in sizes if n != -1)
    if not 1 <= len(sizes) <= 3:
        raise ShapeError(f"a shape has one to three sizes, not {len(sizes)}")
    if min(sizes) < -1 or 0 in sizes or sizes.count(-1) > 1:
        raise ShapeError(f"sizes are at least 1, and one of them may be -1: {sizes}")
    filled = tuple(total // known if n == -1 else n for n in sizes)
    if prod(filled) != total:
        raise ShapeError(f"{show(inputs[0])} has {total} numbers, which do not fill {sizes}")
    return filled


def _reshape_lower(inputs: Inputs, attrs: Attrs) -> Code:
    sizes = {f"size_{i}": n for i, n in enumerate(_reshape_shape(inputs, attrs))}
    return Code("{0}.reshape(-1, " + ", ".join(f"{{{n}}}" for n in sizes) + ")", values=sizes)


def _to_sequence_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    return (h * w, c)


def _to_image_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    t, f = sequence(inputs)
    height, width = attrs["height"], attrs["width"]
    h = whole(height) if height is not None else (isqrt(t) if width is None else t // whole(width))
    w = whole(width) if width is not None else t // max(h, 1)
    if h * w != t:
        raise ShapeError(f"{t} steps do not fill an image of {h} by {w}")
    return (f, h, w)


def _to_image_lower(inputs: Inputs, attrs: Attrs) -> Code:
    _, h, w = _to_image_shape(inputs, attrs)
    text = "{0}.transpose(1, 2).unflatten(2, ({height}, {width}))"
    return Code(text, values={"height": h, "width": w})


def _narrow_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    shape, start, length = inputs[0], whole(attrs["start"]), whole(attrs["length"])
    if start + length > channels(shape):
        raise ShapeError(
            f"channels {start} to {start + length - 1} are not all among the {channels(shape)} "
            f"of {show(shape)}"
        )
    return with_channels(shape, length)


def _narrow_lower(inputs: Inputs, attrs: Attrs) -> Code:
    start, length = whole(attrs["start"]), whole(attrs["length"])
    text = "{0}[:, :, {start}:{stop}]" if len(inputs[0]) == 2 else "{0}[:, {start}:{stop}]"
    return Code(text, values={"start": start, "stop": start + length})


def _select_step_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    (t, f), index = sequence(inputs), whole(attrs["index"])
    if not -t <= index < t:
        raise ShapeError(f"index = {index} is outside {t} steps")
    return (f,)


_STRIDED = "(C, H, W) -> (C, ceil(H/stride), ceil(W/stride)); (T, F) -> (ceil(T/stride), F)"

OPS = (
    Op(
        "identity",
        "The input.",
        1,
        (),
        lambda inputs, attrs: inputs[0],
        lambda inputs, attrs: Code("{0}"),
        rule="the shape stays",
    ),
    Op(
        "zero",
        "Zeros of the strided shape (the `none` of many spaces).",
        1,
        (STRIDE,),
        _zero_shape,
        _zero_lower,
        rule=_STRIDED,
    ),
    Op(
        "noise",
        "Numbers drawn from the standard normal distribution, in training and in evaluation; nothing "
        "of the input but the strided shape (RobustDARTS).",
        1,
        (STRIDE,),
        _zero_shape,
        _noise_lower,
        rule=_STRIDED,
    ),
    Op(
        "subsample",
        "Every stride-th position or step, from `offset` on.",
        1,
        (Param("stride", "size", low=1), Param("offset", "int", 0, low=0)),
        _subsample_shape,
        _subsample_lower,
        rule="(C, H, W) -> (C, ceil((H - offset)/stride), …); (T, F) -> (ceil(…), F)",
    ),
    Op(
        "flatten",
        "All numbers as one vector.",
        1,
        (),
        _flatten_shape,
        _flatten_lower,
        rule="(C, H, W) -> (C*H*W,); (T, F) -> (T*F,)",
    ),
    Op(
        "reshape",
        "The same numbers in another shape; one size may be -1.",
        1,
        (Param("shape", "ints"),),
        _reshape_shape,
        _reshape_lower,
        rule="any -> shape",
    ),
    Op(
        "transpose",
        "Swap time and features.",
        1,
        (),
        lambda inputs, attrs: sequence(inputs)[::-1],
        lambda inputs, attrs: Code("{0}.transpose(1, 2)"),
        rule="(T, F) -> (F, T)",
    ),
    Op(
        "to_sequence",
        "The positions of an image as steps, row by row.",
        1,
        (),
        _to_sequence_shape,
        lambda inputs, attrs: Code("{0}.flatten(2).transpose(1, 2)"),
        rule="(C, H, W) -> (H*W, C)",
    ),
    Op(
        "to_image",
        "The steps of a sequence as positions, row by row; a square if no size is given.",
        1,
        (Param("height", "int", None, low=1), Param("width", "int", None, low=1)),
        _to_image_shape,
        _to_image_lower,
        rule="(H*W, F) -> (F, H, W)",
    ),
    Op(
        "narrow",
        "`length` channels or features from number `start` on.",
        1,
        (Param("start", "int", low=0), Param("length", "int", low=1)),
        _narrow_shape,
        _narrow_lower,
        rule="(C, H, W) -> (length, H, W); (T, F) -> (T, length); (F,) -> (length,)",
    ),
    Op(
        "select_step",
        "One step of a sequence; negative numbers count from the end.",
        1,
        (Param("index", "int", -1),),
        _select_step_shape,
        lambda inputs, attrs: Code("{0}[:, {index}]", values=dict(attrs)),
        rule="(T, F) -> (F,)",
    ),
)
