"""Expressions over values of encodings as functions: those of the language without tensors and choices."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from nasdsl import syntax as s
from nasdsl.diagnostics import did_you_mean, fail
from nasdsl.values import Fields

Env: TypeAlias = dict[str, Any]
Compute: TypeAlias = Callable[[Env], Any]

BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "%": operator.mod,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge, "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
    "/": lambda a, b: a // b if type(a) is int and type(b) is int else a / b,
}  # fmt: skip
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "len": len, "sum": sum, "abs": abs, "count": lambda xs, x: xs.count(x),
    "min": lambda *xs: min(*xs), "max": lambda *xs: max(*xs), "all": all,
    "reverse": lambda xs: xs[::-1],
}  # fmt: skip


def compute(node: s.Expr, names: set[str]) -> Compute:
    """An expression as a function of its names' values. Raises NasError."""
    maker = _MAKERS.get(type(node))
    if maker is None:
        raise fail("NAS068", "this cannot stand in a condition of an encoding", node.span)
    return maker(node, names)


def _constant(value: Any) -> Compute:
    return lambda env: value


def _name(node: s.Name, names: set[str]) -> Compute:
    if node.id == "none" and "none" not in names:
        return _constant(None)
    if node.id not in names:
        help = did_you_mean(node.id, sorted(names)) or f"known are {', '.join(sorted(names))}"
        raise fail("NAS068", f"`{node.id}` is not known here", node.span, help=help)
    return operator.itemgetter(node.id)


def _unary(node: s.Unary, names: set[str]) -> Compute:
    inner = compute(node.operand, names)
    return (lambda env: not inner(env)) if node.op == "not" else (lambda env: -inner(env))


def _binary(node: s.Binary, names: set[str]) -> Compute:
    left, right = compute(node.left, names), compute(node.right, names)
    if node.op == "and":
        return lambda env: left(env) and right(env)
    if node.op == "or":
        return lambda env: left(env) or right(env)
    apply = BINARY[node.op]
    if isinstance(node.right, s.Number):
        constant = node.right.value
        return lambda env: apply(left(env), constant)
    return lambda env: apply(left(env), right(env))


def _ternary(node: s.Ternary, names: set[str]) -> Compute:
    then, cond, other = (compute(n, names) for n in (node.then, node.cond, node.other))
    return lambda env: then(env) if cond(env) else other(env)


def _index(node: s.Index, names: set[str]) -> Compute:
    base, index = compute(node.base, names), compute(node.index, names)
    return lambda env: base(env)[index(env)]


def _slice(node: s.Slice, names: set[str]) -> Compute:
    base = compute(node.base, names)
    if node.start is not None:
        start = compute(node.start, names)
        return lambda env: base(env)[start(env) :]
    assert node.stop is not None
    stop = compute(node.stop, names)
    return lambda env: base(env)[: stop(env) + 1 or None]


def _field(node: s.Field, names: set[str]) -> Compute:
    base, name = compute(node.base, names), node.name
    if isinstance(node.base, s.Name):
        known = node.base.id
        return lambda env: (value := env[known]).values[value.names.index(name)]
    return lambda env: (value := base(env)).values[value.names.index(name)]


def part(value: Any, name: str) -> Any:
    """A named part of a value. Raises KeyError if it has none."""
    if not isinstance(value, Fields) or name not in value.names:
        raise KeyError(name)
    return value.values[value.names.index(name)]


def _call(node: s.Call, names: set[str]) -> Compute:
    if node.arguments and all(a.name for a in node.arguments):
        return _fields(node, names)
    known = node.function.id if isinstance(node.function, s.Name) else ""
    function: Callable[..., Any] | None = FUNCTIONS.get(known)
    if known in names:
        values = [compute(a.value, names) for a in node.arguments]
        return lambda env: env[known](*[v(env) for v in values])
    if function is None or any(a.name for a in node.arguments):
        help = "known functions: " + ", ".join(sorted(FUNCTIONS))
        raise fail("NAS068", "this is no function of conditions", node.span, help=help)
    arguments = [compute(a.value, names) for a in node.arguments]
    if len(arguments) == 1:
        only = arguments[0]
        return lambda env: function(only(env))
    return lambda env: function(*[a(env) for a in arguments])


def _fields(node: s.Call, names: set[str]) -> Compute:
    """`pair(op = a, state = b)`: a record; what stands before the brackets only says what it is."""
    keys = tuple(str(a.name) for a in node.arguments)
    parts = [compute(a.value, names) for a in node.arguments]
    return lambda env: Fields(keys, tuple([p(env) for p in parts]))


def _case(node: s.Case, names: set[str]) -> Compute:
    subject = compute(node.subject, names)
    bodies = {e.key.value: compute(e.body, names) for e in node.entries if e.key is not None}
    other = next((compute(e.body, names) for e in node.entries if e.key is None), None)

    def run(env: Env) -> Any:
        value = subject(env)
        body = bodies.get(value, other)
        if body is None:
            raise KeyError(value)
        return body(env)

    return run


def _list(node: s.List, names: set[str]) -> Compute:
    items = [compute(i, names) for i in node.items]
    if all(isinstance(i, s.Number | s.Text | s.Boolean) for i in node.items):
        return _constant(tuple(i({}) for i in items))
    return lambda env: tuple([i(env) for i in items])


def _range(node: s.Range, names: set[str]) -> Compute:
    if node.step is not None or node.log:
        raise fail("NAS068", "a range in a condition has no step", node.span)
    start, stop = compute(node.start, names), compute(node.stop, names)
    return lambda env: range(start(env), stop(env) + 1)


def _comprehension(node: s.Comprehension, names: set[str]) -> Compute:
    """`[item for i, x in xs if cond for …]`."""
    known = set(names)
    clauses: list[tuple[str | None, str, Compute, Compute]] = []
    for clause in node.clauses:
        source = compute(clause.source, known)
        known |= {clause.name} | ({clause.index} if clause.index else set())
        cond = _constant(True) if clause.cond is None else compute(clause.cond, known)
        clauses.append((clause.index, clause.name, source, cond))
    item = compute(node.item, known)

    def runs(env: Env, level: int) -> Iterator[Any]:
        if level == len(clauses):
            yield item(env)
            return
        index, name, source, cond = clauses[level]
        for i, x in enumerate(source(env)):
            env[name] = x
            if index is not None:
                env[index] = i
            if cond(env):
                yield from runs(env, level + 1)

    return lambda env: tuple(runs(dict(env), 0))


_MAKERS: Mapping[type, Callable[[Any, set[str]], Compute]] = {
    s.Number: lambda n, _: _constant(n.value), s.Text: lambda n, _: _constant(n.value),
    s.Boolean: lambda n, _: _constant(n.value), s.Name: _name, s.Unary: _unary,
    s.Binary: _binary, s.Ternary: _ternary, s.Index: _index, s.Slice: _slice, s.Field: _field,
    s.Call: _call, s.List: _list, s.Range: _range, s.Comprehension: _comprehension,
    s.Case: _case,
    s.Group: lambda n, names: compute(n.body, names),
}  # fmt: skip
