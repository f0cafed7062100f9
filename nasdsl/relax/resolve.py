"""The architecture that a relaxed network is for one genotype, with the keys of its weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..architecture import Architecture, Graph, Node
from ..diagnostics import fail
from ..domains import Domain
from ..ops.base import Op, Shape, Value
from ..ops.table import TABLE, infer
from .diagrams import Atom, decide
from .ir import MIX, Relaxed, Step, combiner, input_gates, is_gated

if TYPE_CHECKING:
    from ..genotype import Genotype
    from ..space import Space

Answer = Callable[[Atom], int]
Taken = tuple[str, Domain, int | float]  # a decision's path, domain and index


def resolve(relaxed: Relaxed, taken: Iterable[Taken]) -> Architecture:
    """The architecture of these choices: equal to that of the space, and the key of each node says
    which of the supernet's weights it has."""
    answer = answers(taken)
    found = relaxed.architecture
    shapes = []
    inputs = []
    for one, name in zip(found.inputs, relaxed.inputs, strict=True):
        shape = decide(relaxed.gates[name], answer) if name else one.shape
        shapes.append(shape)
        inputs.append(replace(one, shape=shape))
    graph = _Resolver(relaxed, answer).graph(found.graph, tuple(shapes))
    return Architecture(found.name, tuple(inputs), graph)


def taken_by(space: Space, genotype: Genotype) -> list[Taken]:
    """The decisions of a genotype as `resolve` wants them. Raises NasError for a foreign genotype."""
    return [(path, var.domain, index) for path, var, index in space.places(genotype)]


def answers(taken: Iterable[Taken]) -> Answer:
    """What a genotype answers to atoms; 0 about decisions that it does not have."""
    chosen: dict[str, tuple[int, ...]] = {}
    members: dict[str, tuple[int, ...]] = {}
    for path, domain, index in taken:
        if domain.kind == "pick":
            members[path] = domain.positions(int(index))
        elif domain.kind == "bit":
            members[path] = (0,) if index else ()
        elif domain.kind == "one":
            chosen[path] = (int(index),)

    def answer(atom: Atom) -> int:
        if atom.kind == "one":
            return chosen.get(atom.path, (0,))[0]
        positions = members.get(atom.path, ())
        if atom.kind == "member":
            return int(atom.option in positions)
        return positions[atom.option] if atom.option < len(positions) else 0

    return answer


class _Resolver:
    def __init__(self, relaxed: Relaxed, answer: Answer) -> None:
        self.relaxed, self.answer = relaxed, answer
        self.known: dict[str, bool] = {"": True}
        self.done: dict[tuple[int, tuple[Shape, ...]], Graph] = {}
        self.equal: dict[object, Graph] = {}

    def held(self, gate: str) -> bool:
        if gate not in self.known:
            self.known[gate] = decide(self.relaxed.gates[gate], self.answer) is True
        return self.known[gate]

    def graph(self, graph: Graph, shapes: tuple[Shape, ...]) -> Graph:
        key = (id(graph), shapes)
        if key not in self.done:
            self.done[key] = self._graph(graph, shapes)
        return self.done[key]

    def _graph(self, graph: Graph, inputs: tuple[Shape, ...]) -> Graph:
        values: list[int | None] = list(range(len(inputs)))
        shapes: list[Shape] = list(inputs)
        nodes: list[Node] = []
        for node in graph.nodes:
            guard = node.guard if isinstance(node, Step) else ""
            if not self.held(guard):
                values += [None] * len(node.shapes)
                continue
            read = [values[v] for v in node.inputs]
            if is_gated(node):
                pairs = zip(input_gates(node), read, strict=True)
                read = [v for gate, v in pairs if self.held(gate)]
            if node.op is MIX:
                if len(read) != 1:
                    raise fail("NAS610", "a mixture takes one alternative in this genotype, not "
                               f"{len(read)}", node.span)  # fmt: skip
                values.append(read[0])
                continue
            present = tuple(v for v in read if v is not None)
            made = self._node(node, present, tuple(shapes[v] for v in present))
            nodes.append(made)
            values += range(len(shapes), len(shapes) + len(made.shapes))
            shapes += made.shapes
        outputs = tuple(v for v in (values[v] for v in graph.outputs) if v is not None)
        return Graph(graph.name, inputs, tuple(nodes), outputs, graph.input_names, graph.span)

    def _node(self, node: Node, inputs: tuple[int, ...], shapes: tuple[Shape, ...]) -> Node:
        if node.body is not None:
            if node.states is not None:
                body = self.graph(node.body, node.body.inputs)
                return Node(node.name, inputs, node.shapes, body=body, states=node.states,
                            span=node.span, key=node.key)  # fmt: skip
            body = self.graph(node.body, shapes)
            return Node(
                node.name, inputs, body.output_shapes, body=body, span=node.span, key=node.key
            )
        op, attrs = self.plain(node)
        return Node(node.name, inputs, (infer(op, shapes, dict(attrs)),), op, attrs, span=node.span,
                    key=node.key)  # fmt: skip

    def plain(self, node: Node) -> tuple[Op, tuple[tuple[str, Value], ...]]:
        """The operator and attributes that a node has in this genotype."""
        assert node.op is not None
        op = node.op
        if isinstance(node, Step):
            op = node.base or op
        if is_gated(node):
            op = TABLE[combiner(node)]
        opened = dict(node.open) if isinstance(node, Step) else {}
        given = dict(node.attrs)
        names: Sequence[str] = [
            n for n in given if n not in ("gates", "source", "target", "kernels")
        ]
        attrs: list[tuple[str, Value]] = []
        for name in names:
            value = given[name]
            if name in opened:
                value = decide(self.relaxed.gates[opened[name]], self.answer)
            attrs.append((name, value))
        return op, tuple(attrs)
