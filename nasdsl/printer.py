"""An architecture as a .nas program without choices: what `sample --as nas` and `best.nas` show.

Every distinct graph becomes a motif, every node a named tensor; parsing the text and building it gives
the same architecture again (equal canonical hash, equal cost).
"""

from __future__ import annotations

from .architecture import Architecture, Graph, Node
from .lexemes import KEYWORDS
from .ops.base import Value
from .ops.bind import show
from .ops.table import TABLE

_WIDTH = 100


def print_architecture(architecture: Architecture, comment: str = "") -> str:
    """The text of a space with exactly this member."""
    printer = _Printer()
    for graph in architecture.graphs():
        printer.taken.update(node.op.name for node in graph.nodes if node.op is not None)
    lines = [f"# {line}" for line in comment.splitlines()]
    lines.append(f"space {printer.fresh(architecture.name)}")
    lines.append("")
    for graph in architecture.graphs():
        if graph is not architecture.graph:
            lines += printer.motif(graph)
            lines.append("")
    lines += printer.network(architecture)
    return "\n".join(lines) + "\n"


class _Printer:
    def __init__(self) -> None:
        self.taken = set(KEYWORDS) | set(TABLE)
        from .evaluate.builtins import BUILTINS

        self.taken |= set(BUILTINS)
        self.names: dict[int, str] = {}

    def fresh(self, name: str) -> str:
        """A name like this one that nothing has."""
        base = (
            "".join(c if (c.isalnum() and c.isascii()) or c == "_" else "_" for c in name) or "net"
        )
        if base[0].isdigit():
            base = f"n_{base}"
        candidate, count = base, 1
        while candidate in self.taken:
            count += 1
            candidate = f"{base}_{count}"
        self.taken.add(candidate)
        return candidate

    def motif(self, graph: Graph) -> list[str]:
        name = self.names[id(graph)] = self.fresh(graph.name)
        inputs = [f"x{i}" if len(graph.inputs) > 1 else "x" for i in range(len(graph.inputs))]
        head = f"motif {name} = graph ({', '.join(inputs)}) {{"
        return [head, *self.body(graph, inputs), "}"]

    def body(self, graph: Graph, inputs: list[str]) -> list[str]:
        values = list(inputs)
        lines = []
        for node in graph.nodes:
            names = [f"t{len(values) - len(inputs) + i}" for i in range(len(node.shapes))]
            sources = [values[i] for i in node.inputs]
            lines.append(f"  {', '.join(names)} = {self.node(node, sources)}")
            values.extend(names)
        lines.append("  out " + ", ".join(values[o] for o in graph.outputs))
        return lines

    def node(self, node: Node, sources: list[str]) -> str:
        """The right-hand side of a node."""
        left = sources[0] if len(sources) == 1 else f"({', '.join(sources)})"
        if node.body is not None:
            name = self.names[id(node.body)]
            if node.states is None:
                return f"{left} -> {name}"
            states = ", ".join("[" + ", ".join(map(str, s)) + "]" for s in node.states)
            return f"{left} -> scan({name}, [{states}])"
        assert node.op is not None
        attrs = self.attributes(node)
        if node.op.arity is None:
            return f"{node.op.name}([{', '.join(sources)}]{', ' + attrs if attrs else ''})"
        return f"{left} -> {node.op.name}{f'({attrs})' if attrs else ''}"

    def attributes(self, node: Node) -> str:
        """The attributes that are not at their defaults."""
        assert node.op is not None
        given = dict(node.attrs)
        return ", ".join(
            f"{p.name} = {self.value(given[p.name])}"
            for p in node.op.params
            if given[p.name] != p.default
        )

    @staticmethod
    def value(value: Value) -> str:
        return repr(value) if isinstance(value, float) else show(value)

    def network(self, architecture: Architecture) -> list[str]:
        names = [f"x{i}" for i in range(len(architecture.inputs))]
        sources = []
        for item in architecture.inputs:
            numbers = [*item.shape] + ([item.classes] if item.classes is not None else [])
            sources.append(f"{item.kind}({', '.join(map(str, numbers))})")
        first = sources[0] if len(sources) == 1 else f"({', '.join(sources)})"
        head = f"network = {first} -> graph ({', '.join(names)}) {{"
        return [head, *self.body(architecture.graph, names), "}"]
