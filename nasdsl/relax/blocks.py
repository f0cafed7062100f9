"""A relaxed network as blocks one after the other, each with decisions of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..architecture import Graph, Node
from ..ops.base import Attrs, Code, Op, Shape
from .diagrams import Branch, Diagram, atoms_of
from .ir import Relaxed, Step


def _shape(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    return inputs[0]


def _lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
    return Code("gates.tap({place}, {0})", values={"place": attrs["place"]})


TAP = Op("tap", "What a block puts out, to be seen and changed.", 1, (), _shape, _lower)
_NAMED = ("gates", "target", "kernels")


@dataclass(frozen=True, slots=True)
class Block:
    """Nodes of the network one after the other, up to the value `end`, the only one that is read
    behind them; its number of channels is always the same. decisions: what steers the block."""

    end: int
    decisions: frozenset[str]


def blocks_of(relaxed: Relaxed) -> list[Block]:
    """As many blocks as there can be, each with decisions that no other has. What stands before the
    first decision belongs to the first block, what stands behind the last one to the last.

    Decisions about the size of the input belong to no block.
    """
    graph = relaxed.architecture.graph
    outside = _paths(relaxed.gates, relaxed.inputs)
    found: list[Block] = []
    start = 0
    for place, value in _cuts(relaxed):
        met = _steering(relaxed, graph.nodes[start : place + 1]) - outside
        found.append(Block(value, frozenset(met)))
        start = place + 1
    last = len(graph.inputs) + sum(len(n.shapes) for n in graph.nodes) - 1
    found.append(Block(last, frozenset(_steering(relaxed, graph.nodes[start:]) - outside)))
    return _merged(found)


def _merged(blocks: Sequence[Block]) -> list[Block]:
    """Blocks with decisions, those that share some as one."""
    found: list[Block] = []
    for block in blocks:
        if not block.decisions and found:
            found[-1] = Block(block.end, found[-1].decisions)
            continue
        joined = block
        while found and (not found[-1].decisions or _shared(found, joined)):
            joined = Block(joined.end, joined.decisions | found.pop().decisions)
        found.append(joined)
    return found


def _shared(found: Sequence[Block], block: Block) -> bool:
    return any(b.decisions & block.decisions for b in found)


def with_taps(relaxed: Relaxed, ends: Sequence[int]) -> Relaxed:
    """The network with a node TAP behind each of these values, numbered in their order."""
    graph = relaxed.architecture.graph
    places = {value: i for i, value in enumerate(ends)}
    now = list(range(len(graph.inputs)))  # where each value of the graph stands
    nodes: list[Node] = []
    count = len(now)
    for node in graph.nodes:
        nodes.append(replace(node, inputs=tuple(now[v] for v in node.inputs)))
        for shape in node.shapes:
            value = len(now)
            now.append(count)
            count += 1
            if value in places:
                tap = Step("tap", (count - 1,), (shape,), TAP, (("place", places[value]),))
                nodes.append(tap)
                now[value] = count
                count += 1
    outputs = tuple(now[v] for v in graph.outputs)
    changed = replace(graph, nodes=tuple(nodes), outputs=outputs)
    return replace(relaxed, architecture=replace(relaxed.architecture, graph=changed))


# ---------------------------------------------------------------------------- where it can be cut


def _cuts(relaxed: Relaxed) -> Iterator[tuple[int, int]]:
    """The places of nodes behind which one value alone is read, and that value."""
    graph = relaxed.architecture.graph
    if any(len(n.shapes) != 1 for n in graph.nodes) or len(graph.outputs) != 1:
        return
    first = len(graph.inputs)
    last = {v: place for place, node in enumerate(graph.nodes) for v in node.inputs}
    last |= dict.fromkeys(graph.outputs, len(graph.nodes))
    open_values = _open(relaxed.gates, graph, (False,) * first)
    reach = -1  # how far values before this one are read
    for place in range(len(graph.nodes) - 1):
        value = first + place
        reach = max(reach, *(last.get(v, -1) for v in range(first + place)), place - 1)
        guarded = getattr(graph.nodes[place], "guard", "")
        single = reach <= place < last.get(value, -1)
        if single and not guarded and not open_values[value]:
            yield place, value


def _open(gates: Mapping[str, Diagram], graph: Graph, inputs: tuple[bool, ...]) -> list[bool]:
    """Of each value of a graph whether its number of channels depends on decisions."""
    found = list(inputs)
    for node in graph.nodes:
        given = tuple(found[v] for v in node.inputs)
        if node.body is not None:
            inner = _open(gates, node.body, given[: len(node.body.inputs)] if node.states is None else (any(given),) * len(node.body.inputs))  # fmt: skip
            found += [inner[v] for v in node.body.outputs[: len(node.shapes)]]
            continue
        found += [_opens(gates, node, given)] * len(node.shapes)
    return found


def _opens(gates: Mapping[str, Diagram], node: Node, given: tuple[bool, ...]) -> bool:
    attrs = dict(node.attrs)
    if "target" in attrs and node.name not in ("bn", "dw_conv"):
        return isinstance(gates.get(str(attrs["target"])), Branch)
    opened = {name for name, _ in node.open} if isinstance(node, Step) else set()
    if opened - {"kernel"}:
        return True
    return any(given)


# ---------------------------------------------------------------------------- what steers


def _steering(relaxed: Relaxed, nodes: Iterable[Node]) -> set[str]:
    names: set[str] = set()
    for node in nodes:
        _collect(node, names)
    return _paths(relaxed.gates, names)


def _collect(node: Node, names: set[str]) -> None:
    attrs = dict(node.attrs)
    if isinstance(node, Step):
        names.add(node.guard)
        names.update(name for _, name in node.open)
    for key in _NAMED:
        value = attrs.get(key, ())
        names.update((value,) if isinstance(value, str) else value)  # type: ignore[arg-type]  # names, by the attribute
    source: Any = attrs.get("source") or ()
    names.update(name for name, _ in source)
    if node.body is not None:
        for inner in node.body.nodes:
            _collect(inner, names)


def _paths(gates: Mapping[str, Diagram], names: Iterable[str]) -> set[str]:
    """The decisions behind gates; of an ordered pick its places, `path[place]`."""
    found = (gates[name] for name in names if name and name in gates)
    return {
        f"{a.path}[{a.option}]" if a.kind == "slot" else a.path for d in found for a in atoms_of(d)
    }
