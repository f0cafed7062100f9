"""Convolutions of images (C, H, W) and of sequences (T, F)."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from .base import Attrs, Code, Op, Param, Shape, ShapeError
from .common import (
    BIAS,
    DILATION,
    GROUPS,
    KERNEL,
    OUT,
    PAD,
    STRIDE,
    Axis,
    axes,
    compact,
    divides,
    image,
    margins,
    sequence,
    spread,
    whole,
)
from .text import module, over_time

Inputs = Sequence[Shape]
_PADS = (
    'pad: "same" is dilation*(kernel - 1)/2 rounded down on every side (an even kernel shrinks the '
    'size by one), "valid" none, "tf" TensorFlow\'s SAME (ceil(size/stride), the odd zero last)'
)


def _out(attrs: Attrs, channels: int) -> int:
    out = attrs.get("out")
    return channels * whole(attrs.get("multiplier", 1)) if out is None else whole(out)


def _groups(attrs: Attrs, channels: int) -> int:
    """Depthwise convolutions have no `groups` but one per channel."""
    return whole(attrs["groups"]) if "groups" in attrs else channels


def _weights(attrs: Attrs, channels: int, dimensions: int) -> int:
    """Numbers in the kernel, checked."""
    out, groups = _out(attrs, channels), _groups(attrs, channels)
    divides("groups", groups, "input channels", channels)
    divides("groups", groups, "output channels", out)
    return out * (channels // groups) * prod(spread("kernel", attrs["kernel"], dimensions))


def _bias(attrs: Attrs, channels: int) -> int:
    return _out(attrs, channels) if attrs["bias"] else 0


def _layer(name: str, attrs: Attrs, channels: int, windows: Sequence[Axis]) -> Code:
    asymmetric = margins(windows)
    padding = 0 if asymmetric else compact([a.before for a in windows])
    return module(
        name,
        {
            "in_channels": channels,
            "out_channels": _out(attrs, channels),
            "kernel_size": attrs["kernel"],
        },
        {
            "stride": (attrs["stride"], 1),
            "padding": (padding, 0),
            "dilation": (attrs["dilation"], 1),
            "groups": (_groups(attrs, channels), 1),
            "bias": (attrs["bias"], True),
        },
        forward="{self}(F.pad({0}, {margins}))" if asymmetric else "{self}({0})",
        values={"margins": asymmetric} if asymmetric else None,
    )


def _conv_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    _weights(attrs, c, 2)
    return (_out(attrs, c), *(a.out for a in axes((h, w), attrs)))


def _conv_lower(inputs: Inputs, attrs: Attrs) -> Code:
    c, h, w = image(inputs)
    return _layer("nn.Conv2d", attrs, c, axes((h, w), attrs))


def _conv_parameters(inputs: Inputs, attrs: Attrs) -> int:
    c = inputs[0][0]
    return _weights(attrs, c, 2) + _bias(attrs, c)


def _conv_macs(inputs: Inputs, attrs: Attrs) -> int:
    c, h, w = image(inputs)
    return _weights(attrs, c, 2) * prod(a.out for a in axes((h, w), attrs))


def _conv1d_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    t, f = sequence(inputs)
    _weights(attrs, f, 1)
    return (axes((t,), attrs)[0].out, _out(attrs, f))


def _conv1d_lower(inputs: Inputs, attrs: Attrs) -> Code:
    t, f = sequence(inputs)
    return over_time(_layer("nn.Conv1d", attrs, f, axes((t,), attrs)))


def _conv1d_parameters(inputs: Inputs, attrs: Attrs) -> int:
    f = inputs[0][1]
    return _weights(attrs, f, 1) + _bias(attrs, f)


def _conv1d_macs(inputs: Inputs, attrs: Attrs) -> int:
    t, f = sequence(inputs)
    return _weights(attrs, f, 1) * axes((t,), attrs)[0].out


def _light_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    t, f = sequence(inputs)
    divides("groups", whole(attrs["groups"]), "features", f)
    return (t, f * whole(attrs["multiplier"]))


def _light_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return module(
        "LightConv",
        {"features": inputs[0][1], "kernel_size": attrs["kernel"]},
        {
            "groups": (attrs["groups"], 1),
            "multiplier": (attrs["multiplier"], 1),
            "causal": (attrs["causal"], False),
        },
        helper="LightConv",
    )


def _light_parameters(inputs: Inputs, attrs: Attrs) -> int:
    return _light_shape(inputs, attrs)[1] // whole(attrs["groups"]) * whole(attrs["kernel"])


def _light_macs(inputs: Inputs, attrs: Attrs) -> int:
    return prod(_light_shape(inputs, attrs)) * whole(attrs["kernel"])


def _deconv_axes(inputs: Inputs, attrs: Attrs) -> list[tuple[int, int, int]]:
    """(padding, output_padding, output size) of height and width."""
    _, *sizes = image(inputs)
    pad, extra = attrs["pad"], whole(attrs["output_pad"])
    kernel, stride = spread("kernel", attrs["kernel"], 2), spread("stride", attrs["stride"], 2)
    dilation = spread("dilation", attrs["dilation"], 2)
    pads = (0, 0) if isinstance(pad, str) else spread("pad", pad, 2)
    if pad == "same" and extra:
        raise ShapeError(f'output_pad = {extra} has no meaning with pad = "same"')
    found = []
    for n, k, s, d, p in zip(sizes, kernel, stride, dilation, pads, strict=True):
        reach = d * (k - 1) + 1
        if pad == "same":
            p = max(-((s - reach) // 2), 0)
            extra = 2 * p - (reach - s)
        if extra >= max(s, d):
            what = f"the stride of {s} or the dilation of {d}" if d > 1 else f"the stride of {s}"
            raise ShapeError(f"an output padding of {extra} must be below {what}")
        out = (n - 1) * s - 2 * p + reach + extra
        if out < 1:
            raise ShapeError(f"a size of {n} padded by {p} leaves no output")
        found.append((p, extra, out))
    return found


def _deconv_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    _weights(attrs, image(inputs)[0], 2)
    return (_out(attrs, inputs[0][0]), *(out for _, _, out in _deconv_axes(inputs, attrs)))


def _deconv_lower(inputs: Inputs, attrs: Attrs) -> Code:
    c = inputs[0][0]
    padding, extra, _ = zip(*_deconv_axes(inputs, attrs), strict=True)
    return module(
        "nn.ConvTranspose2d",
        {"in_channels": c, "out_channels": _out(attrs, c), "kernel_size": attrs["kernel"]},
        {
            "stride": (attrs["stride"], 1),
            "padding": (compact(padding), 0),
            "output_padding": (compact(extra), 0),
            "dilation": (attrs["dilation"], 1),
            "groups": (attrs["groups"], 1),
            "bias": (attrs["bias"], True),
        },
    )


def _deconv_macs(inputs: Inputs, attrs: Attrs) -> int:
    c, h, w = image(inputs)
    return _weights(attrs, c, 2) * h * w


OPS = (
    Op(
        "conv",
        "Convolution of an image; `out` defaults to the channels of the input. " + _PADS + ".",
        1,
        (KERNEL, OUT, STRIDE, DILATION, GROUPS, BIAS, PAD),
        _conv_shape,
        _conv_lower,
        _conv_parameters,
        _conv_macs,
        rule="(C, H, W) -> (out, (H + pads - dilation*(kernel - 1) - 1)/stride + 1, …)",
    ),
    Op(
        "dw_conv",
        "Depthwise convolution: every channel has `multiplier` kernels of its own. " + _PADS + ".",
        1,
        (KERNEL, STRIDE, DILATION, BIAS, PAD, Param("multiplier", "int", 1, low=1)),
        _conv_shape,
        _conv_lower,
        _conv_parameters,
        _conv_macs,
        rule="(C, H, W) -> (C*multiplier, …), sizes as in conv",
    ),
    Op(
        "deconv",
        'Transposed convolution. pad = "same" multiplies the size by the stride exactly.',
        1,
        (
            KERNEL,
            OUT,
            Param("stride", "size", 2, low=1),
            DILATION,
            GROUPS,
            BIAS,
            Param("pad", "pad", "same", low=0, choices=("same", "valid")),
            Param("output_pad", "int", 0, low=0),
        ),
        _deconv_shape,
        _deconv_lower,
        _conv_parameters,
        _deconv_macs,
        rule="(C, H, W) -> (out, (H - 1)*stride - 2*pad + dilation*(kernel - 1) + 1 + output_pad, …)",
    ),
    Op(
        "conv1d",
        "Convolution of a sequence over time. " + _PADS + ".",
        1,
        (
            Param("kernel", "int", low=1),
            OUT,
            Param("stride", "int", 1, low=1),
            Param("dilation", "int", 1, low=1),
            GROUPS,
            BIAS,
            PAD,
        ),
        _conv1d_shape,
        _conv1d_lower,
        _conv1d_parameters,
        _conv1d_macs,
        rule="(T, F) -> ((T + pads - dilation*(kernel - 1) - 1)/stride + 1, out)",
    ),
    Op(
        "light_conv",
        "Lightweight convolution of a sequence (Wu et al. 2019): depthwise, with kernels whose taps a "
        "softmax makes add up to one, each shared by `groups` channels; a causal one sees no later "
        "step.",
        1,
        (
            Param("kernel", "int", low=1),
            GROUPS,
            Param("multiplier", "int", 1, low=1),
            Param("causal", "bool", False),
        ),
        _light_shape,
        _light_lower,
        _light_parameters,
        _light_macs,
        rule="(T, F) -> (T, F*multiplier); groups divides F",
    ),
)
