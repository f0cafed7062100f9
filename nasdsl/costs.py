"""The cost of an architecture, from formulae alone.

params: learnable numbers. macs: multiply-adds of convolutions, linear layers and matrix products for
one sample, without biases, normalisation, activations and pooling (the figure that the literature
quotes); flops = 2 * macs. activations: numbers that the operators with weights put out. depth: the
longest chain of operators with weights.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod

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
    known: dict[int, tuple[int, int, int, tuple[tuple[int, ...], ...]]] = {}
    params, macs, activations, depths = _graph(architecture.graph, known)
    longest = max((d for row in depths for d in row), default=0)
    return Cost(params, macs, activations, max(longest, 0))


_ABSENT = -1


@lru_cache(maxsize=50_000)
def _call(op: Op, inputs: tuple[Shape, ...], attrs: tuple[tuple[str, Value], ...]) -> tuple[int, int]:
    """Params and MACs of one operator: the same few calls stand in every architecture of a space."""
    given = dict(attrs)
    return op.parameters(inputs, given), op.macs(inputs, given)


def _graph(
    graph: Graph, known: dict[int, tuple[int, int, int, tuple[tuple[int, ...], ...]]]
) -> tuple[int, int, int, tuple[tuple[int, ...], ...]]:
    """Params, MACs, activations, and the depth from each input to each output (-1: no path)."""
    found = known.get(id(graph))
    if found is not None:
        return found
    count = len(graph.inputs)
    params = macs = activations = 0
    shapes = list(graph.inputs)
    reach: list[list[int]] = [[0 if i == j else _ABSENT for j in range(count)] for i in range(count)]
    for node in graph.nodes:
        if node.body is not None:
            p, m, a, inner = _graph(node.body, known)
            steps = 1 if node.states is None else shapes[node.inputs[0]][0]
            params, macs, activations = params + p, macs + m * steps, activations + a * steps
            sources = node.inputs
            rows = inner[: len(node.shapes)]
            for row in rows:
                reach.append([
                    max((reach[s][j] + d for s, d in zip(sources, row, strict=False)
                         if d >= 0 and reach[s][j] >= 0), default=_ABSENT)
                    for j in range(count)
                ])  # fmt: skip
            shapes.extend(node.shapes)
            continue
        assert node.op is not None
        p, m = _call(node.op, tuple([shapes[i] for i in node.inputs]), node.attrs)
        params, macs = params + p, macs + m
        weighted = 1 if m else 0
        if m:
            activations += prod(node.shapes[0])
        reach.append([
            max((reach[s][j] + weighted for s in node.inputs if reach[s][j] >= 0), default=_ABSENT)
            for j in range(count)
        ])  # fmt: skip
        shapes.append(node.shapes[0])
    result = params, macs, activations, tuple(tuple(reach[o]) for o in graph.outputs)
    known[id(graph)] = result
    return result
