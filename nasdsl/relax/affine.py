"""Norms that mixtures read have no parameters of their own (as DARTS's search network has it)."""

from __future__ import annotations

from dataclasses import replace

from ..architecture import Graph, Node
from .ir import Relaxed, Step


def without_affine(relaxed: Relaxed) -> Relaxed:
    """The network with `affine = false` in every norm whose output a node with a gate reads, also one
    call further in or out. Those inside mixtures have been made so."""
    graph = _Rewriter().graph(relaxed.architecture.graph, frozenset())
    return replace(relaxed, architecture=replace(relaxed.architecture, graph=graph))


class _Rewriter:
    def __init__(self) -> None:
        self._read: dict[int, frozenset[int]] = {}
        self._done: dict[tuple[int, frozenset[int]], Graph] = {}

    def read(self, graph: Graph) -> frozenset[int]:
        """The values of a graph that nodes with gates read."""
        if id(graph) not in self._read:
            found: set[int] = set()
            for node in graph.nodes:
                if isinstance(node, Step) and node.guard:
                    found.update(node.inputs)
                elif node.body is not None and node.states is None:
                    inner = self.read(node.body)
                    found.update(v for i, v in enumerate(node.inputs) if i in inner)
            self._read[id(graph)] = frozenset(found)
        return self._read[id(graph)]

    def graph(self, graph: Graph, outputs: frozenset[int]) -> Graph:
        """The graph; `outputs` are those (by place) that mixtures outside read."""
        key = (id(graph), outputs)
        if key not in self._done:
            wanted = self.read(graph) | {graph.outputs[i] for i in outputs}
            nodes: list[Node] = []
            value = len(graph.inputs)
            for node in graph.nodes:
                here = frozenset(i for i in range(len(node.shapes)) if value + i in wanted)
                nodes.append(self._node(node, here))
                value += len(node.shapes)
            same = all(a is b for a, b in zip(nodes, graph.nodes, strict=True))
            self._done[key] = graph if same else replace(graph, nodes=tuple(nodes))
        return self._done[key]

    def _node(self, node: Node, wanted: frozenset[int]) -> Node:
        if node.body is not None:
            body = self.graph(node.body, frozenset() if node.states is not None else wanted)
            return node if body is node.body else replace(node, body=body)
        if wanted and dict(node.attrs).get("affine") is True:
            attrs = tuple((n, False if n == "affine" else v) for n, v in node.attrs)
            return replace(node, attrs=attrs)
        return node
