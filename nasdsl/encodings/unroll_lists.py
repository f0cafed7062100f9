"""From the lists of a view to its nodes: loops over what is known are unrolled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nasdsl import syntax as s
from nasdsl.diagnostics import fail

from .decisions import Bits, Decision, Taken
from .lists import AnyOrder, Items, Joined
from .loops import Body, Loop
from .loops import Span as Stretch
from .matching import Node
from .patterns import Const, settled
from .reckoning import Computed, Equal, Logic, Not, Truth, Within
from .switches import At

if TYPE_CHECKING:
    from .unroll import Unroller

Names = Mapping[str, Node]


def joined(parts: list[Node]) -> Node:
    """Lists one after the other."""
    whole = [as_items(part) for part in parts]
    if all(w is not None for w in whole):
        kept = [w for w in whole if w is not None]
        items = tuple(i for w in kept for i in w.items)
        guards = tuple(g for w in kept for g in w.guards)
        return Items(items, guards) if any(guards) else listed(items)
    return Joined(tuple(parts))


def is_list(node: Node) -> bool:
    if isinstance(node, Const):
        return isinstance(node.value, tuple)
    return isinstance(node, Items | Loop | AnyOrder | Joined | Stretch | Bits)


def as_items(node: Node) -> Items | None:
    if isinstance(node, Items):
        return node
    if isinstance(node, Const) and isinstance(node.value, tuple):
        return Items(tuple(Const(v) for v in node.value))
    return None


def condition(u: Unroller, expr: s.Expr, names: Names) -> Node:
    node = settled(u.node(expr, names))
    if isinstance(node, Const):
        return Const(bool(node.value))
    single = isinstance(node, Equal | Within | Not | Logic | Taken)
    bit = isinstance(node, Decision) and set(map(type, node.options)) <= {bool}
    return node if single or bit else Truth(node)


def index(u: Unroller, node: s.Index, names: Names) -> Node:
    base, index = settled(u.node(node.base, names)), settled(u.node(node.index, names))
    items = as_items(base)
    if items is not None and items.width is not None:
        if not isinstance(index, Const):
            return At(items.items, index)
        try:
            return settled(items.items[index.value])
        except (IndexError, TypeError):
            size = len(items.items)
            raise fail(
                "NAS083", f"a list of {size} has no element {index.value}", node.span
            ) from None
    return u.fold(node, lambda xs, i: Computed(lambda a, b: a[b], (xs, i)), base, index)


def slice_of(u: Unroller, node: s.Slice, names: Names) -> Node:
    base = settled(u.node(node.base, names))
    start = 0 if node.start is None else u.known(node.start, names, "the slice")
    stop = None if node.stop is None else u.known(node.stop, names, "the slice") + 1 or None
    items = as_items(base)
    if items is not None and items.width is not None:
        return listed(items.items[start:stop])
    return u.fold(node, lambda xs: Computed(lambda a: a[start:stop], (xs,)), base)


def literal_list(u: Unroller, node: s.List, names: Names) -> Node:
    return listed(tuple(settled(u.node(item, names)) for item in node.items))


def listed(items: tuple[Node, ...]) -> Node:
    if all(isinstance(item, Const) for item in items):
        return Const(tuple(item.value for item in items if isinstance(item, Const)))
    return Items(items)


def range_of(u: Unroller, node: s.Range, names: Names) -> Node:
    start, stop = settled(u.node(node.start, names)), settled(u.node(node.stop, names))
    step = 1 if node.step is None else u.known(node.step, names, "the step")
    if isinstance(start, Const) and isinstance(stop, Const):
        if type(start.value) is not int or type(stop.value) is not int or not step:
            raise fail("NAS083", "a range in a view runs over whole numbers", node.span)
        return Const(tuple(range(start.value, stop.value + (1 if step > 0 else -1), step)))
    if step != 1:
        raise fail("NAS082", "a range whose ends are decided has no step", node.span)
    return Stretch(start, stop)


def comprehension(u: Unroller, node: s.Comprehension, names: Names) -> Node:
    first, rest = node.clauses[0], node.clauses[1:]
    source = settled(u.node(first.source, names))
    fixed = source if isinstance(source, AnyOrder) else as_items(source)
    if fixed is None or fixed.width is None:
        if rest:
            raise fail("NAS082", "what a `for` runs over is decided, outside another", first.span,
                       help="let the decided one stand last")  # fmt: skip
        placed, guarded = first.index is not None, first.cond is not None
        return Loop(source, Body(lambda e, i: _item(u, node, Const(e), i, names), placed, guarded))
    pairs = [_item(u, node, item, i, names) for i, item in enumerate(fixed.items)]
    pairs = [(i, g) for i, g in pairs if not isinstance(g, Const)]
    if rest:
        if any(g is not None for _, g in pairs):
            raise fail(
                "NAS082", "this condition depends on a decision, outside another `for`", first.span
            )
        return joined([item for item, _ in pairs])
    items = tuple(item for item, _ in pairs)
    if isinstance(source, AnyOrder):
        if any(g is not None for _, g in pairs):
            raise fail("NAS082", "this condition depends on a decision", first.span)
        return AnyOrder(items)
    guards = tuple(guard for _, guard in pairs)
    return Items(items, guards) if any(guards) else listed(items)


def _item(
    u: Unroller, node: s.Comprehension, element: Node, place: int, names: Names
) -> tuple[Node, Node | None]:
    """The item for one element, and its guard: None if it holds, a constant if it does not."""
    clause, rest = node.clauses[0], node.clauses[1:]
    inner = {**names, clause.name: element}
    if clause.index:
        inner[clause.index] = Const(place)
    guard = None if clause.cond is None else condition(u, clause.cond, inner)
    if isinstance(guard, Const):
        if not guard.value:
            return Const(None), guard
        guard = None
    body = s.Comprehension(node.item, rest, span=node.span) if rest else node.item
    return settled(u.node(body, inner)), guard
