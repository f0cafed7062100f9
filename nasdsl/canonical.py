"""The canonical hash: equal for architectures that are one network drawn in different ways.

Dead nodes do not count, nor does the nesting of graphs, nor the order of commutative inputs, nor
identities; what gives zeros of a zero tensor is a zero tensor. A `sum` keeps its zero terms and nested
sums stay apart (the reading of NAS-Bench-201's 6,466 cells) unless `flatten`, which makes one sum of
nested ones without their zeros.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from .architecture import Architecture, Graph, Node
from .ops.base import Value

_ZERO = "zero"
_NOT_ZERO_AT_ZERO = frozenset(
    ["cos", "exp", "sigmoid", "softplus", "hard_sigmoid", "softmax", "add_const", "div", "position", "class_token", "attention", "cross_attention", "lstm", "gru", "rnn", "embedding"]
)


def architecture_hash(architecture: Architecture, flatten: bool = False) -> str:
    """32 hex digits. Weights are not shared between calls, so equal terms are counted, not merged."""
    inputs = [f"in {i} {x.kind} {x.shape}" for i, x in enumerate(architecture.inputs)]
    terms = [_digest(text) for text in inputs]
    outputs = _Canon(flatten).graph(architecture.graph, terms)
    return _digest(" ".join(outputs))[:32]


def graph_hash(graph: Graph, flatten: bool = False) -> str:
    """The hash of one graph, such as a cell."""
    terms = [_digest(f"in {i} {shape}") for i, shape in enumerate(graph.inputs)]
    return _digest(" ".join(_Canon(flatten).graph(graph, terms)))[:32]


def _keeps_zero(name: str, attrs: Mapping[str, Value]) -> bool:
    """Whether zeros give zeros; normalisation counts as doing so, whatever its learned offset."""
    return name not in _NOT_ZERO_AT_ZERO and name != "concat" and not attrs.get("bias", False)


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class _Canon:
    """Terms are digests; `zero` stands for a zero tensor. Sums remember their terms for `flatten`."""

    def __init__(self, flatten: bool) -> None:
        self.flatten = flatten
        self.sums: dict[str, tuple[str, ...]] = {}

    def graph(self, graph: Graph, inputs: Sequence[str]) -> list[str]:
        """The terms of a graph's outputs."""
        values = list(inputs)
        shapes = list(graph.inputs)
        for node in graph.nodes:
            terms = [values[i] for i in node.inputs]
            if node.body is not None and node.states is None:
                values.extend(self.graph(node.body, terms))
            elif node.body is not None:
                inner = [_digest(f"in {i}") for i in range(len(node.body.inputs))]
                body = " ".join(self.graph(node.body, inner))
                values.append(_digest(f"scan {node.states} {body} {terms[0]}"))
            else:
                values.append(self.call(node, terms, [shapes[i] for i in node.inputs]))
            shapes.extend(node.shapes)
        return [values[o] for o in graph.outputs]

    def call(self, node: Node, terms: list[str], shapes: Sequence[tuple[int, ...]]) -> str:
        """The term of an operator."""
        op = node.op
        assert op is not None
        attrs = dict(node.attrs)
        if op.name == "identity" or (op.name in ("sum", "mul", "concat", "mean") and len(terms) == 1):
            return terms[0]
        if op.name == "zero":
            return _ZERO
        if op.name == "sum":
            return self._sum(terms)
        if _keeps_zero(op.name, attrs) and terms and all(t == _ZERO for t in terms):
            return _ZERO
        if op.commutative:
            terms = sorted(terms)
        shown = "" if op.arity is None else str(list(shapes))
        return _digest(f"{op.name} {sorted(attrs.items(), key=str)} {shown} {' '.join(terms)}")

    def _sum(self, terms: list[str]) -> str:
        if self.flatten:
            flat: list[str] = []
            for term in terms:
                flat.extend(self.sums.get(term, (term,)))
            terms = [t for t in flat if t != _ZERO]
            if not terms:
                return _ZERO
            if len(terms) == 1:
                return terms[0]
        found = _digest("sum " + " ".join(sorted(terms)))
        self.sums[found] = tuple(terms)
        return found
