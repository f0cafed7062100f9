"""The concrete network: an immutable DAG of operator calls with shapes, in nested graphs.

A Graph is one distinct use of a motif: equal motifs on equal input shapes are the same Graph object,
called from several nodes (each call owns its weights). Values of a graph are numbered: its inputs
first, then the outputs of its nodes in order. Nodes are in topological order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .ops.base import Op, Shape, Value
from .spans import Span


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One call: of an operator (`op`), or of a graph (`body`, once or scanned over time).

    With `body` and `states` None it is a plain call. With `states`, the body is a recurrent cell
    applied to every step of a (T, F) sequence: its inputs are the step and the states (initially
    zeros of the given shapes), its outputs the next states, the first of which is collected into
    (T, …); the weights are shared over time. key: in a supernet, tells this use from the others in
    its graph, so that the keys along the calls say whose weights are meant.
    """

    name: str
    inputs: tuple[int, ...]
    shapes: tuple[Shape, ...]
    op: Op | None = None
    attrs: tuple[tuple[str, Value], ...] = ()
    body: Graph | None = None
    states: tuple[Shape, ...] | None = None
    span: Span | None = field(default=None, repr=False)
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A module: `name` is the motif's (or binding's) name, not necessarily unique."""

    name: str
    inputs: tuple[Shape, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]
    input_names: tuple[str, ...] = ()
    span: Span | None = field(default=None, repr=False)

    def shape_of(self, value: int) -> Shape:
        """The shape of a value of this graph."""
        if value < len(self.inputs):
            return self.inputs[value]
        value -= len(self.inputs)
        for node in self.nodes:
            if value < len(node.shapes):
                return node.shapes[value]
            value -= len(node.shapes)
        raise IndexError(f"graph {self.name} has no such value")

    @property
    def output_shapes(self) -> tuple[Shape, ...]:
        return tuple(self.shape_of(v) for v in self.outputs)


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """A network input: kind "image" (C, H, W), "vector" (F,), "sequence" (T, F) or "tokens" (T,)."""

    kind: str
    shape: Shape
    classes: int | None = None  # vocabulary of a token input


@dataclass(frozen=True, slots=True, eq=False)
class Architecture:
    """A network without choices. `graph.inputs` are the shapes of `inputs`, in order."""

    name: str
    inputs: tuple[Input, ...]
    graph: Graph

    def graphs(self) -> Iterator[Graph]:
        """Every distinct graph, callees before callers, the network last."""
        seen: set[int] = set()

        def visit(graph: Graph) -> Iterator[Graph]:
            if id(graph) in seen:
                return
            seen.add(id(graph))
            for node in graph.nodes:
                if node.body is not None:
                    yield from visit(node.body)
            yield graph

        return visit(self.graph)
