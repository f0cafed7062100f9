"""Equal operators on equal inputs become one: the ReLU and the pools of a state, for all its edges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...architecture import Graph, Node
from ..ir import Step, Union
from .edit import Rebuilt, guard_of, is_plain_norm

# Operators without weights and without chance.
PURE = frozenset("""
max_pool avg_pool global_avg_pool global_max_pool adaptive_avg_pool relu relu6 leaky_relu elu selu gelu
silu hard_swish hard_sigmoid mish tanh sigmoid sin abs square neg scale pad crop subsample narrow resize
""".split())  # fmt: skip


def shared(graph: Graph, unions: dict[str, Union], norms: bool) -> Graph:
    """The graph with one node for all equal ones, under the gate that one of theirs is open.

    norms: batch norms without parameters, too; their statistics are the same.
    """
    groups: dict[Any, list[Node]] = {}
    new = Rebuilt(graph)
    first: dict[Any, int] = {}
    for node in graph.nodes:
        inputs = tuple(new.values[v] for v in node.inputs)
        key = _key(node, inputs, norms)
        if key is not None and key in first:
            groups[key].append(node)
            new.values.append(first[key])
            continue
        found = new.add(node, inputs)
        new.values += found
        if key is not None:
            first[key] = found[0]
            groups[key] = [node]
    made = new.finish()
    return _opened(made, groups, unions)


def _key(node: Node, inputs: tuple[int, ...], norms: bool) -> Any:
    if node.op is None or not (node.op.name in PURE or (norms and is_plain_norm(node))):
        return None
    if isinstance(node, Step) and node.open:
        return None
    return id(node.op), node.attrs, inputs


def _opened(graph: Graph, groups: dict[Any, list[Node]], unions: dict[str, Union]) -> Graph:
    """The graph with the gates of nodes that stand for several."""
    gates = {g[0].key: tuple(dict.fromkeys(map(guard_of, g))) for g in groups.values() if len(g) > 1}
    nodes = []
    for node in graph.nodes:
        names = gates.get(node.key, ())
        if isinstance(node, Step) and len(names) > 1:
            guard = "" if "" in names else _union(names, unions)
            node = replace(node, guard=guard)
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _union(names: tuple[str, ...], unions: dict[str, Union]) -> str:
    """The name of "one of these gates is open"."""
    for known, union in unions.items():
        if union == Union(names, ()):
            return known
    name = f"{names[0]} or {len(names) - 1} more"
    while name in unions:
        name += "'"
    unions[name] = Union(names, ())
    return name
