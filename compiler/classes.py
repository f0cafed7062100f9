"""Which graphs become one class, and what its constructor's parameters are.

Graphs of one name and one skeleton (operators, wiring and PyTorch text, holes left open) are the
members of one class. Its holes are anti-unified: a hole with the same value in all members is a
literal, holes that vary alike share one parameter. An argument given to a callee's class is a hole
of the caller, so parameters travel outwards only as far as they vary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nasdsl.architecture import Graph, Node
from nasdsl.ops.base import Code, Value

from .names import BUILTINS, Names, camel
from .rewrite import value_shapes

_HOLE = re.compile(r"(?<!\{)\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NOT_HOLES = frozenset({"self", "inputs"})
WHEN = "when needed"  # the hole for the gate of a node; no constructor parameter is named so
GATES = re.compile(r"\bgates\b")


@dataclass(frozen=True, slots=True)
class Literal:
    """An argument that is the same for all members."""

    value: Value


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument that the constructor receives under this name."""

    name: str


Argument = Literal | Parameter


@dataclass(slots=True)
class Class:
    """One class to be emitted: its first member stands for all; `arguments` fill the holes of each
    node (of its operator's text, or of its callee's constructor, or of its state shapes)."""

    name: str
    members: list[Graph]
    codes: tuple[Code | None, ...]
    callees: tuple[Class | None, ...]
    parameters: dict[str, str] = field(default_factory=dict)
    arguments: list[dict[str, Argument]] = field(default_factory=list)
    gated: bool = False  # its `forward` takes the gates of a supernet, too

    @property
    def graph(self) -> Graph:
        return self.members[0]


@lru_cache(maxsize=4096)
def holes(text: str | None) -> tuple[str, ...]:
    """The names of the holes of a code text, in order of occurrence."""
    return tuple(h for h in _HOLE.findall(text or "") if h not in _NOT_HOLES)


def classes(graphs: Iterable[Graph], top: str, reserved: Iterable[str] = ()) -> list[Class]:
    """The classes of these graphs (callees before callers, the network last and named `top`)."""
    graphs = list(graphs)
    names = Names(BUILTINS | set(reserved))
    names.reserve(top)
    found: dict[tuple[object, ...], Class] = {}
    of: dict[int, Class] = {}
    lowered: dict[int, tuple[Code | None, ...]] = {}
    for graph in graphs:
        codes = lowered[id(graph)] = _lower(graph)
        is_top = graph is graphs[-1]
        key = (is_top, *_skeleton(graph, codes, of))
        if key not in found:
            name = top if is_top else names.unique(camel(graph.name, "Block"))
            callees = tuple(of[id(n.body)] if n.body else None for n in graph.nodes)
            found[key] = Class(name, [], codes, callees, gated=_is_gated(graph, codes, callees))
        of[id(graph)] = found[key]
        found[key].members.append(graph)
    given: dict[int, dict[str, Value]] = {}
    for one in found.values():
        _generalise(one, lowered, given)
    return list(found.values())


def guard_of(node: Node) -> str:
    """The gate without which a node of a supernet is not run ("": it always is)."""
    return getattr(node, "guard", "")


def _is_gated(graph: Graph, codes: Sequence[Code | None], callees: Sequence[Class | None]) -> bool:
    return (
        any(c.gated for c in callees if c)
        or any(GATES.search(c.forward) for c in codes if c)
        or any(guard_of(n) for n in graph.nodes)
    )


def _lower(graph: Graph) -> tuple[Code | None, ...]:
    shapes = value_shapes(graph)
    return tuple(
        node.op.lower([shapes[v] for v in node.inputs], dict(node.attrs)) if node.op else None
        for node in graph.nodes
    )


def _skeleton(
    graph: Graph, codes: Sequence[Code | None], of: dict[int, Class]
) -> tuple[object, ...]:
    """What members of one class have in common; only comparable for equality."""
    parts: list[object] = [graph.name, len(graph.inputs), graph.outputs]
    for node, code in zip(graph.nodes, codes, strict=True):
        if code is not None:
            parts.append((node.inputs, code.module, code.forward, code.helper))
        else:
            ranks = None if node.states is None else tuple(len(s) for s in node.states)
            parts.append((node.inputs, id(of[id(node.body)]), len(node.shapes), ranks))
        parts.append(bool(guard_of(node)))
    return tuple(parts)


def _slots(
    one: Class, graph: Graph, codes: Sequence[Code | None], given: dict[int, dict[str, Value]]
) -> list[dict[str, Value]]:
    """The value of every hole of every node of one member."""
    slots: list[dict[str, Value]] = []
    for node, code in zip(graph.nodes, codes, strict=True):
        if code is not None:
            names = holes(code.module) + holes(code.forward)
            slots.append({hole: code.values[hole] for hole in names} | _when(node))
            continue
        values = dict(given[id(node.body)]) | _when(node)
        for i, shape in enumerate(node.states or ()):
            values.update({state_hole(i, k): size for k, size in enumerate(shape)})
        slots.append(values)
    return slots


def _when(node: Node) -> dict[str, Value]:
    return {WHEN: guard} if (guard := guard_of(node)) else {}


def state_hole(state: int, axis: int) -> str:
    """The hole for a size of a state of a scan; no constructor parameter is named so."""
    return f"state size {state} {axis}"


def _generalise(
    one: Class, lowered: dict[int, tuple[Code | None, ...]], given: dict[int, dict[str, Value]]
) -> None:
    """Choose the parameters and arguments of a class; note what each member passes for them."""
    slots = [_slots(one, g, lowered[id(g)], given) for g in one.members]
    columns: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for i, values in enumerate(slots[0]):
        for hole in values:
            columns.setdefault(tuple(repr(s[i][hole]) for s in slots), []).append((i, hole))
    names = Names(BUILTINS | {"step", "steps"})
    one.arguments = [{} for _ in slots[0]]
    for graph in one.members:
        given[id(graph)] = {}
    for column, places in columns.items():
        node, hole = places[0]
        if len(set(column)) == 1:
            argument: Argument = Literal(slots[0][node][hole])
        else:
            name = names.unique(_parameter_name(places))
            argument = Parameter(name)
            one.parameters[name] = _annotation([s[node][hole] for s in slots])
            for graph, filled in zip(one.members, slots, strict=True):
                given[id(graph)][name] = filled[node][hole]
        for i, h in places:
            one.arguments[i][h] = argument


def _parameter_name(places: Sequence[tuple[int, str]]) -> str:
    """The name for holes that vary alike: `channels` for in_ and out_channels of one operator."""
    first, name = places[0]
    if name.startswith("state size"):
        return "hidden_size"
    if name == WHEN:
        return "gate"
    for prefix, other in (("in_", "out_"), ("out_", "in_")):
        stem = name.removeprefix(prefix)
        if stem != name and (first, other + stem) in places:
            return stem
    return name


def _annotation(values: Sequence[Value]) -> str:
    """The type of a parameter, as written in a signature."""
    types = {type(v) for v in values}
    if types == {int, float}:
        return "float"
    names = {tuple: "tuple[int, ...]", type(None): "None"}
    return " | ".join(sorted((names.get(t, t.__name__) for t in types), key=lambda n: n == "None"))
