"""From the expression of a view to its nodes: what is known is computed, loops are unrolled.

Names are bound to nodes. A path between backticks must be known once the loops around it are
unrolled; it becomes a decision of the space. Motifs can be called: their bodies are views, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from nasdsl import syntax as s
from nasdsl.diagnostics import NasError, did_you_mean, fail
from nasdsl.parser import parse_expression
from nasdsl.spans import Source, Span
from nasdsl.values import Fields

from .conditions import BINARY, FUNCTIONS, part
from .decisions import Bits, Decision, Decisions, Taken
from .loops import Body, Loop
from .loops import Span as Stretch
from .matching import Node
from .patterns import ELSE, Absent, Anything, AnyOrder, At, Const, Items, Joined, Lazy, NoDecision, Part, Parts, Switch
from .reckoning import Arithmetic, Computed, Equal, Logic, Not, Truth, When, Within

MAX_DEPTH = 200
Names: TypeAlias = Mapping[str, Node]
_PIECE = re.compile(r"\{([^{}]*)\}")


class Unroller:
    """Makes the nodes of one space's views."""

    def __init__(
        self,
        decisions: Decisions,
        params: Mapping[str, Any],
        lets: Mapping[str, s.Let],
        motifs: Mapping[str, s.Motif],
    ) -> None:
        self.decisions, self.motifs = decisions, motifs
        self.depth = 0
        self.globals: dict[str, Node] = {"none": Const(None)}
        for name, let in lets.items():
            self.globals[name] = Lazy(self._later(let.value, {}))
        self.globals |= {name: Const(_frozen(value)) for name, value in params.items()}
        self._paths: dict[str, Node | None] = {}

    def node(self, expr: s.Expr, names: Names) -> Node:
        """The node of an expression. Raises NasError on what cannot stand in a view."""
        make = _MAKERS.get(type(expr))
        if make is None:
            help = "a view is made of decisions, literals, lists, records, conditions and arithmetic"
            raise fail("NAS081", "this cannot stand in `encode`", expr.span, help=help)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise fail("NAS083", "the view is nested without end", expr.span)
        try:
            return make(self, expr, names)
        finally:
            self.depth -= 1

    def _later(self, expr: s.Expr, names: Names) -> Callable[[], Node]:
        return lambda: self.node(expr, names)

    def branch(self, expr: s.Expr, names: Names) -> Node:
        """A part that is looked at only if it is needed: calls in it may lead back here."""
        calls = any(isinstance(n, s.Call | s.Comprehension | s.Path) for n in s.walk(expr))
        return Lazy(lambda: self._possible(expr, names)) if calls else self.node(expr, names)

    def _possible(self, expr: s.Expr, names: Names) -> Node:
        """A part that may be impossible here: then the space does not have its decisions."""
        try:
            return self.node(expr, names)
        except NoDecision as error:
            return Absent(error)

    def known(self, expr: s.Expr, names: Names, what: str) -> Any:
        """The value of an expression that no decision may change."""
        node = settled(self.node(expr, names))
        if not isinstance(node, Const):
            raise fail("NAS082", f"{what} depends on a decision", expr.span,
                       help="run over what is decided instead: `for j in `path``")  # fmt: skip
        return node.value

    def fold(self, expr: s.Expr, make: Callable[..., Node], *inputs: Node) -> Node:
        """A node of others; computed, if these are known."""
        inputs = tuple(settled(node) for node in inputs)
        node = make(*inputs)
        if not all(isinstance(i, Const) for i in inputs):
            return node
        try:
            return Const(node.get({}))
        except (TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise fail("NAS083", f"this has no value: {error}", expr.span) from None

    def path(self, node: s.Path, names: Names) -> Node:
        """The decision of a path."""
        pieces = _PIECE.split(node.text)
        for i in range(1, len(pieces), 2):
            try:
                inner = parse_expression(Source("path", pieces[i]))
            except NasError as error:
                raise fail("NAS082", f"in the path: {error.diagnostics[0].message}", node.span) from None
            pieces[i] = _written(self.known(_placed(inner, node.span), names, "the path"))
        text = "".join(pieces)
        found = self.decision(text)
        if found is None:
            raise NoDecision(text, node.span)
        return found

    def decision(self, path: str) -> Node | None:
        """The node of a path, if the space has decisions there."""
        if path not in self._paths:
            self._paths[path] = self._decision(path)
        return self._paths[path]

    def _decision(self, path: str) -> Node | None:
        options = self.decisions.at(path)
        if options:
            count = self.decisions.at(path + "/count") if options[0].several else ()
            return Decision(path, options, Decision(path + "/count", count) if count else None)
        bits: list[Decision] = []
        while options := self.decisions.at(f"{path}[{len(bits)}]"):
            bits.append(Decision(f"{path}[{len(bits)}]", options))
        return Bits(path, tuple(bits)) if bits else None


def settled(node: Node) -> Node:
    """The node itself, if it is made already or can be made at once."""
    while isinstance(node, Lazy):
        node = node.node
    return node


def _placed(expr: s.Expr, span: Span | None) -> s.Expr:
    """An expression of a path: messages point at the path."""
    return s.Group(expr, span=span)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _frozen(value: Any) -> Any:
    if isinstance(value, list | tuple | range):
        return tuple(_frozen(v) for v in value)
    return value


def _constant(u: Unroller, node: Any, names: Names) -> Node:
    return Const(node.value)


def _name(u: Unroller, node: s.Name, names: Names) -> Node:
    found = names.get(node.id) or u.globals.get(node.id)
    if found is not None:
        return settled(found)
    if node.id in u.motifs:
        return _called(u, u.motifs[node.id], (), node.span)
    help = did_you_mean(node.id, [*names, *u.globals]) or "decisions are named by paths in backticks"
    raise fail("NAS081", f"`{node.id}` has no value in a view", node.span, help=help)


def _unary(u: Unroller, node: s.Unary, names: Names) -> Node:
    inner = u.node(node.operand, names)
    if node.op == "not":
        return u.fold(node, Not, inner)
    return u.fold(node, lambda x: Arithmetic("-", Const(0), x), inner)


def _binary(u: Unroller, node: s.Binary, names: Names) -> Node:
    left = settled(u.node(node.left, names))
    if node.op in ("and", "or"):
        if isinstance(left, Const) and bool(left.value) == (node.op == "or"):
            return Const(bool(left.value))
        right = u.node(node.right, names)
        return u.fold(node, lambda a, b: Logic(node.op, a, b), left, right)
    right = settled(u.node(node.right, names))
    match node.op:
        case "==":
            return u.fold(node, Equal, left, right)
        case "!=":
            return u.fold(node, lambda a, b: Not(Equal(a, b)), left, right)
        case "in":
            return u.fold(node, _within, left, right)
        case "not in":
            return u.fold(node, lambda a, b: Not(_within(a, b)), left, right)
        case "+" | "-" | "*":
            if node.op == "+" and (_is_list(left) or _is_list(right)):
                return _joined([left, right])
            return u.fold(node, lambda a, b: Arithmetic(node.op, a, b), left, right)
    return u.fold(node, lambda a, b: Computed(BINARY[node.op], (a, b)), left, right)


def _joined(parts: list[Node]) -> Node:
    """Lists one after the other."""
    whole = [_as_items(part) for part in parts]
    if all(w is not None for w in whole):
        kept = [w for w in whole if w is not None]
        items = tuple(i for w in kept for i in w.items)
        guards = tuple(g for w in kept for g in w.guards)
        return Items(items, guards) if any(guards) else _listed(items)
    return Joined(tuple(parts))


def _is_list(node: Node) -> bool:
    if isinstance(node, Const):
        return isinstance(node.value, tuple)
    return isinstance(node, Items | Loop | AnyOrder | Joined | Stretch | Bits)


def _as_items(node: Node) -> Items | None:
    if isinstance(node, Items):
        return node
    if isinstance(node, Const) and isinstance(node.value, tuple):
        return Items(tuple(Const(v) for v in node.value))
    return None


def _within(item: Node, items: Node) -> Node:
    if isinstance(item, Const) and isinstance(items, Bits):
        inside = type(item.value) is int and 0 <= item.value < len(items.bits)
        return items.bits[item.value] if inside else Const(False)
    if isinstance(item, Const) and isinstance(items, Decision):
        return Taken(item.value, items)
    return Within(item, items)


def _ternary(u: Unroller, node: s.Ternary, names: Names) -> Node:
    cond = _condition(u, node.cond, names)
    if isinstance(cond, Const):
        return u.node(node.then if cond.value else node.other, names)
    return When(cond, u.branch(node.then, names), u.branch(node.other, names))


def _condition(u: Unroller, expr: s.Expr, names: Names) -> Node:
    node = settled(u.node(expr, names))
    if isinstance(node, Const):
        return Const(bool(node.value))
    single = isinstance(node, Equal | Within | Not | Logic | Taken)
    bit = isinstance(node, Decision) and set(map(type, node.options)) <= {bool}
    return node if single or bit else Truth(node)


def _case(u: Unroller, node: s.Case, names: Names) -> Node:
    subject = settled(u.node(node.subject, names))
    keys = tuple(ELSE if e.key is None else e.key.value for e in node.entries)
    if isinstance(subject, Const):
        others: list[s.Expr] = []
        for key, entry in zip(keys, node.entries, strict=True):
            if key is ELSE:
                others.append(entry.body)
            elif type(key) is type(subject.value) and key == subject.value:
                return u.node(entry.body, names)
        if not others:
            raise fail("NAS083", f"no key of this case is {subject.value!r}", node.span)
        return u.node(others[0], names)
    return Switch(subject, keys, tuple(u.branch(e.body, names) for e in node.entries))


def _index(u: Unroller, node: s.Index, names: Names) -> Node:
    base, index = settled(u.node(node.base, names)), settled(u.node(node.index, names))
    items = _as_items(base)
    if items is not None and items.width is not None:
        if not isinstance(index, Const):
            return At(items.items, index)
        try:
            return settled(items.items[index.value])
        except (IndexError, TypeError):
            size = len(items.items)
            raise fail("NAS083", f"a list of {size} has no element {index.value}", node.span) from None
    return u.fold(node, lambda xs, i: Computed(lambda a, b: a[b], (xs, i)), base, index)


def _slice(u: Unroller, node: s.Slice, names: Names) -> Node:
    base = settled(u.node(node.base, names))
    start = 0 if node.start is None else u.known(node.start, names, "the slice")
    stop = None if node.stop is None else u.known(node.stop, names, "the slice") + 1 or None
    items = _as_items(base)
    if items is not None and items.width is not None:
        return _listed(items.items[start:stop])
    return u.fold(node, lambda xs: Computed(lambda a: a[start:stop], (xs,)), base)


def _field(u: Unroller, node: s.Field, names: Names) -> Node:
    base = settled(u.node(node.base, names))
    if isinstance(base, Parts) and node.name in base.names:
        return settled(base.items[base.names.index(node.name)])
    if isinstance(base, Const):
        if not isinstance(base.value, Fields) or node.name not in base.value.names:
            raise fail("NAS083", f"there is no field `{node.name}` here", node.span)
        return Const(part(base.value, node.name))
    return Part(base, node.name)


def _call(u: Unroller, node: s.Call, names: Names) -> Node:
    name = node.function.id if isinstance(node.function, s.Name) else ""
    if name in u.motifs and s.is_view(u.motifs[name]):
        return _called(u, u.motifs[name], node.arguments, node.span, names)
    if is_record(node):
        keys = tuple(str(a.name) for a in node.arguments)
        parts = tuple(settled(u.node(a.value, names)) for a in node.arguments)
        return u.fold(node, lambda *p: Parts(keys, p), *parts)
    if name in u.motifs:
        return _called(u, u.motifs[name], node.arguments, node.span, names)
    if name == "decided" and len(node.arguments) == 2:
        return _decided(u, node.arguments[0].value, node.arguments[1].value, names)
    inputs = [settled(u.node(a.value, names)) for a in node.arguments]
    if name == "any_order" and len(inputs) == 1:
        items = _as_items(inputs[0])
        if items is None or items.width is None:
            raise fail("NAS081", "`any_order` takes a list of known length", node.span)
        return AnyOrder(items.items)
    if name == "anything" and len(inputs) == 1:
        if not isinstance(inputs[0], Const):
            raise fail("NAS081", "`anything` takes what is written, a constant", node.span)
        return Anything(inputs[0].value)
    if name == "len" and len(inputs) == 1 and inputs[0].width is not None:
        return Const(inputs[0].width)
    function = FUNCTIONS.get(name)
    if function is None:
        help = f"a motif, a record `{name or 'name'}(field = …)`, `any_order`, `anything`, `decided`, or one of "
        help += ", ".join(sorted(FUNCTIONS))
        raise fail("NAS081", "this call means nothing in a view", node.span, help=help)
    return u.fold(node, lambda *xs: Computed(function, xs), *inputs)


def _decided(u: Unroller, path: s.Expr, other: s.Expr, names: Names) -> Node:
    """`decided(`path`, x)`: x where the space leaves nothing to decide at the path."""
    if not isinstance(path, s.Path):
        raise fail("NAS081", "`decided` takes a path, and what stands there without a choice", path.span)
    try:
        return u.path(path, names)
    except NoDecision:
        return u.node(other, names)


def is_record(node: s.Syntax) -> bool:
    """Whether this is `pair(op = a, state = b)`: a record, whatever it is called."""
    return isinstance(node, s.Call) and bool(node.arguments) and all(a.name for a in node.arguments)


def _called(
    u: Unroller,
    motif: s.Motif,
    arguments: tuple[s.Argument, ...],
    span: Span | None,
    names: Names | None = None,
) -> Node:
    """The body of a motif, with its formals bound."""
    formals = [f.name for f in motif.formals]
    bound: dict[str, Node] = {}
    free = iter(formals)
    for argument in arguments:
        name = argument.name or next(free, None)
        if name not in formals:
            raise fail("NAS081", f"`{motif.name}` takes {', '.join(formals) or 'nothing'}", span)
        bound[name] = settled(u.node(argument.value, names or {}))
    for formal in motif.formals:
        if formal.name not in bound:
            if formal.default is None:
                raise fail("NAS081", f"`{motif.name}` needs `{formal.name}`", span)
            bound[formal.name] = u.node(formal.default, bound)
    return u.node(motif.body, bound)


def _list(u: Unroller, node: s.List, names: Names) -> Node:
    return _listed(tuple(settled(u.node(item, names)) for item in node.items))


def _listed(items: tuple[Node, ...]) -> Node:
    if all(isinstance(item, Const) for item in items):
        return Const(tuple(item.value for item in items if isinstance(item, Const)))
    return Items(items)


def _range(u: Unroller, node: s.Range, names: Names) -> Node:
    start, stop = settled(u.node(node.start, names)), settled(u.node(node.stop, names))
    step = 1 if node.step is None else u.known(node.step, names, "the step")
    if isinstance(start, Const) and isinstance(stop, Const):
        if type(start.value) is not int or type(stop.value) is not int or not step:
            raise fail("NAS083", "a range in a view runs over whole numbers", node.span)
        return Const(tuple(range(start.value, stop.value + (1 if step > 0 else -1), step)))
    if step != 1:
        raise fail("NAS082", "a range whose ends are decided has no step", node.span)
    return Stretch(start, stop)


def _comprehension(u: Unroller, node: s.Comprehension, names: Names) -> Node:
    first, rest = node.clauses[0], node.clauses[1:]
    source = settled(u.node(first.source, names))
    fixed = source if isinstance(source, AnyOrder) else _as_items(source)
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
            raise fail("NAS082", "this condition depends on a decision, outside another `for`", first.span)
        return _joined([item for item, _ in pairs])
    items = tuple(item for item, _ in pairs)
    if isinstance(source, AnyOrder):
        if any(g is not None for _, g in pairs):
            raise fail("NAS082", "this condition depends on a decision", first.span)
        return AnyOrder(items)
    guards = tuple(guard for _, guard in pairs)
    return Items(items, guards) if any(guards) else _listed(items)


def _item(
    u: Unroller, node: s.Comprehension, element: Node, place: int, names: Names
) -> tuple[Node, Node | None]:
    """The item for one element, and its guard: None if it holds, a constant if it does not."""
    clause, rest = node.clauses[0], node.clauses[1:]
    inner = {**names, clause.name: element}
    if clause.index:
        inner[clause.index] = Const(place)
    guard = None if clause.cond is None else _condition(u, clause.cond, inner)
    if isinstance(guard, Const):
        if not guard.value:
            return Const(None), guard
        guard = None
    body = s.Comprehension(node.item, rest, span=node.span) if rest else node.item
    return settled(u.node(body, inner)), guard


def _where(u: Unroller, node: s.Where, names: Names) -> Node:
    inner = dict(names)
    for binding in node.bindings:
        inner[binding.name] = Lazy(u._later(binding.value, dict(inner)))
    return u.node(node.body, inner)


_MAKERS: Mapping[type, Callable[[Unroller, Any, Names], Node]] = {
    s.Number: _constant, s.Text: _constant, s.Boolean: _constant, s.Name: _name,
    s.Path: lambda u, n, names: u.path(n, names), s.Unary: _unary, s.Binary: _binary,
    s.Ternary: _ternary, s.Case: _case, s.Index: _index, s.Slice: _slice, s.Field: _field,
    s.Call: _call, s.List: _list, s.Range: _range, s.Comprehension: _comprehension,
    s.Where: _where, s.Group: lambda u, n, names: u.node(n.body, names),
}  # fmt: skip
