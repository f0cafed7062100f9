"""Readable names of gates: what is written in the classes of a supernet."""

from __future__ import annotations

from .diagrams import Branch, Diagram, Leaf, Pool


class GateNames:
    """Names diagrams, each by one name; "" is what always holds."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.diagrams: dict[str, Diagram] = {}
        self.labels: dict[str, tuple[str, ...]] = {}
        self._names: dict[int, str] = {}

    def __call__(self, diagram: Diagram) -> str:
        if diagram is self.pool.true:
            return ""
        name = self._names.get(id(diagram))
        if name is None:
            name = self._unique(self._describe(diagram))
            self._names[id(diagram)] = name
            self.diagrams[name] = diagram
        return name

    def _unique(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self.diagrams or not name:
            name, number = f"{wanted}#{number}", number + 1
        return name

    def _describe(self, diagram: Diagram) -> str:
        parts: list[str] = []
        while isinstance(diagram, Branch):
            open_cases = [i for i, c in enumerate(diagram.children) if c is not self.pool.false]
            if len(open_cases) != 1 or len(parts) == 3:
                return " & ".join([*parts, f"by {diagram.atom.path}"])
            parts.append(self._literal(diagram, open_cases[0]))
            diagram = diagram.children[open_cases[0]]
        if isinstance(diagram, Leaf) and diagram.value is not True:
            return " & ".join([*parts, str(diagram.value)])
        return " & ".join(parts)

    def _literal(self, branch: Branch, answer: int) -> str:
        atom = branch.atom
        if atom.kind == "member":
            return f"{'' if answer else 'not '}{atom.path}[{atom.option}]"
        labels = self.labels.get(atom.path, ())
        label = labels[answer] if answer < len(labels) else str(answer)
        return (
            f"{atom.path}={label}" if atom.kind == "one" else f"{atom.path}[{atom.option}]={label}"
        )
