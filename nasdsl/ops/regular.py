"""Regularisation during training, and learned scales; the shape stays."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Attrs, Code, Op, Param, Shape, ShapeError
from .common import channels
from .text import module

Inputs = Sequence[Shape]
_P = Param("p", "float", low=0, high=1)
_STAYS = "the shape stays"


def _same(inputs: Inputs, attrs: Attrs) -> Shape:
    return inputs[0]


def _dropout_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return module("nn.Dropout", {"p": attrs["p"]}) if attrs["p"] else Code("{0}")


def _drop_path_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    if attrs["p"] == 1:
        raise ShapeError("p = 1 would drop every path; it must be below 1")
    return inputs[0]


def _drop_path_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return module("DropPath", {"p": attrs["p"]}, helper="DropPath") if attrs["p"] else Code("{0}")


def _layer_scale_lower(inputs: Inputs, attrs: Attrs) -> Code:
    count = channels(inputs[0])
    shape = (count, 1, 1) if len(inputs[0]) == 3 else (count,)
    return module("LayerScale", {"shape": shape, "init": attrs["init"]}, helper="LayerScale")


OPS = (
    Op(
        "dropout",
        "Drop numbers with probability p in training; nothing at p = 0.",
        1,
        (_P,),
        _same,
        _dropout_lower,
        rule=_STAYS,
    ),
    Op(
        "drop_path",
        "Drop whole samples with probability p in training (stochastic depth); nothing at p = 0.",
        1,
        (_P,),
        _drop_path_shape,
        _drop_path_lower,
        rule=_STAYS,
    ),
    Op(
        "layer_scale",
        "Learned factor of every channel or feature, `init` at first (CaiT, ConvNeXt).",
        1,
        (Param("init", "float", 1e-6),),
        _same,
        _layer_scale_lower,
        lambda inputs, attrs: channels(inputs[0]),
        rule=_STAYS,
    ),
)
