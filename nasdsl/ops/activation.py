"""Elementwise functions; the shape stays."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Attrs, Code, Op, Param, Shape
from .text import module

Inputs = Sequence[Shape]
_STAYS = "the shape stays"


def _same(inputs: Inputs, attrs: Attrs) -> Shape:
    return inputs[0]


def _plain(name: str, doc: str, text: str, *params: Param) -> Op:
    """A function whose text has a hole for every parameter."""

    def lower(inputs: Inputs, attrs: Attrs) -> Code:
        return Code(text, values=dict(attrs))

    return Op(name, doc, 1, params, _same, lower, rule=_STAYS)


def _softmax_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return Code("F.softmax({0}, dim={dim})", values={"dim": 1 if len(inputs[0]) == 3 else -1})


def _prelu_lower(inputs: Inputs, attrs: Attrs) -> Code:
    return module("nn.PReLU", {})


def _one(inputs: Inputs, attrs: Attrs) -> int:
    return 1


def _float(name: str, default: float | None = None) -> Param:
    return Param(name, "float") if default is None else Param(name, "float", default)


OPS = (
    _plain("relu", "max(x, 0).", "F.relu({0})"),
    _plain("relu6", "min(max(x, 0), 6).", "F.relu6({0})"),
    _plain(
        "leaky_relu",
        "x above 0, slope*x below.",
        "F.leaky_relu({0}, {slope})",
        _float("slope", 0.01),
    ),
    Op(
        "prelu",
        "x above 0, a*x below, with one learned a.",
        1,
        (),
        _same,
        _prelu_lower,
        _one,
        rule=_STAYS,
    ),
    _plain(
        "elu", "x above 0, alpha*(exp(x) - 1) below.", "F.elu({0}, {alpha})", _float("alpha", 1.0)
    ),
    _plain("selu", "Self-normalising ELU.", "F.selu({0})"),
    _plain("gelu", "x times the normal distribution function of x.", "F.gelu({0})"),
    _plain("silu", "x*sigmoid(x), also called swish.", "F.silu({0})"),
    _plain("mish", "x*tanh(softplus(x)).", "F.mish({0})"),
    _plain("hard_swish", "x*relu6(x + 3)/6.", "F.hardswish({0})"),
    _plain("hard_sigmoid", "relu6(x + 3)/6.", "F.hardsigmoid({0})"),
    _plain("sigmoid", "1/(1 + exp(-x)).", "torch.sigmoid({0})"),
    _plain("tanh", "Hyperbolic tangent.", "torch.tanh({0})"),
    _plain("softplus", "log(1 + exp(x)).", "F.softplus({0})"),
    _plain("sin", "Sine.", "torch.sin({0})"),
    _plain("cos", "Cosine.", "torch.cos({0})"),
    _plain("exp", "Exponential.", "torch.exp({0})"),
    _plain("abs", "Absolute value.", "torch.abs({0})"),
    _plain("square", "x*x.", "torch.square({0})"),
    _plain("neg", "-x.", "torch.neg({0})"),
    _plain("scale", "x times a constant.", "{0} * {by}", _float("by")),
    _plain("add_const", "x plus a constant.", "{0} + {by}", _float("by")),
    Op(
        "softmax",
        "Softmax over the features, or over the channels of an image.",
        1,
        (),
        _same,
        _softmax_lower,
        rule=_STAYS,
    ),
)
