"""Which passes run, in which order."""

from __future__ import annotations

from dataclasses import replace

from ...architecture import Graph, Node
from ..ir import Union
from .hoist import Hoist
from .layers import better_layers
from .scale import scaled
from .share import shared
from .zeros import lone_zeros


class Faster:
    """The passes on all graphs of one network; `unions` are the gates that they add."""

    def __init__(self, *, share_norms: bool) -> None:
        """share_norms: norms without parameters on equal inputs may become one."""
        self.share_norms = share_norms
        self.unions: dict[str, Union] = {}
        self._hoist = Hoist()
        self._done: dict[int, tuple[Graph, Graph]] = {}  # the key object is kept alive

    def run(self, graph: Graph) -> Graph:
        """The faster form of a graph, called graphs included."""
        if id(graph) not in self._done:
            nodes = tuple(self._inner(n) for n in graph.nodes)
            same = all(a is b for a, b in zip(nodes, graph.nodes, strict=True))
            self._done[id(graph)] = (graph, self._one(graph if same else replace(graph, nodes=nodes)))
        return self._done[id(graph)][1]

    def _inner(self, node: Node) -> Node:
        body = self.run(node.body) if node.body is not None else None
        return node if body is node.body else replace(node, body=body)

    def _one(self, graph: Graph) -> Graph:
        graph = self._hoist.run(graph)
        graph = lone_zeros(graph, self.unions)
        graph = shared(graph, self.unions, self.share_norms)
        return better_layers(scaled(graph))


def faster(graph: Graph, *, share_norms: bool) -> tuple[Graph, dict[str, Union]]:
    """The graph after all passes, and the gates that they add."""
    passes = Faster(share_norms=share_norms)
    return passes.run(graph), passes.unions
