"""A supernet as SVG: the network, and every graph in it that mixtures are part of, once.

A mixture is one box: a line for each alternative, with a bar for its probability. The edges of
elements that may be there or not are as wide as they are likely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..architecture import Graph, Node
from ..relax import Relaxed
from ..relax.diagrams import Branch, Diagram, Leaf, atoms_of
from ..relax.ir import MIX, Step, combiner, input_gates, is_gated
from .layout import place
from .svg import INPUT, MAX_NODES, MOTIF, Box, Panel, fill_of, sheet, short_attributes

MIXED = "#fdf6e0"
NOTHING = "(nothing)"
LEAST = 5e-3  # of the probability of nothing, to be shown

Probabilities = Mapping[str, Sequence[float]]


def draw_mixture(relaxed: Relaxed, probabilities: Probabilities | None = None) -> str:
    """The SVG text of a supernet. probabilities: of the options of each decision, by path; those of a
    choice may leave out a share, which is that of nothing.

    Raises ValueError if it has too many parts for a drawing.
    """
    known = Weights(relaxed, probabilities or {})
    architecture = relaxed.architecture
    panels = [Laid(architecture.graph, known, [i.kind for i in architecture.inputs]).panel(
        f"{relaxed.architecture.name}: a supernet of {len(relaxed.choices):,} decisions")]  # fmt: skip
    for graph in _steered(architecture.graph):
        names = [f"input {i}" if len(graph.inputs) > 1 else "input" for i in range(len(graph.inputs))]  # fmt: skip
        panels.append(Laid(graph, known, names).panel(graph.name))
    return sheet(panels)


class Weights:
    """The probability that a gate is open."""

    def __init__(self, relaxed: Relaxed, probabilities: Probabilities) -> None:
        self._relaxed, self._probabilities = relaxed, probabilities

    def of(self, name: str) -> float | None:
        """None if a decision behind it has no known probabilities."""
        try:
            return self._sum(self._relaxed.gates[name], {})
        except KeyError:
            return None

    def _sum(self, diagram: Diagram, known: dict[int, float]) -> float:
        if isinstance(diagram, Leaf):
            return float(diagram.value is True)
        if id(diagram) not in known:
            atom = diagram.atom
            path = f"{atom.path}[{atom.option}]" if atom.kind == "slot" else atom.path
            shares = self._probabilities[path]
            if atom.kind == "member":
                there = shares[atom.option]
                shares = (1 - there, there)
            parts = zip(shares, diagram.children, strict=True)
            known[id(diagram)] = sum(p * self._sum(child, known) for p, child in parts)
        return known[id(diagram)]

    def label(self, name: str) -> str:
        """The option that a gate stands for, or the name of the gate."""
        diagram = self._relaxed.gates[name]
        if isinstance(diagram, Branch) and diagram.atom.kind == "one":
            taken = [i for i, c in enumerate(diagram.children) if isinstance(c, Leaf) and c.value is True]  # fmt: skip
            others = [c for c in diagram.children if not isinstance(c, Leaf)]
            labels = self._relaxed.choices[diagram.atom.path].labels
            if taken and not others:
                return " | ".join(labels[i] for i in taken)
        return name

    def paths(self, name: str) -> set[str]:
        return {atom.path for atom in atoms_of(self._relaxed.gates[name])} if name else set()


class Laid:
    """The boxes and edges of one graph, the alternatives of mixtures within these."""

    def __init__(self, graph: Graph, known: Weights, inputs: Sequence[str]) -> None:
        if len(graph.nodes) > MAX_NODES:
            raise ValueError(f"{len(graph.nodes):,} parts are too many for a drawing")
        self.known = known
        self.boxes = [Box(text, "", INPUT) for text in inputs]
        self.makers = {i: i for i in range(len(inputs))}  # the box that makes each value
        self.edges: dict[tuple[int, int], float | None] = {}
        self.given: dict[int, float] = {}  # of mixtures, how likely they are anything
        self.inner = _alternatives(graph, known)
        value = len(graph.inputs)
        for place_, node in enumerate(graph.nodes):
            values = range(value, value + len(node.shapes))
            if place_ not in self.inner:
                number = self._add(graph, node)
                self.makers.update(dict.fromkeys(values, number))
            value += len(node.shapes)
        for i, out in enumerate(graph.outputs):
            self.boxes.append(Box("output" if len(graph.outputs) == 1 else f"output {i}", "", INPUT))  # fmt: skip
            self._edge(self.makers[out], None)

    def _add(self, graph: Graph, node: Node) -> int:
        number = len(self.boxes)
        if node.op is MIX:
            self._mixture(graph, node)
            return number
        gates = input_gates(node)
        self.boxes.append(_box(node))
        for v, gate in zip(node.inputs, gates, strict=True):
            self._edge(self.makers[v], self.known.of(gate) if gate else None)
        return number

    def _edge(self, maker: int, weight: float | None) -> None:
        """An edge to the last box; wider if it is there twice."""
        if maker in self.given:
            weight = self.given[maker] * (1.0 if weight is None else weight)
        key = (maker, len(self.boxes) - 1)
        before = self.edges.get(key)
        known = [w for w in (before, weight) if w is not None]
        self.edges[key] = max(known, default=None)

    def _mixture(self, graph: Graph, node: Node) -> None:
        number, gates = len(self.boxes), input_gates(node)
        lines = [(self.known.label(g) if g else "always", self.known.of(g) if g else None) for g in gates]  # fmt: skip
        paths = set().union(*map(self.known.paths, gates))
        shares = [share for _, share in lines if share is not None]
        if len(shares) == len(lines):
            left = max(0.0, 1 - sum(shares))
            self.given[number] = 1 - left
            if left > LEAST:
                lines.append((NOTHING, left))
        self.boxes.append(Box(" ".join(sorted(paths)) or node.name, "", MIXED, tuple(lines)))
        for v in node.inputs:
            for source in self._outside(graph, v):
                self._edge(self.makers[source], None)

    def _outside(self, graph: Graph, value: int) -> list[int]:
        """The values that an alternative begins with; itself, if nothing is done to it."""
        place_ = value - len(graph.inputs)
        at = _maker(graph, value)
        if place_ < 0 or at not in self.inner:
            return [value]
        return [s for v in graph.nodes[at].inputs for s in self._outside(graph, v)]

    def panel(self, title: str) -> Panel:
        placed = place([b.width for b in self.boxes], list(self.edges))
        return Panel(title, tuple(self.boxes), placed, tuple(self.edges.values()))


def _box(node: Node) -> Box:
    if node.body is not None:
        return Box(node.body.name if node.states is None else f"scan({node.body.name})", "", MOTIF)
    name = combiner(node) if is_gated(node) else node.name
    given = "" if is_gated(node) else short_attributes(node)
    return Box(name + (f"({given})" if given else ""), "", fill_of(name))


def _maker(graph: Graph, value: int) -> int:
    """The place of the node that makes a value; -1 for an input."""
    first = len(graph.inputs)
    if value < first:
        return -1
    for i, node in enumerate(graph.nodes):
        first += len(node.shapes)
        if value < first:
            return i
    raise IndexError(value)


def _alternatives(graph: Graph, known: Weights) -> set[int]:
    """The places of nodes that are within mixtures: only one alternative of one mixture reads them,
    and they are there when it is. Alternatives that are mixtures themselves, or hold some, are not."""
    readers: dict[int, list[tuple[int, str]]] = {}  # of each node: who reads it, under which gate
    for i, node in enumerate(graph.nodes):
        for v, gate in zip(node.inputs, input_gates(node), strict=True):
            readers.setdefault(_maker(graph, v), []).append((i, gate if node.op is MIX else ""))
    outputs = {_maker(graph, v) for v in graph.outputs}
    found: dict[int, tuple[int, str]] = {}
    for i in reversed(range(len(graph.nodes))):
        node = graph.nodes[i]
        guard = node.guard if isinstance(node, Step) else ""
        of = {(r, g) if graph.nodes[r].op is MIX else found.get(r, (-1, "")) for r, g in readers.get(i, ())}  # fmt: skip
        if not guard or i in outputs or is_gated(node) or _holds_mixtures(node) or len(of) != 1:
            continue
        mix, gate = of.pop()
        if mix >= 0 and known.paths(guard) >= known.paths(gate):
            found[i] = mix, gate
    return set(found)


def _holds_mixtures(node: Node) -> bool:
    return node.body is not None and any(_names(node.body))


def _names(graph: Graph) -> Iterator[str]:
    """The gates in a graph."""
    for node in graph.nodes:
        if isinstance(node, Step) and node.guard:
            yield node.guard
        if is_gated(node):
            yield from (g for g in input_gates(node) if g)
        if node.body is not None:
            yield from _names(node.body)


def _steered(graph: Graph) -> list[Graph]:
    """The graphs within that gates steer, callers first; of those that the same gates steer in the
    same form, one."""
    found: dict[object, Graph] = {}
    seen: set[int] = set()

    def visit(graph: Graph) -> None:
        for node in graph.nodes:
            body = node.body
            if body is None or id(body) in seen or not (names := frozenset(_names(body))):
                continue
            seen.add(id(body))
            found.setdefault((body.name, len(body.nodes), body.outputs, names), body)
            visit(body)

    visit(graph)
    return list(found.values())
