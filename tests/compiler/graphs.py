"""Architectures for tests: a builder by hand, and a Hypothesis strategy over random DAGs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from nasdsl.architecture import Architecture, Graph, Input, Node
from nasdsl.ops import bind, infer, lookup
from nasdsl.ops.base import Shape
from nasdsl.spans import Span

_NONE: Mapping[str, Any] = {}


class Builder:
    """Writes one graph: every method returns the number of a value."""

    def __init__(self, name: str, *inputs: Shape, names: Sequence[str] = ()) -> None:
        self.name, self.inputs, self.names = name, inputs, tuple(names)
        self.nodes: list[Node] = []
        self.shapes = list(inputs)

    def op(self, name: str, *inputs: int, span: Span | None = None, **attrs: Any) -> int:
        op = lookup(name)
        assert op is not None, name
        bound = bind(op, [], attrs)
        shape = infer(op, [self.shapes[v] for v in inputs], bound)
        return self._add(Node(name, inputs, (shape,), op, tuple(bound.items()), span=span))

    def chain(self, value: int, *steps: str | tuple[str, Mapping[str, Any]]) -> int:
        for step in steps:
            name, attrs = (step, _NONE) if isinstance(step, str) else step
            value = self.op(name, value, **attrs)
        return value

    def call(self, graph: Graph, *inputs: int, name: str = "") -> int:
        assert tuple(self.shapes[v] for v in inputs) == graph.inputs
        return self._add(Node(name or graph.name, inputs, graph.output_shapes, body=graph))

    def scan(self, cell: Graph, sequence: int, states: Sequence[Shape]) -> int:
        steps = self.shapes[sequence][0]
        shape = (steps, *cell.output_shapes[0])
        return self._add(Node(cell.name, (sequence,), (shape,), body=cell, states=tuple(states)))

    def _add(self, node: Node) -> int:
        first = len(self.shapes)
        self.nodes.append(node)
        self.shapes += node.shapes
        return first

    def done(self, *outputs: int) -> Graph:
        return Graph(self.name, self.inputs, tuple(self.nodes), outputs, self.names)


def network(graph: Graph, *inputs: Input) -> Architecture:
    kinds = {1: "vector", 2: "sequence", 3: "image"}
    given = inputs or tuple(Input(kinds[len(s)], s) for s in graph.inputs)
    return Architecture(graph.name, given, graph)


def parameters(graph: Graph) -> int:
    """Learnable numbers: each call owns its own, a scan once."""
    total = 0
    for node in graph.nodes:
        if node.body:
            total += parameters(node.body)
        elif node.op:
            shapes = [graph.shape_of(v) for v in node.inputs]
            total += node.op.parameters(shapes, dict(node.attrs))
    return total


# ---------------------------------------------------------------------------- random graphs

_SAME: list[tuple[str, dict[str, Any]]] = [
    ("conv", {"kernel": 3}),
    ("conv", {"kernel": 1, "bias": True}),
    ("conv", {"kernel": 3, "dilation": 2}),
    ("dw_conv", {"kernel": 3}),
    ("bn", {}),
    ("relu", {}),
    ("silu", {}),
    ("identity", {}),
    ("zero", {}),
    ("max_pool", {"kernel": 3}),
    ("avg_pool", {"kernel": 3}),
]


@st.composite
def motifs(draw: st.DrawFn, shape: Shape, depth: int) -> Graph:
    """A random DAG on one image that keeps its shape; at positive depth it calls other motifs."""
    b = Builder(draw(st.sampled_from(["cell", "block", "edge"])), shape)
    bodies = draw(st.lists(motifs(shape, depth - 1), max_size=2)) if depth else []
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["op", "op", "sum", "call"]))
        value = st.integers(0, len(b.shapes) - 1)
        if kind == "sum":
            b.op("sum", *draw(st.lists(value, min_size=1, max_size=4)))
        elif kind == "call" and bodies:
            b.call(draw(st.sampled_from(bodies)), draw(value))
        else:
            name, attrs = draw(st.sampled_from(_SAME))
            b.op(name, draw(value), **attrs)
    last = len(b.shapes) - 1
    return b.done(draw(st.sampled_from([last, last, draw(st.integers(0, last))])))


@st.composite
def architectures(draw: st.DrawFn) -> Architecture:
    """A network on small images: stem, motifs at two widths and sizes, mean, linear."""
    width = draw(st.integers(2, 4))
    b = Builder(draw(st.sampled_from(["net", "my_net", "2fast", "cell"])), (3, 8, 8))
    x = b.chain(0, ("conv", {"kernel": 3, "out": width}), "bn")
    for stage in range(draw(st.integers(1, 2))):
        if stage:
            x = b.op("conv", x, kernel=3, stride=2, out=2 * width)
        motif = draw(motifs(b.shapes[x], 2))
        for _ in range(draw(st.integers(1, 4))):
            x = b.call(motif, x)
    if draw(st.booleans()):
        y = b.call(draw(motifs(b.shapes[x], 1)), x)
        x = b.op("concat", x, y)
    return network(b.done(b.chain(x, "global_avg_pool", ("linear", {"out": 5}))))


def renamed(architecture: Architecture, name: str) -> Architecture:
    return replace(architecture, name=name)
