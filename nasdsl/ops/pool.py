"""Pooling of images, and of sequences over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .base import Attrs, Code, Op, Param, Shape, ShapeError, Value
from .common import KERNEL, PAD, STRIDE, Axis, axes, compact, expect, image, margins, spread
from .text import function, over_time

Inputs = Sequence[Shape]
_CEIL = Param("ceil", "bool", False)


def _axes(inputs: Inputs, attrs: Attrs) -> tuple[Axis, ...]:
    shape = expect(inputs[0], 2, 3)
    spatial = shape[1:] if len(shape) == 3 else shape[:1]
    windows = axes(spatial, attrs)
    kernel = spread("kernel", attrs["kernel"], len(spatial))
    for k, a in zip(kernel, windows, strict=True):
        if attrs["pad"] != "tf" and 2 * a.before > k:
            raise ShapeError(f"a padding of {a.before} is more than half of the kernel of {k}")
    return windows


def _shape(inputs: Inputs, attrs: Attrs) -> Shape:
    sizes = [a.out for a in _axes(inputs, attrs)]
    return (inputs[0][0], *sizes) if len(sizes) == 2 else (*sizes, inputs[0][1])


def _options(attrs: Attrs, windows: Sequence[Axis]) -> dict[str, tuple[Value, Value]]:
    padding = 0 if margins(windows) else compact([a.before for a in windows])
    return {
        "stride": (attrs["stride"], attrs["kernel"]),
        "padding": (padding, 0),
        "ceil_mode": (attrs["ceil"] is True and attrs["pad"] != "tf", False),
    }


def _call(
    name: str, fill: str, inputs: Inputs, attrs: Attrs, more: Mapping[str, tuple[Value, Value]]
) -> Code:
    windows = _axes(inputs, attrs)
    asymmetric = margins(windows)
    code = function(
        f"F.{name}{len(windows)}d",
        {"kernel_size": attrs["kernel"]},
        {**_options(attrs, windows), **more},
        operand=f"F.pad({{0}}, {{margins}}{fill})" if asymmetric else "{0}",
        values={"margins": asymmetric} if asymmetric else None,
    )
    return over_time(code) if len(windows) == 1 else code


def _max_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return _call("max_pool", ', value=float("-inf")', inputs, attrs, {})


def _avg_lower(inputs: Inputs, attrs: Attrs) -> Code:
    windows = _axes(inputs, attrs)
    if attrs["count_pad"] or not any(a.before or a.after for a in windows):
        return _call("avg_pool", "", inputs, attrs, {})
    if margins(windows) is None:
        return _call("avg_pool", "", inputs, attrs, {"count_include_pad": (False, True)})
    values = {
        "kernel_size": attrs["kernel"],
        "stride": attrs["stride"],
        "margins": margins(windows),
    }
    code = function(
        f"avg_pool{len(windows)}d_uneven", values, helper=f"avg_pool{len(windows)}d_uneven"
    )
    return over_time(code) if len(windows) == 1 else code


def _global_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    shape = expect(inputs[0], 2, 3)
    return (shape[0],) if len(shape) == 3 else (shape[1],)


def _global_avg_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return Code("{0}.mean((2, 3))" if len(inputs[0]) == 3 else "{0}.mean(1)")


def _global_max_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return Code("{0}.amax((2, 3))" if len(inputs[0]) == 3 else "{0}.amax(1)")


def _adaptive_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    return (image(inputs)[0], *spread("size", attrs["size"], 2))


def _adaptive_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return function("F.adaptive_avg_pool2d", {"output_size": attrs["size"]})


_WINDOWS = "(C, H, W) -> (C, …), (T, F) -> (…, F), sizes as in conv"
_GLOBAL = "(C, H, W) -> (C,); (T, F) -> (F,)"

OPS = (
    Op(
        "max_pool",
        "Largest value of every window; padding is never chosen. pad as in conv; with `ceil`, "
        "windows may hang over the end as in PyTorch.",
        1,
        (KERNEL, STRIDE, PAD, _CEIL),
        _shape,
        _max_lower,
        rule=_WINDOWS,
    ),
    Op(
        "avg_pool",
        "Mean of every window; with `count_pad`, the padding counts as zeros.",
        1,
        (KERNEL, STRIDE, PAD, Param("count_pad", "bool", False), _CEIL),
        _shape,
        _avg_lower,
        rule=_WINDOWS,
    ),
    Op(
        "global_avg_pool",
        "Mean over positions or time.",
        1,
        (),
        _global_shape,
        _global_avg_lower,
        rule=_GLOBAL,
    ),
    Op(
        "global_max_pool",
        "Largest value over positions or time.",
        1,
        (),
        _global_shape,
        _global_max_lower,
        rule=_GLOBAL,
    ),
    Op(
        "adaptive_avg_pool",
        "Means over a grid of `size` windows of nearly equal size.",
        1,
        (Param("size", "size", low=1),),
        _adaptive_shape,
        _adaptive_lower,
        rule="(C, H, W) -> (C, size, size)",
    ),
)
