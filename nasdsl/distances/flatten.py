"""The operators of a network without its nesting: a DAG of calls in which sums and the like are wires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from nasdsl.architecture import Architecture, Graph, Node
from nasdsl.ops import activation, norm, regular
from nasdsl.ops.base import Shape, Value

#: They pass on what comes in, one way or another.
WIRES = frozenset(
    ["identity", "sum", "mean", "concat", "flatten", "reshape", "transpose", "to_sequence", "to_image",
     "narrow", "select_step", "resize_like", "pad_channels"]
)  # fmt: skip
#: They belong to the layer that they come right before or after.
TRIMMINGS = frozenset(op.name for ops in (activation.OPS, norm.OPS, regular.OPS) for op in ops) | {
    "channel_shuffle"
}

Wire: TypeAlias = tuple[int, ...]  # the calls that feed a tensor; () carries zeros


@dataclass(frozen=True, slots=True)
class Input:
    """An end of the network: kind "input" or "output"; name: what comes in."""

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """An operator call. sources: the calls that feed it. incoming: the units of its inputs together.
    place: which node of which module this is a call of; () for the ends. ahead, behind: its trimmings."""

    op: str | Input
    sources: Wire
    units: int
    incoming: int = 0
    attrs: tuple[tuple[str, Value], ...] = ()
    place: tuple[int, ...] = ()
    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


def flatten(architecture: Architecture) -> list[Call]:
    """The calls that matter, in topological order: the inputs first, the output last."""
    calls = [Call(Input("input", i.kind), (), units(i.shape)) for i in architecture.inputs]
    wires: list[Wire] = [(n,) for n in range(len(calls))]
    outputs = _graph(architecture.graph, wires, calls)
    fed = _union(outputs)
    size = sum(units(shape) for shape in architecture.graph.output_shapes)
    calls.append(Call(Input("output"), fed, size))
    return _trimmed(_live(calls, len(architecture.inputs)))


def units(shape: Shape) -> int:
    """Channels or features."""
    return int(shape[0] if len(shape) == 3 else shape[-1])


def _graph(graph: Graph, inputs: Sequence[Wire], calls: list[Call]) -> list[Wire]:
    wires, shapes = list(inputs), list(graph.inputs)
    for number, node in enumerate(graph.nodes):
        given = [wires[i] for i in node.inputs]
        if node.body is not None:
            missing = len(node.body.inputs) - len(given)  # states: what they hold is the sequence's
            wires += _graph(node.body, given + [_union(given)] * missing, calls)[: len(node.shapes)]
        else:
            sizes = [units(shapes[i]) for i in node.inputs]
            wires.append(_call(node, given, sizes, (id(graph), number), calls))
        shapes += node.shapes
    return [wires[o] for o in graph.outputs]


def _call(
    node: Node, given: Sequence[Wire], sizes: Sequence[int], place: tuple[int, ...],
    calls: list[Call],
) -> Wire:  # fmt: skip
    assert node.op is not None
    sources = _union(given)
    if node.op.name == "zero" or (given and not sources):
        return ()
    if node.op.name in WIRES:
        return sources
    size = units(node.shapes[0])
    calls.append(Call(node.op.name, sources, size, sum(sizes), node.attrs, place))
    return (len(calls) - 1,)


def _union(wires: Sequence[Wire]) -> Wire:
    return tuple(sorted({n for wire in wires for n in wire}))


def _live(calls: Sequence[Call], inputs: int) -> list[Call]:
    """Without the calls from which no path leads to the output."""
    alive = [False] * len(calls)
    alive[-1] = True
    for number in range(len(calls) - 1, -1, -1):
        if alive[number]:
            for source in calls[number].sources:
                alive[source] = True
    return _kept(calls, [n for n in range(len(calls)) if alive[n] or n < inputs])


def _kept(calls: Sequence[Call], numbers: Sequence[int]) -> list[Call]:
    place = {old: new for new, old in enumerate(numbers)}
    return [
        replace(calls[n], sources=tuple(sorted(place[s] for s in calls[n].sources)))
        for n in numbers
    ]


def _trimmed(calls: Sequence[Call]) -> list[Call]:
    """Trimmings that follow one layer alone, or precede one alone, become part of it."""
    made = list(calls)
    readers: list[list[int]] = [[] for _ in made]
    for number, call in enumerate(made):
        for source in call.sources:
            readers[source].append(number)
    gone: set[int] = set()
    for number in range(len(made)):
        call = made[number]
        if call.op not in TRIMMINGS:
            continue
        if len(call.sources) == 1 and _alone(made, readers, call.sources[0]):
            host = call.sources[0]
            made[host] = replace(made[host], behind=(*made[host].behind, *_names(call)))
            readers[host] = readers[number]
            for reader in readers[number]:
                made[reader] = _rewired(made[reader], number, (host,))
        elif _alone(made, readers, number) and len(made[readers[number][0]].sources) == 1:
            host = readers[number][0]
            if isinstance(made[host].op, Input):
                continue
            host_call = _rewired(made[host], number, call.sources)
            made[host] = replace(host_call, ahead=(*_names(call), *host_call.ahead))
            for source in call.sources:
                readers[source] = [host if n == number else n for n in readers[source]]
        else:
            continue
        gone.add(number)
    return _kept(made, [n for n in range(len(made)) if n not in gone])


def _alone(made: Sequence[Call], readers: Sequence[Sequence[int]], number: int) -> bool:
    """Whether one call alone reads this one, which is no input."""
    return len(readers[number]) == 1 and not isinstance(made[number].op, Input)


def _names(call: Call) -> tuple[str, ...]:
    return (*call.ahead, str(call.op), *call.behind)


def _rewired(call: Call, old: int, new: Wire) -> Call:
    sources = {n for n in call.sources if n != old} | set(new)
    return replace(call, sources=tuple(sorted(sources)))
