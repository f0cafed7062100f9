"""The likeliest way through a supernet: each value of the network with the best way that leads to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from nasdsl.architecture import Graph, Node
from nasdsl.relax.diagrams import Atom, Diagram, Leaf
from nasdsl.relax.ir import MIX, input_gates, is_gated

Taken = dict[str, int]  # of a choice of one its option, of a pick of one its element
Label = tuple[float, Taken]  # the log-probability of what was taken on the way
Strengths = Mapping[str, Sequence[float]]
MAX_CASES = 64
LEAST = 1e-30


def likeliest(supernet: Any, strengths: Strengths) -> Taken:
    """The choices on the way to the outputs whose product of probabilities is the largest; choices off
    it are left out. Where several values are summed their ways are joined, a choice counted once; of
    elements of picks of several the best are, of bits those that are more likely there."""
    relaxed = supernet.relaxed
    counts = {p: max(d.count for d in ds) for p, ds in relaxed.domains.items()}
    ways = _Ways(relaxed.gates, strengths, counts)
    graph = relaxed.architecture.graph
    found = ways.graph(graph, [(0.0, {})] * len(graph.inputs))
    taken = ways.joined(found)[1]
    return {p: i for p, i in taken.items() if _decided(supernet, p, counts)}


def _decided(supernet: Any, path: str, counts: Mapping[str, int]) -> bool:
    kind = supernet.decisions[path].kind if path in supernet.decisions else ""
    return kind == "one" or (kind == "pick" and counts.get(path) == 1)


class _Ways:
    def __init__(
        self, gates: Mapping[str, Diagram], strengths: Strengths, counts: Mapping[str, int]
    ) -> None:
        self.gates, self.strengths, self.counts = gates, strengths, counts

    def graph(self, graph: Graph, inputs: Sequence[Label]) -> list[Label]:
        labels = list(inputs)
        for node in graph.nodes:
            read = [labels[v] for v in node.inputs]
            if node.body is not None and node.states is None:
                labels += self.graph(node.body, read)
                continue
            labels += [self._node(node, read)] * len(node.shapes)
        return [labels[v] for v in graph.outputs]

    def _node(self, node: Node, read: Sequence[Label]) -> Label:
        if not is_gated(node):
            return self.joined(read)
        cases = [
            [self.joined([label, case]) for case in self._cases(name)]
            for name, label in zip(input_gates(node), read, strict=True)
        ]
        if node.op is MIX:
            return max((c for row in cases for c in row), key=lambda c: c[0], default=(0.0, {}))
        return self.joined(self._kept(input_gates(node), cases))

    def _kept(self, names: Sequence[str], cases: Sequence[Sequence[Label]]) -> list[Label]:
        """Of what is combined: what is always there, the best elements of picks, likely bits."""
        kept: list[Label] = []
        groups: dict[str, list[Label]] = {}
        for name, row in zip(names, cases, strict=True):
            best = max(row, key=lambda c: c[0], default=None)
            atom = getattr(self.gates.get(name), "atom", None)
            if best is None:
                continue
            if atom is None or atom.kind != "member":
                kept.append(best)
            elif len(self.strengths.get(atom.path, ())) > 1:
                groups.setdefault(atom.path, []).append(best)
            elif self._chance(atom, 1) >= 0.5:
                kept.append(best)
        for path, row in groups.items():
            kept += sorted(row, key=lambda c: -c[0])[: self.counts.get(path, 1)]
        return kept

    def _cases(self, name: str) -> Iterator[Label]:
        """What may be taken so that a gate is open."""
        if not name:
            yield 0.0, {}
            return
        yield from islice(self._open(self.gates[name], {}), MAX_CASES)

    def _open(self, diagram: Diagram, taken: Taken) -> Iterator[Label]:
        if isinstance(diagram, Leaf):
            if diagram.value is True:
                yield self._scored(taken), dict(taken)
            return
        atom = diagram.atom
        for answer, child in enumerate(diagram.children):
            if atom.kind == "one":
                yield from self._open(child, taken | {atom.path: answer})
            elif atom.kind == "member" and answer:
                yield from self._open(child, taken | {atom.path: atom.option})
            else:
                yield from self._open(child, taken)

    def _scored(self, taken: Taken) -> float:
        return sum(math.log(max(LEAST, self._of(path, i))) for path, i in taken.items())

    def _of(self, path: str, option: int) -> float:
        row = self.strengths.get(path)
        return 1.0 if row is None else float(row[option])

    def _chance(self, atom: Atom, answer: int) -> float:
        there = self._of(atom.path, atom.option)
        return there if answer else 1 - there

    def joined(self, labels: Sequence[Label]) -> Label:
        """All that was taken on several ways, each choice once, as the best of them took it."""
        taken: Taken = {}
        for _, one in sorted(labels, key=lambda label: -label[0]):
            taken = one | taken
        return self._scored(taken), taken
