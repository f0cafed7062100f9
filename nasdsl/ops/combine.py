"""Operators of several inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .base import Attrs, Code, Op, Param, Shape, ShapeError
from .common import channels, expect, show, with_channels

Inputs = Sequence[Shape]


def _alike(inputs: Inputs, attrs: Attrs) -> Shape:
    for i, shape in enumerate(inputs):
        if shape != inputs[0]:
            raise ShapeError(f"inputs 1 and {i + 1} differ: {show(inputs[0])} and {show(shape)}")
    return inputs[0]


def _joined(sign: str) -> Callable[[Inputs, Attrs], Code]:
    def lower(inputs: Inputs, attrs: Attrs) -> Code:
        return Code(f" {sign} ".join(f"{{{i}}}" for i in range(len(inputs))))

    return lower


def _nested(function: str) -> Callable[[Inputs, Attrs], Code]:
    def lower(inputs: Inputs, attrs: Attrs) -> Code:
        text = "{0}"
        for i in range(1, len(inputs)):
            text = f"{function}({text}, {{{i}}})"
        return Code(text)

    return lower


def _mean_lower(inputs: Inputs, attrs: Attrs) -> Code:
    if len(inputs) == 1:
        return Code("{0}")
    total = " + ".join(f"{{{i}}}" for i in range(len(inputs)))
    return Code(f"({total}) / {{count}}", values={"count": len(inputs)})


def _mul_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    """Sizes of 1 repeat, and a vector scales the channels of images and sequences."""
    rank = max(map(len, inputs))
    result: Shape = (1,) * rank
    for i, shape in enumerate(inputs):
        wide = with_channels((1,) * rank, shape[0]) if len(shape) == 1 else shape
        if len(wide) != rank or any(
            a != b and 1 not in (a, b) for a, b in zip(result, wide, strict=True)
        ):
            raise ShapeError(
                f"input {i + 1} of shape {show(shape)} does not fit the others: "
                + " and ".join(show(s) for j, s in enumerate(inputs) if j != i)
            )
        result = tuple(map(max, result, wide))
    return result


def _mul_lower(inputs: Inputs, attrs: Attrs) -> Code:
    rank = max(map(len, inputs))
    widen = {3: "[:, :, None, None]", 2: "[:, None]", 1: ""}[rank]
    factors = [f"{{{i}}}" + (widen if len(s) == 1 else "") for i, s in enumerate(inputs)]
    return Code(" * ".join(factors))


def _concat_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    first = expect(inputs[0], 1, 2, 3)
    steps = attrs["axis"] == "steps"
    if steps:
        expect(first, 2)
    for i, shape in enumerate(inputs):
        same = len(shape) == len(first) and (
            shape[1:] == first[1:] if steps else with_channels(shape, 0) == with_channels(first, 0)
        )
        if not same:
            what = "features" if steps else "sizes"
            raise ShapeError(
                f"the {what} of inputs 1 and {i + 1} differ: {show(first)} and {show(shape)}"
            )
    if steps:
        return (sum(s[0] for s in inputs), first[1])
    return with_channels(first, sum(map(channels, inputs)))


def _concat_lower(inputs: Inputs, attrs: Attrs) -> Code:
    if len(inputs) == 1:
        return Code("{0}")
    dim = 2 if len(inputs[0]) == 2 and attrs["axis"] == "channels" else 1
    return Code("torch.cat([{inputs}], {dim})", values={"dim": dim})


def _matmul_shape(inputs: Inputs, attrs: Attrs) -> Shape:
    left, right = (expect(shape, 2) for shape in inputs)
    if left[1] != right[0]:
        raise ShapeError(f"{show(left)} and {show(right)} cannot be multiplied")
    return (left[0], right[1])


def _matmul_macs(inputs: Inputs, attrs: Attrs) -> int:
    return inputs[0][0] * inputs[0][1] * inputs[1][1]


_AXIS = Param("axis", "name", "channels", choices=("channels", "steps"))
_EQUAL = "equal shapes; the shape stays"

OPS = (
    Op("sum", "Sum.", None, (), _alike, _joined("+"), commutative=True, rule=_EQUAL),
    Op("mean", "Mean.", None, (), _alike, _mean_lower, commutative=True, rule=_EQUAL),
    Op(
        "max",
        "Largest value of each place.",
        None,
        (),
        _alike,
        _nested("torch.maximum"),
        commutative=True,
        rule=_EQUAL,
    ),
    Op(
        "min",
        "Smallest value of each place.",
        None,
        (),
        _alike,
        _nested("torch.minimum"),
        commutative=True,
        rule=_EQUAL,
    ),
    Op(
        "mul",
        "Product. A vector scales the channels of an image or the features of a sequence.",
        None,
        (),
        _mul_shape,
        _mul_lower,
        commutative=True,
        rule="equal shapes, where a size of 1 repeats and (C,) counts as (C, 1, 1) beside images "
        "and as (1, F) beside sequences",
    ),
    Op("sub", "Difference.", 2, (), _alike, _joined("-"), rule=_EQUAL),
    Op("div", "Quotient.", 2, (), _alike, _joined("/"), rule=_EQUAL),
    Op(
        "concat",
        'Concatenation of channels or features, or of time steps with axis = "steps".',
        None,
        (_AXIS,),
        _concat_shape,
        _concat_lower,
        rule="(C1, H, W), (C2, H, W) -> (C1 + C2, H, W); likewise (F,) and (T, F)",
    ),
    Op(
        "matmul",
        "Matrix product of two sequences.",
        2,
        (),
        _matmul_shape,
        lambda inputs, attrs: Code("{0} @ {1}"),
        macs=_matmul_macs,
        rule="(M, K), (K, N) -> (M, N)",
    ),
)
