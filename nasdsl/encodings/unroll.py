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
from nasdsl.scope import Outline, recursive_motifs
from nasdsl.spans import Source, Span
from nasdsl.values import Fields

from .conditions import BINARY, FUNCTIONS, part
from .decisions import Bits, Decision, Decisions, Taken
from .lists import AnyOrder
from .matching import Node
from .patterns import Absent, Anything, Const, Lazy, NoDecision, Part, Parts, settled
from .reckoning import Arithmetic, Computed, Equal, Logic, Not, When, Within
from .switches import ELSE, Switch
from .unroll_lists import (
    as_items,
    comprehension,
    condition,
    index,
    is_list,
    joined,
    literal_list,
    range_of,
    slice_of,
)

MAX_DEPTH = 200
Names: TypeAlias = Mapping[str, Node]
_CHOICES = (s.Any, s.Some, s.Pick, s.Permutation, s.OneOf, s.Alternatives)
_PIECE = re.compile(r"\{([^{}]*)\}")


class Unroller:
    """Makes the nodes of one space's views."""

    def __init__(
        self,
        decisions: Decisions,
        params: Mapping[str, Any],
        outline: Outline,
    ) -> None:
        self.decisions, self.motifs = decisions, outline.motifs
        self.recursive = recursive_motifs(outline)
        self.depth = 0
        self.globals: dict[str, Node] = {"none": Const(None)}
        for name, let in outline.lets.items():
            self.globals[name] = Lazy(self._later(let.value, {}))
        self.globals |= {name: Const(_frozen(value)) for name, value in params.items()}
        self._paths: dict[str, Node | None] = {}

    def node(self, expr: s.Expr, names: Names) -> Node:
        """The node of an expression. Raises NasError on what cannot stand in a view."""
        make = _MAKERS.get(type(expr))
        if isinstance(expr, _CHOICES):
            help = "write that between backticks; `nasdsl info` lists the decisions"
            raise fail("NAS081", "a decision is named by its path in a view", expr.span, help=help)
        if make is None:
            help = (
                "a view is made of decisions, literals, lists, records, conditions and arithmetic"
            )
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

    def recurs(self, expr: s.Expr) -> bool:
        """Whether an expression calls a motif that may call itself."""
        return any(isinstance(n, s.Name) and n.id in self.recursive for n in s.walk(expr))

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
                raise fail(
                    "NAS082", f"in the path: {error.diagnostics[0].message}", node.span
                ) from None
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
        bits = {key: Decision(f"{path}[{key}]", o) for key, o in self.decisions.bits(path).items()}
        return Bits(path, bits) if bits else None


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
    help = (
        did_you_mean(node.id, [*names, *u.globals]) or "decisions are named by paths in backticks"
    )
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
            if node.op == "+" and (is_list(left) or is_list(right)):
                return joined([left, right])
            return u.fold(node, lambda a, b: Arithmetic(node.op, a, b), left, right)
    return u.fold(node, lambda a, b: Computed(BINARY[node.op], (a, b)), left, right)


def _within(item: Node, items: Node) -> Node:
    if isinstance(item, Const) and isinstance(items, Bits):
        return items.bit(item.value) or Const(False)
    if isinstance(item, Const) and isinstance(items, Decision):
        return Taken(item.value, items)
    return Within(item, items)


def _ternary(u: Unroller, node: s.Ternary, names: Names) -> Node:
    cond = condition(u, node.cond, names)
    if isinstance(cond, Const):
        return u.node(node.then if cond.value else node.other, names)
    return When(cond, u.branch(node.then, names), u.branch(node.other, names))


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
        if any(u.recurs(a.value) for a in node.arguments):
            return Parts(keys, tuple(u.branch(a.value, names) for a in node.arguments))
        parts = tuple(settled(u.node(a.value, names)) for a in node.arguments)
        return u.fold(node, lambda *p: Parts(keys, p), *parts)
    if name in u.motifs:
        return _called(u, u.motifs[name], node.arguments, node.span, names)
    if name == "decided" and len(node.arguments) == 2:
        return _decided(u, node.arguments[0].value, node.arguments[1].value, names)
    inputs = [settled(u.node(a.value, names)) for a in node.arguments]
    if name == "any_order" and len(inputs) == 1:
        items = as_items(inputs[0])
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
        raise fail(
            "NAS081", "`decided` takes a path, and what stands there without a choice", path.span
        )
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


def _where(u: Unroller, node: s.Where, names: Names) -> Node:
    inner = dict(names)
    for binding in node.bindings:
        inner[binding.name] = Lazy(u._later(binding.value, dict(inner)))
    return u.node(node.body, inner)


_MAKERS: Mapping[type, Callable[[Unroller, Any, Names], Node]] = {
    s.Number: _constant, s.Text: _constant, s.Boolean: _constant, s.Name: _name,
    s.Path: lambda u, n, names: u.path(n, names), s.Unary: _unary, s.Binary: _binary,
    s.Ternary: _ternary, s.Case: _case, s.Index: index, s.Slice: slice_of, s.Field: _field,
    s.Call: _call, s.List: literal_list, s.Range: range_of, s.Comprehension: comprehension,
    s.Where: _where, s.Group: lambda u, n, names: u.node(n.body, names),
}  # fmt: skip
