"""Mistakes that one construct shows by itself: empty ranges and choices, repeated labels, `out`.

Codes NAS112-NAS126 and NAS145-NAS149 are errors, NAS151 a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from . import syntax as s
from .diagnostics import Diagnostic
from .evaluate.records import tag
from .lexemes import scan
from .scopes import place
from .spans import Span


def lint(node: s.Syntax) -> Iterator[Diagnostic]:
    """What is wrong with a node alone, its children left out."""
    rule = _RULES.get(type(node))
    if rule is not None:
        yield from rule(node)


def repeated(
    items: Iterable[tuple[str, Span | None]], code: str, what: str
) -> Iterator[Diagnostic]:
    """One diagnostic for each name that comes again."""
    first: dict[str, Span | None] = {}
    for name, span in items:
        if name in first:
            notes = (("first here", first[name]),)
            yield Diagnostic(code, f"{what} `{name}` comes twice", span, notes=notes)
        first.setdefault(name, span)


def _literal(node: s.Expr | None) -> int | float | None:
    if isinstance(node, s.Group):
        return _literal(node.body)
    if isinstance(node, s.Number):
        return node.value
    if isinstance(node, s.Unary) and node.op == "-" and isinstance(node.operand, s.Number):
        return -node.operand.value
    return None


def _range(node: s.Range) -> Iterator[Diagnostic]:
    start, stop, step = _literal(node.start), _literal(node.stop), _literal(node.step)
    if step == 0:
        span = node.step.span if node.step else None
        yield Diagnostic("NAS146", "the step of a range must not be 0", span)
    elif start is None or stop is None or (node.step is not None and step is None):
        return
    elif start > stop and (step is None or step > 0):
        first, last = _written(node.start), _written(node.stop)
        help = f"write `{last}..{first}`, or `{first}..{last} step -1` to count down"
        yield Diagnostic("NAS145", "this range is empty", node.span, help=help)
    elif start < stop and step is not None and step < 0:
        help = f"write `{_written(node.stop)}..{_written(node.start)}`, or a positive step"
        yield Diagnostic("NAS145", "this range is empty", node.span, help=help)
    if node.log and start is not None and start <= 0:
        message = "a logarithmic range begins above 0"
        yield Diagnostic("NAS147", message, node.start.span)


def _written(node: s.Expr) -> str:
    return node.span.text if node.span else f"{_literal(node)}"


def _domain(node: s.Any | s.Some | s.Permutation) -> Iterator[Diagnostic]:
    if isinstance(node.domain, s.List) and not node.domain.items:
        yield _nothing(node.domain)


def _nothing(domain: s.List) -> Diagnostic:
    help = "list what there is: `[a, b]`"
    return Diagnostic("NAS148", "there is nothing to choose from", domain.span, help=help)


def _pick(node: s.Pick) -> Iterator[Diagnostic]:
    count = _literal(node.count)
    if not isinstance(node.domain, s.List) or count is None:
        return
    size = len(node.domain.items)
    if size == 0:
        yield _nothing(node.domain)
    elif count > size and not node.repeated:
        message = f"{node.count.span.text if node.count.span else count} of {size} cannot be picked"
        help = "pick fewer, or add `repeated`"
        yield Diagnostic("NAS149", message, node.span, help=help)


def _same(options: Iterable[s.Syntax], bodies: Iterable[s.Syntax]) -> Iterator[Diagnostic]:
    seen: dict[s.Syntax, s.Syntax] = {}
    for option, body in zip(options, bodies, strict=True):
        if body in seen:
            notes = (("the first one", seen[body].span),)
            message = "this alternative is the same as an earlier one"
            help = "the space counts it as a different architecture"
            yield Diagnostic("NAS151", message, option.span, "", notes, help, "warning")
        seen.setdefault(body, option)


def _alternatives(node: s.Alternatives) -> Iterator[Diagnostic]:
    yield from _same(node.options, node.options)


def _one_of(node: s.OneOf) -> Iterator[Diagnostic]:
    free = [a for a in node.alternatives if a.guard is None]
    yield from _same(free, [a.body for a in free])
    labels = [(a.label, _label_span(a)) for a in node.alternatives]
    yield from repeated(labels, "NAS122", "the label")


def _case(node: s.Case) -> Iterator[Diagnostic]:
    first: dict[object, s.Key] = {}
    for key in (e.key for e in node.entries if e.key is not None):
        same = first.setdefault(tag(key.value), key)
        if same is not key:
            notes = (("first here", same.span),)
            yield Diagnostic("NAS122", f"the key `{key.text}` comes twice", key.span, notes=notes)
    for entry in node.entries[:-1]:
        if entry.key is None:
            span = entry.span and Span(entry.span.source, entry.span.start, entry.span.start + 4)
            message = "`else` is not the last entry of this case"
            yield Diagnostic("NAS125", message, span, help="put it at the end, once")


def _label_span(node: s.Alternative) -> Span | None:
    span = node.span
    if span is None:
        return None
    label = next(scan(span.source.text, span.start))
    return Span(span.source, label.start, label.end)


def _graph(node: s.Graph) -> Iterator[Diagnostic]:
    yield from repeated([(n.id, n.span) for n in node.inputs], "NAS123", "the input")
    outs = list(_outs(node.body))
    if not outs:
        help = "end it with `out …`"
        span = node.span and Span(node.span.source, node.span.start, node.span.start + 5)
        yield Diagnostic("NAS120", "this graph has no `out`", span, help=help)
    yield from _reach(node.body)


def _outs(block: tuple[s.Statement, ...]) -> Iterator[s.Out]:
    for statement in block:
        match statement:
            case s.Out():
                yield statement
            case s.Loop():
                yield from _outs(statement.body)
            case s.When():
                yield from _outs(statement.body + statement.orelse)


def _ends(statement: s.Statement) -> bool:
    """Whether nothing runs after a statement."""
    if isinstance(statement, s.When):
        return any(map(_ends, statement.body)) and any(map(_ends, statement.orelse))
    return isinstance(statement, s.Out)


def _reach(block: tuple[s.Statement, ...]) -> Iterator[Diagnostic]:
    for before, after in pairwise(block):
        if _ends(before):
            notes = (("the graph's outputs are decided here", before.span),)
            if isinstance(after, s.Out):
                message, help = "a second `out`", "write one: `out a, b`"
            else:
                message, help = "nothing runs after `out`", "move it up"
            yield Diagnostic("NAS121", message, after.span, "", notes, help)
            break
    for statement in block:
        if isinstance(statement, s.Loop):
            yield from _reach(statement.body)
        elif isinstance(statement, s.When):
            yield from _reach(statement.body)
            yield from _reach(statement.orelse)


def _motif(node: s.Motif) -> Iterator[Diagnostic]:
    yield from repeated([(f.name, place(f, f.name)) for f in node.formals], "NAS123", "the formal")


def _assign(node: s.Assign) -> Iterator[Diagnostic]:
    yield from repeated([(name, node.span) for name in node.targets], "NAS123", "the name")


def _where(node: s.Where) -> Iterator[Diagnostic]:
    yield from repeated([(b.name, place(b, b.name)) for b in node.bindings], "NAS123", "the name")


def _two_names(node: s.Loop | s.Clause) -> Iterator[Diagnostic]:
    if node.index == node.name:
        message = f"`{node.name}` cannot name both the index and the element"
        yield Diagnostic("NAS123", message, place(node, node.name))


def _search(node: s.Search) -> Iterator[Diagnostic]:
    settings = [(x.name, place(x, x.name)) for x in node.settings]
    yield from repeated(settings, "NAS124", "the setting")


_RULES: dict[type, Callable[[Any], Iterator[Diagnostic]]] = {
    s.Range: _range, s.Any: _domain, s.Some: _domain, s.Permutation: _domain, s.Pick: _pick,
    s.Alternatives: _alternatives, s.OneOf: _one_of, s.Case: _case, s.Graph: _graph, s.Motif: _motif,
    s.Assign: _assign, s.Where: _where, s.Loop: _two_names, s.Clause: _two_names,
    s.Search: _search,
}  # fmt: skip
