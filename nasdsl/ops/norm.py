"""Normalisation layers."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Attrs, Code, Op, Param, Shape, ShapeError
from .common import GROUPS, channels, divides, expect, image, show, whole
from .text import channels_last, module, over_time

Inputs = Sequence[Shape]
_AFFINE = Param("affine", "bool", True)


def _eps(default: float) -> Param:
    return Param("eps", "float", default, low=0)


def _same(inputs: Inputs, attrs: Attrs) -> Shape:
    return expect(inputs[0], 1, 2, 3)


def _scale_and_shift(inputs: Inputs, attrs: Attrs) -> int:
    return 2 * channels(inputs[0]) if attrs.get("affine", True) else 0


def _scale_only(inputs: Inputs, attrs: Attrs) -> int:
    return channels(inputs[0])


def _bn_lower(inputs: Inputs, attrs: Attrs) -> Code:
    shape = inputs[0]
    code = module(
        "nn.BatchNorm2d" if len(shape) == 3 else "nn.BatchNorm1d",
        {"num_features": channels(shape)},
        {
            "eps": (attrs["eps"], 1e-5),
            "momentum": (attrs["momentum"], 0.1),
            "affine": (attrs["affine"], True),
        },
    )
    return over_time(code) if len(shape) == 2 else code


def _last(name: str, default_eps: float | None, inputs: Inputs, attrs: Attrs) -> Code:
    shape = inputs[0]
    code = module(name, {"normalized_shape": channels(shape)}, {"eps": (attrs["eps"], default_eps)})
    return channels_last(code) if len(shape) == 3 else code


def _layer_norm_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return _last("nn.LayerNorm", 1e-5, inputs, attrs)


def _rms_norm_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return _last("nn.RMSNorm", None, inputs, attrs)


def _group_norm_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    divides("groups", whole(attrs["groups"]), "channels", c)
    return (c, h, w)


def _group_norm_lower(inputs: Inputs, attrs: Attrs) -> Code:
    sizes = {"num_groups": attrs["groups"], "num_channels": inputs[0][0]}
    return module("nn.GroupNorm", sizes, {"eps": (attrs["eps"], 1e-5)})


def _instance_norm_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    c, h, w = image(inputs)
    if h * w == 1:
        raise ShapeError(f"a single position has no variance: {show((c, h, w))}")
    return (c, h, w)


def _instance_norm_lower(inputs: Inputs, attrs: Attrs) -> Code:
    options = {"eps": (attrs["eps"], 1e-5), "affine": (attrs["affine"], False)}
    return module("nn.InstanceNorm2d", {"num_features": inputs[0][0]}, options)


OPS = (
    Op(
        "bn",
        "Batch normalisation of every channel or feature; of a sequence, over batch and time.",
        1,
        (_eps(1e-5), Param("momentum", "float", 0.1, low=0, high=1), _AFFINE),
        _same,
        _bn_lower,
        _scale_and_shift,
        rule="the shape stays",
    ),
    Op(
        "layer_norm",
        "Layer normalisation over the features; of an image, over the channels at every position "
        "(as in ConvNeXt; `group_norm(1)` is the one over channels and positions).",
        1,
        (_eps(1e-5),),
        _same,
        _layer_norm_lower,
        _scale_and_shift,
        rule="the shape stays",
    ),
    Op(
        "rms_norm",
        "Root-mean-square normalisation over the features, or the channels at every position.",
        1,
        (_eps(1e-6),),
        _same,
        _rms_norm_lower,
        _scale_only,
        rule="the shape stays",
    ),
    Op(
        "group_norm",
        "Group normalisation of an image.",
        1,
        (Param("groups", "int", low=GROUPS.low), _eps(1e-5)),
        _group_norm_shape,
        _group_norm_lower,
        _scale_and_shift,
        rule="the shape stays; groups divides the channels",
    ),
    Op(
        "instance_norm",
        "Instance normalisation of an image of at least two positions.",
        1,
        (_eps(1e-5), Param("affine", "bool", False)),
        _instance_norm_shape,
        _instance_norm_lower,
        _scale_and_shift,
        rule="the shape stays",
    ),
)
