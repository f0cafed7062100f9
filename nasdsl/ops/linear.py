"""Matrix products with learned weights, and lookups."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from .base import Attrs, Code, Op, Param, Shape, ShapeError
from .common import expect, whole
from .text import module

Inputs = Sequence[Shape]


def _linear_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    return (*expect(inputs[0], 1, 2)[:-1], whole(attrs["out"]))


def _linear_lower(inputs: Inputs, attrs: Attrs) -> Code:
    sizes = {"in_features": inputs[0][-1], "out_features": attrs["out"]}
    return module("nn.Linear", sizes, {"bias": (attrs["bias"], True)})


def _linear_parameters(inputs: Inputs, attrs: Attrs) -> int:
    return whole(attrs["out"]) * (inputs[0][-1] + (1 if attrs["bias"] else 0))


def _linear_macs(inputs: Inputs, attrs: Attrs) -> int:
    return prod(inputs[0]) * whole(attrs["out"])


def _embedding_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    if len(inputs[0]) != 1:
        raise ShapeError(f"the input must be tokens (T,), not {inputs[0]}")
    return (*inputs[0], whole(attrs["dim"]))


def _embedding_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return module(
        "nn.Embedding", {"num_embeddings": attrs["classes"], "embedding_dim": attrs["dim"]}
    )


def _embedding_parameters(inputs: Inputs, attrs: Attrs) -> int:
    return whole(attrs["classes"]) * whole(attrs["dim"])


OPS = (
    Op(
        "linear",
        "Linear layer on the last dimension.",
        1,
        (Param("out", "int", low=1), Param("bias", "bool", True)),
        _linear_shape,
        _linear_lower,
        _linear_parameters,
        _linear_macs,
        rule="(F,) -> (out,); (T, F) -> (T, out)",
    ),
    Op(
        "embedding",
        "A learned vector for every class of a `tokens` input.",
        1,
        (Param("classes", "int", low=1), Param("dim", "int", low=1)),
        _embedding_shape,
        _embedding_lower,
        _embedding_parameters,
        rule="(T,) -> (T, dim)",
    ),
)
