"""Building a graph from another one: nodes are copied in order, values get new numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nasdsl.architecture import Graph, Node
from nasdsl.ops.base import Shape


class Rewriter:
    """Collects the nodes of a new graph with the same inputs and the name of `graph`."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: list[Node] = []
        self._count = len(graph.inputs)

    def add(self, node: Node, inputs: Sequence[int], body: Graph | None = None) -> list[int]:
        """Append a copy of `node` on these (new) inputs; the numbers of its outputs."""
        inputs = tuple(inputs)
        if inputs != node.inputs or body is not node.body:
            node = replace(node, inputs=inputs, body=body)
        self.nodes.append(node)
        outputs = list(range(self._count, self._count + len(node.shapes)))
        self._count += len(node.shapes)
        return outputs

    def finish(self, outputs: Sequence[int]) -> Graph:
        """The new graph; `graph` itself when nothing has changed."""
        outputs = tuple(outputs)
        old = self.graph
        same = outputs == old.outputs and len(self.nodes) == len(old.nodes)
        if same and all(a is b for a, b in zip(self.nodes, old.nodes, strict=True)):
            return old
        return replace(old, nodes=tuple(self.nodes), outputs=outputs)


def value_shapes(graph: Graph) -> list[Shape]:
    """The shapes of all values, by number."""
    shapes = list(graph.inputs)
    for node in graph.nodes:
        shapes += node.shapes
    return shapes


def live_nodes(graph: Graph, roots: Sequence[int] = ()) -> list[bool]:
    """For each node, whether an output of the graph, or of a node in `roots`, depends on it."""
    needed = set(graph.outputs)
    live = [False] * len(graph.nodes)
    end = len(graph.inputs) + sum([len(n.shapes) for n in graph.nodes])
    for i in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[i]
        start = end - len(node.shapes)
        if not needed.isdisjoint(range(start, end)) or i in roots:
            live[i] = True
            needed.update(node.inputs)
        end = start
    return live


def prune(graph: Graph, roots: Sequence[int] = ()) -> Graph:
    """The graph without the nodes that neither an output nor a root needs."""
    live = live_nodes(graph, roots)
    new = Rewriter(graph)
    values = list(range(len(graph.inputs)))
    for node, alive in zip(graph.nodes, live, strict=True):
        if alive:
            values += new.add(node, [values[v] for v in node.inputs], node.body)
        else:
            values += [-1] * len(node.shapes)
    return new.finish([values[v] for v in graph.outputs])
