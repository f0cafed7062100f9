"""The canonical hash: equal for architectures that are one network drawn in different ways.

Dead nodes do not count, nor does the nesting of graphs, nor the order of commutative inputs, nor
identities; what gives zeros of a zero tensor is a zero tensor. A `sum` keeps its zero terms, and nested
sums stay apart (6,900 cells of NAS-Bench-201), unless `flatten`, which makes one sum of nested ones
without their zeros (4,930). One tensor that two operators read is not told from two equal ones unless
`sharing` (the 423,624 modules of NAS-Bench-101). `graph_text` is the text by which NAS-Bench-201 itself
tells cells apart: 6,466 of them, since it writes nested sums without brackets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .architecture import Architecture, Graph, Node
from .ops.base import Value

_NOT_ZERO_AT_ZERO = frozenset(
    [
        "cos",
        "exp",
        "sigmoid",
        "softplus",
        "hard_sigmoid",
        "softmax",
        "add_const",
        "div",
        "position",
        "class_token",
        "attention",
        "cross_attention",
        "lstm",
        "gru",
        "rnn",
        "embedding",
    ]
)


def architecture_hash(
    architecture: Architecture, flatten: bool = False, sharing: bool = False
) -> str:
    """32 hex digits. Weights are not shared between calls, so equal terms are counted, not merged."""
    inputs = [f"in {i} {x.kind} {x.shape}" for i, x in enumerate(architecture.inputs)]
    return _hash(architecture.graph, inputs, flatten, sharing)


def graph_hash(graph: Graph, flatten: bool = False, sharing: bool = False) -> str:
    """The hash of one graph, such as a cell."""
    inputs = [f"in {i} {shape}" for i, shape in enumerate(graph.inputs)]
    return _hash(graph, inputs, flatten, sharing)


def _hash(graph: Graph, inputs: Sequence[str], flatten: bool, sharing: bool) -> str:
    canon = _Canon(flatten, sharing)
    return canon.digest(canon.graph(graph, [_Term(_digest(text)) for text in inputs]))[:32]


def graph_text(graph: Graph) -> str:
    """A cell of one input as NAS-Bench-201 writes it (`to_unique_str`): an operator as `(x)@name`, a sum
    as its sorted terms joined by `+`, an identity as its input, whatever reads a zero as `#`."""
    values = ["0"] * len(graph.inputs)
    for node in graph.nodes:
        terms = [values[i] for i in node.inputs]
        name = node.body.name if node.body is not None else node.name
        if name == "sum":
            values.append("+".join(sorted(terms)))
        elif name == "zero" or "#" in terms:
            values.append("#")
        else:
            values.append(terms[0] if name == "identity" else f"({','.join(terms)})@{name}")
    return " ".join(values[o] for o in graph.outputs)


def _keeps_zero(name: str, attrs: Mapping[str, Value]) -> bool:
    """Whether zeros give zeros; normalisation counts as doing so, whatever its learned offset."""
    return name not in _NOT_ZERO_AT_ZERO and name != "concat" and not attrs.get("bias", False)


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class _Term:
    """A tensor: `text` says how it is computed, and from which tensors (unordered if sorted)."""

    text: str
    below: tuple[_Term, ...] = ()
    unordered: bool = False
    parts: tuple[_Term, ...] | None = None  # of a sum


_ZERO = _Term("zero")


@dataclass(frozen=True, slots=True)
class _Canon:
    flatten: bool
    sharing: bool

    def digest(self, outputs: Sequence[_Term]) -> str:
        """What some tensors are, together."""
        names = _refined(outputs) if self.sharing else [t.text for t in outputs]
        return _digest(" ".join(names))

    def graph(self, graph: Graph, inputs: Sequence[_Term]) -> list[_Term]:
        """The terms of a graph's outputs."""
        values = list(inputs)
        shapes = list(graph.inputs)
        for node in graph.nodes:
            terms = [values[i] for i in node.inputs]
            if node.body is not None and node.states is None:
                values.extend(self.graph(node.body, terms))
            elif node.body is not None:
                inner = [_Term(_digest(f"in {i}")) for i in range(len(node.body.inputs))]
                body = self.digest(self.graph(node.body, inner))
                text = _digest(f"scan {node.states} {body} {terms[0].text}")
                values.append(_Term(text, tuple(terms)))
            else:
                values.append(self.call(node, terms, [shapes[i] for i in node.inputs]))
            shapes.extend(node.shapes)
        return [values[o] for o in graph.outputs]

    def call(self, node: Node, terms: list[_Term], shapes: Sequence[tuple[int, ...]]) -> _Term:
        """The term of an operator."""
        op = node.op
        assert op is not None
        if op.name == "identity" or (
            op.name in ("sum", "mul", "concat", "mean") and len(terms) == 1
        ):
            return terms[0]
        if op.name == "zero":
            return _ZERO
        if op.name == "sum":
            return self._sum(terms)
        if _keeps_zero(op.name, dict(node.attrs)) and terms and all(t is _ZERO for t in terms):
            return _ZERO
        texts = [t.text for t in terms]
        if op.commutative:
            texts.sort()
        shown = "" if op.arity is None else str(list(shapes))
        text = f"{op.name} {sorted(node.attrs, key=str)} {shown} {' '.join(texts)}"
        return _Term(_digest(text), tuple(terms), op.commutative)

    def _sum(self, terms: list[_Term]) -> _Term:
        if self.flatten:
            nested = [t.parts if t.parts is not None else (t,) for t in terms]
            terms = [t for parts in nested for t in parts if t is not _ZERO]
            if not terms:
                return _ZERO
            if len(terms) == 1:
                return terms[0]
        text = _digest("sum " + " ".join(sorted(t.text for t in terms)))
        return _Term(text, tuple(terms), True, tuple(terms))


def _refined(outputs: Sequence[_Term]) -> list[str]:
    """A name for each live tensor by what it is computed from and what reads it, then the outputs'.

    Names are refined by those of their neighbours until no more tensors are told apart
    (Weisfeiler and Leman).
    """
    live: dict[_Term, list[_Term]] = {}  # each with its readers
    stack = list(outputs)
    while stack:
        term = stack.pop()
        if term not in live:
            live[term] = []
            stack.extend(term.below)
    for term in live:
        for source in term.below:
            live[source].append(term)
    names = {term: term.text for term in live}
    before, told = 0, len(set(names.values()))
    if told == len(live):
        before = told  # each name says by itself what the tensor is computed from
    while told != before:
        names = {term: _refine(term, readers, names) for term, readers in live.items()}
        before, told = told, len(set(names.values()))
    return [*sorted(names.values()), "->", *(names[t] for t in outputs)]


def _refine(term: _Term, readers: Sequence[_Term], names: dict[_Term, str]) -> str:
    below = [names[t] for t in term.below]
    if term.unordered:
        below.sort()
    above = sorted(names[t] for t in readers)
    return _digest(f"{names[term]} {' '.join(below)} < {' '.join(above)}")
