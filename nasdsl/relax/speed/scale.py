"""The weight of an alternative that ends in a norm without parameters is the norm's scale.

One pass over the tensor less, forwards and backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...architecture import Graph, Node
from ...ops.base import Attrs, Code, Op, Shape
from ...ops.table import TABLE
from ..ir import MIX, Step, input_gates
from .edit import firsts, is_plain_norm, readers

_BN = TABLE["bn"]
_MODULES = {"nn.BatchNorm2d": "ScaledBatchNorm2d", "nn.BatchNorm1d": "ScaledBatchNorm1d"}


def _lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
    code = _BN.lower(inputs, {k: v for k, v in attrs.items() if k != "scale"})
    assert code.module is not None
    plain, _, rest = code.module.partition("(")
    forward = code.forward.replace("{self}(", "{self}(gates.weight({scale}), ")
    values = {**code.values, "scale": attrs["scale"]}
    return replace(code, module=f"{_MODULES[plain]}({rest}", forward=forward, values=values)


SCALED = Op("bn", _BN.doc, 1, _BN.params, _BN.shape, _lower)


def scaled(graph: Graph) -> Graph:
    """The graph with the weights of mixtures in the norms that feed nothing else."""
    read = readers(graph)
    nodes: list[Node] = list(graph.nodes)
    for i, (node, value) in enumerate(zip(graph.nodes, firsts(graph), strict=True)):
        at = read.get(value, [])
        if not is_plain_norm(node) or not isinstance(node, Step) or not node.guard:
            continue
        if len(at) != 1 or at[0] < 0 or nodes[at[0]].op is not MIX:
            continue
        mix = nodes[at[0]]
        gates = list(input_gates(mix))
        place = mix.inputs.index(value)
        if not gates[place] or mix.inputs.count(value) > 1:
            continue
        attrs = (*node.attrs, ("scale", gates[place]))
        gates[place] = ""
        weights = [*dict(mix.attrs).get("weights", ())]  # type: ignore[misc]  # names
        if weights:
            weights[place] = ""
        nodes[i] = replace(node, op=SCALED, attrs=attrs)
        known = (("weights", tuple(weights)),) if weights else ()
        nodes[at[0]] = replace(mix, attrs=(("gates", tuple(gates)), *known))
    return replace(graph, nodes=tuple(nodes))
