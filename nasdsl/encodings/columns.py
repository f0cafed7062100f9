"""Conditions over all elements of a list at once, each operation a single pass over columns.

That is quick, but it also computes what `and`, `or` and `if` would leave out, so it only tells that all
is well: on False or an exception the condition is tried again element by element.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from nasdsl import syntax as s
from nasdsl.record import Frozen, record

Env: TypeAlias = dict[str, Any]
Compute: TypeAlias = Callable[[Env], Any]
Columns: TypeAlias = Callable[[Env, Sequence[Any]], Sequence[Any]]
"""The values of an expression for the elements of a list, in order."""


class Scalar(Exception):
    """An expression that has to be evaluated element by element."""


@record
class Loop(Frozen):
    """`for index, name in …`, and how expressions without these names are computed."""

    name: str
    index: str | None
    compute: Callable[[s.Expr], Compute]
    binary: Mapping[str, Callable[[Any, Any], Any]]
    functions: Mapping[str, Callable[..., Any]]

    def names(self, node: s.Expr) -> set[str | None]:
        """Those of the loop that an expression reads."""
        found: set[str | None] = {n.id for n in s.walk(node) if isinstance(n, s.Name)}
        return found & {self.name, self.index}

    def columns(self, node: s.Expr) -> Columns:
        """An expression over all elements. Raises Scalar."""
        used = self.names(node)
        if not used:
            once = self.compute(node)
            return lambda env, xs: [once(env)] * len(xs)
        maker = _MAKERS.get(type(node))
        if maker is None:
            raise Scalar
        made = maker(self, node)
        return _kept(made) if type(node) is not s.Name and self._of_places(node) else made

    def _of_places(self, node: s.Expr) -> bool:
        """Whether an expression reads the index alone, and no other part of the value."""
        functions = {id(n.function) for n in s.walk(node) if isinstance(n, s.Call)}
        names = [n for n in s.walk(node) if isinstance(n, s.Name) and id(n) not in functions]
        return {n.id for n in names} == {self.index}


def _kept(make: Columns) -> Columns:
    """What depends on places alone is computed once for each length."""
    known: dict[int, Sequence[Any]] = {}

    def run(env: Env, xs: Sequence[Any]) -> Sequence[Any]:
        found = known.get(len(xs))
        if found is None:
            found = make(env, xs)
            if len(known) < 100 and len(xs) < 100:
                known[len(xs)] = found
        return found

    return run


def _name(loop: Loop, node: s.Name) -> Columns:
    if node.id == loop.name:
        return lambda env, xs: xs
    return lambda env, xs: range(len(xs))


def _group(loop: Loop, node: s.Group) -> Columns:
    return loop.columns(node.body)


def _field(loop: Loop, node: s.Field) -> Columns:
    base, name = loop.columns(node.base), node.name

    def run(env: Env, xs: Sequence[Any]) -> Sequence[Any]:
        records = base(env, xs)
        names = records[0].names
        place = names.index(name)
        return [r.values[place] for r in records if r.names == names]

    return run


def _unary(loop: Loop, node: s.Unary) -> Columns:
    inner = loop.columns(node.operand)
    apply = operator.not_ if node.op == "not" else operator.neg
    return lambda env, xs: list(map(apply, inner(env, xs)))


def _binary(loop: Loop, node: s.Binary) -> Columns:
    left, right = loop.columns(node.left), loop.columns(node.right)
    if node.op in ("and", "or"):
        join = _and if node.op == "and" else _or
        return lambda env, xs: join(left(env, xs), right(env, xs))
    if node.op == "in":
        if not loop.names(node.right):
            within = loop.compute(node.right)
            return lambda env, xs: list(map(within(env).__contains__, left(env, xs)))
        return lambda env, xs: list(map(operator.contains, right(env, xs), left(env, xs)))
    apply = loop.binary[node.op]
    return lambda env, xs: list(map(apply, left(env, xs), right(env, xs)))


def _and(left: Sequence[Any], right: Sequence[Any]) -> Sequence[Any]:
    return [a and b for a, b in zip(left, right, strict=True)]


def _or(left: Sequence[Any], right: Sequence[Any]) -> Sequence[Any]:
    return [a or b for a, b in zip(left, right, strict=True)]


def _range(loop: Loop, node: s.Range) -> Columns:
    if node.step is not None or node.log:
        raise Scalar
    start, stop = loop.columns(node.start), loop.columns(node.stop)
    return lambda env, xs: [
        range(a, b + 1) for a, b in zip(start(env, xs), stop(env, xs), strict=True)
    ]


def _index(loop: Loop, node: s.Index) -> Columns:
    base, index = loop.columns(node.base), loop.columns(node.index)
    return lambda env, xs: list(map(operator.getitem, base(env, xs), index(env, xs)))


def _call(loop: Loop, node: s.Call) -> Columns:
    known = node.function.id if isinstance(node.function, s.Name) else ""
    function = loop.functions.get(known)
    if function is None or any(a.name for a in node.arguments):
        raise Scalar
    arguments = [loop.columns(a.value) for a in node.arguments]
    return lambda env, xs: list(map(function, *[a(env, xs) for a in arguments]))


_MAKERS: Mapping[type, Callable[[Loop, Any], Columns]] = {
    s.Name: _name, s.Group: _group, s.Field: _field, s.Unary: _unary, s.Binary: _binary,
    s.Range: _range, s.Index: _index, s.Call: _call,
}  # fmt: skip
