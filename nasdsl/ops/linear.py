"""Matrix products with learned weights, and lookups."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from .base import Attrs, Code, Op, Param, Shape, ShapeError
from .common import expect, whole
from .text import function, module

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


def _lookup_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    if len(inputs[0]) != 1:
        raise ShapeError(f"the first input must be tokens (T,), not {inputs[0]}")
    return (*inputs[0], expect(inputs[1], 2)[1])


def _unembed_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    (t, f), (rows, columns) = (expect(shape, 2) for shape in inputs)
    if f != columns:
        raise ShapeError(f"{f} features meet a table of {columns} columns")
    return (t, rows)


def _unembed_lower(inputs: Inputs, attrs: Attrs) -> Code:
    rows = inputs[1][0]
    return module(
        "Unembed", {"rows": rows}, {"bias": (attrs["bias"], False)},
        forward="{self}({0}, {1})", helper="Unembed",
    )  # fmt: skip


def _weight_lower(inputs: Inputs, attrs: Attrs) -> Code:
    sizes = {"rows": attrs["rows"], "columns": attrs["columns"]}
    return module("Weight", sizes, helper="Weight")


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
    Op(
        "weight",
        "A learned table, the same for every sample; of the input only the batch matters. What reads "
        "one table shares its weights.",
        1,
        (Param("rows", "int", low=1), Param("columns", "int", low=1)),
        lambda inputs, attrs: (whole(attrs["rows"]), whole(attrs["columns"])),
        _weight_lower,
        lambda inputs, attrs: whole(attrs["rows"]) * whole(attrs["columns"]),
        rule="any shape -> (rows, columns)",
    ),
    Op(
        "lookup",
        "The row of a table for every token: an embedding by a `weight`.",
        2,
        (),
        _lookup_shape,
        lambda inputs, attrs: function("lookup", {}, operand="{0}, {1}", helper="lookup"),
        rule="(T,), (V, F) -> (T, F)",
    ),
    Op(
        "unembed",
        "The product with every row of a table: a decoder that shares the `weight` of an embedding.",
        2,
        (Param("bias", "bool", False),),
        _unembed_shape,
        _unembed_lower,
        lambda inputs, attrs: inputs[1][0] if attrs["bias"] else 0,
        lambda inputs, attrs: prod(inputs[0]) * inputs[1][0],
        rule="(T, F), (V, F) -> (T, V)",
    ),
)
