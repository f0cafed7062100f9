"""What the passes share: graphs are built anew, node by node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...architecture import Graph, Node
from ..ir import Step


class Rebuilt:
    """A copy of a graph in the making: `values` are the new numbers of the old values."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: list[Node] = []
        self.values = list(range(len(graph.inputs)))
        self._count = len(graph.inputs)

    def add(self, node: Node, inputs: Sequence[int]) -> list[int]:
        """Append a node on these new values; the numbers of its outputs."""
        inputs = tuple(inputs)
        self.nodes.append(node if inputs == node.inputs else replace(node, inputs=inputs))
        found = list(range(self._count, self._count + len(node.shapes)))
        self._count += len(found)
        return found

    def copy(self, node: Node) -> list[int]:
        """Append a node on the new numbers of what it read."""
        return self.add(node, [self.values[v] for v in node.inputs])

    def finish(self) -> Graph:
        outputs = tuple(self.values[v] for v in self.graph.outputs)
        return replace(self.graph, nodes=tuple(self.nodes), outputs=outputs)


def readers(graph: Graph) -> dict[int, list[int]]:
    """The places of the nodes that read each value; an output of the graph counts as place -1."""
    found: dict[int, list[int]] = {}
    for i, node in enumerate(graph.nodes):
        for v in dict.fromkeys(node.inputs):
            found.setdefault(v, []).append(i)
    for v in graph.outputs:
        found.setdefault(v, []).append(-1)
    return found


def firsts(graph: Graph) -> list[int]:
    """The first value of every node."""
    out, value = [], len(graph.inputs)
    for node in graph.nodes:
        out.append(value)
        value += len(node.shapes)
    return out


def guard_of(node: Node) -> str:
    return node.guard if isinstance(node, Step) else ""


def guarded(node: Node, guard: str, key: str) -> Step:
    """The node under another gate and key."""
    base = node.base if isinstance(node, Step) else None
    opened = node.open if isinstance(node, Step) else ()
    return Step(node.name, node.inputs, node.shapes, node.op, node.attrs, node.body, node.states,
                node.span, key, guard, opened, base)  # fmt: skip


def is_plain_norm(node: Node) -> bool:
    """Whether this is a batch norm without parameters, of a fixed number of channels."""
    attrs = dict(node.attrs)
    return node.op is not None and node.op.name == "bn" and attrs.get("affine") is False and (
        "source" not in attrs
    )  # fmt: skip
