"""Attention and what transformers need around it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt, prod

from .base import Attrs, Code, Op, Param, Shape, ShapeError, Value
from .common import divides, expect, sequence, whole
from .text import module

Inputs = Sequence[Shape]
_HEADS = Param("heads", "int", low=1)
_DIM = Param("dim", "int", None, low=1)
_DROPOUT = Param("dropout", "float", 0.0, low=0, high=1)
_OUT = Param("out", "int", None, low=1)
_BIAS = Param("bias", "bool", True)


def _dim(inputs: Inputs, attrs: Attrs) -> int:
    """The total width of the heads."""
    dim = inputs[0][1] if attrs["dim"] is None else whole(attrs["dim"])
    divides("heads", whole(attrs["heads"]), "features of all heads", dim)
    return dim


def _out(inputs: Inputs, attrs: Attrs) -> int:
    """The features that the last projection makes."""
    out = attrs.get("out")
    return inputs[0][1] if out is None else whole(out)


def _options(attrs: Attrs) -> dict[str, tuple[Value, Value]]:
    return {
        "dropout": (attrs["dropout"], 0.0),
        "out": (attrs["out"], None),
        "bias": (attrs["bias"], True),
    }


def _attention_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    for shape in inputs:
        expect(shape, 2)
    _dim(inputs, attrs)
    return (inputs[0][0], _out(inputs, attrs))


def _attention_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return module(
        "Attention",
        {"features": inputs[0][1], "dim": _dim(inputs, attrs), "heads": attrs["heads"]},
        {**_options(attrs), "causal": (attrs["causal"], False)},
        helper="Attention",
    )


def _attention_parameters(inputs: Inputs, attrs: Attrs) -> int:
    f, dim, out = inputs[0][1], _dim(inputs, attrs), _out(inputs, attrs)
    bias = 3 * dim + out if attrs.get("bias", True) else 0
    return 3 * dim * f + out * dim + bias


def _attention_macs(inputs: Inputs, attrs: Attrs) -> int:
    (t, f), dim = inputs[0], _dim(inputs, attrs)
    return t * dim * (3 * f + _out(inputs, attrs)) + 2 * t * t * dim


def _side(inputs: Inputs) -> int:
    t, _ = expect(inputs[0], 2)
    side = isqrt(t - 1)
    if side < 1 or side * side != t - 1:
        raise ShapeError(f"{t} steps are not a class token and a square of others")
    return side


def _relative_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    _side(inputs)
    return _attention_shape(inputs, attrs)


def _relative_lower(inputs: Inputs, attrs: Attrs) -> Code:
    sizes = {
        "features": inputs[0][1], "dim": _dim(inputs, attrs), "heads": attrs["heads"],
        "side": _side(inputs), "reach": attrs["reach"],
    }  # fmt: skip
    return module("RelativeAttention", sizes, helper="RelativeAttention")


def _relative_parameters(inputs: Inputs, attrs: Attrs) -> int:
    per_head = _dim(inputs, attrs) // whole(attrs["heads"])
    tables = 4 * (2 * whole(attrs["reach"]) + 2) * per_head
    return _attention_parameters(inputs, attrs) + tables


def _relative_macs(inputs: Inputs, attrs: Attrs) -> int:
    t, dim = inputs[0][0], _dim(inputs, attrs)
    return _attention_macs(inputs, attrs) + 2 * t * t * dim


def _cross_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return module(
        "CrossAttention",
        {
            "features": inputs[0][1],
            "context": inputs[1][1],
            "dim": _dim(inputs, attrs),
            "heads": attrs["heads"],
        },
        _options(attrs),
        forward="{self}({0}, {1})",
        helper="CrossAttention",
    )


def _cross_parameters(inputs: Inputs, attrs: Attrs) -> int:
    f, g, dim, out = inputs[0][1], inputs[1][1], _dim(inputs, attrs), _out(inputs, attrs)
    bias = 3 * dim + out if attrs["bias"] else 0
    return dim * f + 2 * dim * g + out * dim + bias


def _cross_macs(inputs: Inputs, attrs: Attrs) -> int:
    (t, f), (s, g), dim = inputs[0], inputs[1], _dim(inputs, attrs)
    return t * dim * (f + _out(inputs, attrs)) + 2 * s * g * dim + 2 * t * s * dim


def _learned(attrs: Attrs) -> bool:
    return attrs["kind"] == "learned"


def _position_lower(inputs: Inputs, attrs: Attrs) -> Code:
    t, f = inputs[0]
    name = "LearnedPosition" if _learned(attrs) else "SinusoidalPosition"
    return module(name, {"steps": t, "features": f}, helper=name)


def _position_parameters(inputs: Inputs, attrs: Attrs) -> int:
    return prod(inputs[0]) if _learned(attrs) else 0


def _class_token_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    t, f = sequence(inputs)
    return (t + 1, f)


def _class_token_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return module("ClassToken", {"features": inputs[0][1]}, helper="ClassToken")


_COST = "Its multiply-adds are the projections and both matrix products, causal or not."

OPS = (
    Op(
        "attention",
        "Multi-head self-attention; `dim`, the width of all heads, and `out` default to the "
        "features. " + _COST,
        1,
        (_HEADS, _DIM, _DROPOUT, Param("causal", "bool", False), _OUT, _BIAS),
        _attention_shape,
        _attention_lower,
        _attention_parameters,
        _attention_macs,
        rule="(T, F) -> (T, out); heads divides dim",
    ),
    Op(
        "relative_attention",
        "Multi-head self-attention of a class token and a square of steps, whose keys and values get "
        "learned vectors of the distance in rows and columns, up to `reach`. " + _COST,
        1,
        (_HEADS, _DIM, Param("reach", "int", 14, low=1)),
        _relative_shape,
        _relative_lower,
        _relative_parameters,
        _relative_macs,
        rule="(1 + n*n, F) -> (1 + n*n, F); heads divides dim",
    ),
    Op(
        "cross_attention",
        "Multi-head attention of the first sequence to the second; `dim` and `out` as in attention. "
        + _COST,
        2,
        (_HEADS, _DIM, _DROPOUT, _OUT, _BIAS),
        _attention_shape,
        _cross_lower,
        _cross_parameters,
        _cross_macs,
        rule="(T, F), (S, G) -> (T, out); heads divides dim",
    ),
    Op(
        "position",
        "Add a learned or sinusoidal embedding of the step's number.",
        1,
        (Param("kind", "name", "learned", choices=("learned", "sinusoidal")),),
        lambda inputs, attrs: sequence(inputs),
        _position_lower,
        _position_parameters,
        rule="(T, F) -> (T, F)",
    ),
    Op(
        "class_token",
        "Put one learned step before the others.",
        1,
        (),
        _class_token_shape,
        _class_token_lower,
        lambda inputs, attrs: inputs[0][1],
        rule="(T, F) -> (T + 1, F)",
    ),
)
