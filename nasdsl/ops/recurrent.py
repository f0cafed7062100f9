"""Recurrent layers of the standard cells (other cells are graphs of the language)."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Attrs, Code, Op, Param, Shape
from .common import sequence, whole
from .text import module

Inputs = Sequence[Shape]
_PARAMS = (Param("hidden", "int", low=1), Param("bidirectional", "bool", False))


def _shape(inputs: Inputs, attrs: Attrs) -> Shape:
    return (sequence(inputs)[0], whole(attrs["hidden"]) * _directions(attrs))


def _directions(attrs: Attrs) -> int:
    return 2 if attrs["bidirectional"] else 1


def _recurrent(name: str, doc: str, layer: str, gates: int) -> Op:
    def lower(inputs: Inputs, attrs: Attrs) -> Code:
        options = {
            "batch_first": (True, False),
            "bidirectional": (attrs["bidirectional"], False),
        }
        sizes = {"input_size": inputs[0][1], "hidden_size": attrs["hidden"]}
        return module(layer, sizes, options, forward="{self}({0})[0]")

    def parameters(inputs: Inputs, attrs: Attrs) -> int:
        hidden = whole(attrs["hidden"])
        return _directions(attrs) * gates * hidden * (inputs[0][1] + hidden + 2)

    def macs(inputs: Inputs, attrs: Attrs) -> int:
        (t, f), hidden = inputs[0], whole(attrs["hidden"])
        return _directions(attrs) * t * gates * hidden * (f + hidden)

    rule = "(T, F) -> (T, hidden), or (T, 2*hidden) if bidirectional"
    return Op(name, doc, 1, _PARAMS, _shape, lower, parameters, macs, rule=rule)


OPS = (
    _recurrent("lstm", "Long short-term memory; the outputs of all steps.", "nn.LSTM", 4),
    _recurrent("gru", "Gated recurrent unit; the outputs of all steps.", "nn.GRU", 3),
    _recurrent("rnn", "Elman network with tanh; the outputs of all steps.", "nn.RNN", 1),
)
