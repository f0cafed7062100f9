"""The cost of an architecture, from formulae alone.

params: learnable numbers. macs: multiply-adds of convolutions, linear layers and matrix products for
one sample, without biases, normalisation, activations and pooling (the figure that the literature
quotes); flops = 2 * macs. activations: numbers that the operators with weights put out. depth: the
longest chain of operators with weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import inf, prod
from typing import NamedTuple

from .architecture import Architecture, Graph
from .ops.base import Op, Shape, Value
from .record import Record, put, record


@record
class Cost(Record):
    """Cost of one forward pass of one sample."""

    params: int
    macs: int
    activations: int
    depth: int

    def __init__(self, params: int, macs: int, activations: int, depth: int) -> None:
        put(self, "params", params)
        put(self, "macs", macs)
        put(self, "activations", activations)
        put(self, "depth", depth)

    @property
    def flops(self) -> int:
        return 2 * self.macs


def cost(architecture: Architecture) -> Cost:
    """The cost of an architecture. Equal graphs are measured once."""
    found = _graph(architecture.graph, {})
    longest = max((d for row in found.depths for d in row), default=0)
    return Cost(found.params, found.macs, found.activations, int(max(longest, 0)))


_ABSENT = -inf  # the depth where there is no path
_Row = Sequence[float]


class _Found(NamedTuple):
    """Cost of a graph; a row of depths for each output, with the depth from each input."""

    params: int
    macs: int
    activations: int
    depths: tuple[_Row, ...]


@lru_cache(maxsize=50_000)
def _call(
    op: Op, inputs: tuple[Shape, ...], attrs: tuple[tuple[str, Value], ...]
) -> tuple[int, int]:
    """Params and MACs of one operator: the same few calls stand in every architecture of a space."""
    given = dict(attrs)
    return op.parameters(inputs, given), op.macs(inputs, given)


def _graph(graph: Graph, known: dict[int, _Found]) -> _Found:
    found = known.get(id(graph))
    if found is not None:
        return found
    count = len(graph.inputs)
    params = macs = activations = 0
    shapes = list(graph.inputs)
    rows: list[_Row] = [[0 if i == j else _ABSENT for j in range(count)] for i in range(count)]
    for node in graph.nodes:
        given = [rows[i] for i in node.inputs]
        if node.body is not None:
            inner = _graph(node.body, known)
            steps = 1 if node.states is None else shapes[node.inputs[0]][0]
            params, macs = params + inner.params, macs + inner.macs * steps
            activations += inner.activations * steps
            rows += [_through(given, row) for row in inner.depths[: len(node.shapes)]]
        else:
            assert node.op is not None
            p, m = _call(node.op, tuple([shapes[i] for i in node.inputs]), node.attrs)
            params, macs = params + p, macs + m
            row = _deepest(given)
            if m:
                activations += prod(node.shapes[0])
                row = [d + 1 for d in row]
            rows.append(row)
        shapes += node.shapes
    result = _Found(params, macs, activations, tuple([rows[o] for o in graph.outputs]))
    known[id(graph)] = result
    return result


def _deepest(rows: list[_Row]) -> _Row:
    return rows[0] if len(rows) == 1 else [max(depths) for depths in zip(*rows, strict=True)]


def _through(rows: list[_Row], inner: _Row) -> _Row:
    """The depths behind an output of a graph, given those of the graph's inputs."""
    added: list[_Row] = [[d + more for d in row] for row, more in zip(rows, inner, strict=False)]
    return _deepest(added)
