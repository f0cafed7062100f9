"""Zeros are made only where nothing else is there: beside other alternatives they add nothing."""

from __future__ import annotations

from dataclasses import replace

from ...architecture import Graph, Node
from ..ir import MIX, Step, Union, input_gates
from .edit import firsts, readers


def lone_zeros(graph: Graph, unions: dict[str, Union]) -> Graph:
    """The graph with every `zero` of one mixture under the gate "and no other alternative is"."""
    read = readers(graph)
    nodes: list[Node] = list(graph.nodes)
    for i, (node, value) in enumerate(zip(graph.nodes, firsts(graph), strict=True)):
        if node.op is None or node.op.name != "zero" or not isinstance(node, Step):
            continue
        at = read.get(value, [])
        if len(at) != 1 or at[0] < 0 or graph.nodes[at[0]].op is not MIX:
            continue
        mix = graph.nodes[at[0]]
        gates = dict(zip(mix.inputs, input_gates(mix), strict=True))
        others = tuple(g for v, g in gates.items() if v != value)
        name = f"only {gates[value]}"
        unions[name] = Union((gates[value],), others)
        nodes[i] = replace(node, guard=name)
    return replace(graph, nodes=tuple(nodes))
