"""The `require` rows of an encoding: what a value must satisfy besides its form.

A row that fails points at the innermost element that its `for` names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from nasdsl import syntax as s
from nasdsl.diagnostics import NasError, fail
from nasdsl.parser import parse_expression
from nasdsl.record import Frozen, record
from nasdsl.spans import Source

from .columns import Columns, Loop, Scalar
from .conditions import BINARY, FUNCTIONS, Compute, Env, compute

Path: TypeAlias = tuple[str | int, ...]

MISTAKES = (TypeError, IndexError, ZeroDivisionError, KeyError, AttributeError, ValueError)


@record
class Failure(Frozen):
    """A row that does not hold: its message, and the part of the value that it names."""

    message: str
    path: Path


@record
class Condition(Frozen):
    """One row, ready to be tried."""

    root: str
    test: Compute
    clauses: tuple[tuple[str | None, str, Compute, Compute | None], ...]
    row: s.FormCheck
    message: tuple[str | Compute, ...]
    at_once: Columns | None

    def failure(self, value: Any) -> Failure | None:
        """The first way in which a value breaks the condition."""
        env = {self.root: value}
        try:
            if self._holds(env, 0) if self.clauses else self.test(env):
                return None
        except MISTAKES:
            pass
        return Failure(self._text(env), self._path(env))

    def _holds(self, env: Env, level: int) -> bool:
        """Whether the test holds for all that the clauses from a level on name."""
        if level == len(self.clauses):
            return bool(self.test(env))
        index, name, source, cond = self.clauses[level]
        elements = source(env)
        if self.at_once is not None and level == len(self.clauses) - 1:
            try:
                if not elements or all(self.at_once(env, elements)):
                    return True
            except MISTAKES:
                pass
        place = f"#{name}"
        for i, item in enumerate(elements):
            env[name] = item
            env[place] = i
            if index is not None:
                env[index] = i
            if (cond is None or cond(env)) and not self._holds(env, level + 1):
                return False
        return True

    def _text(self, env: Env) -> str:
        try:
            return "".join(p if isinstance(p, str) else str(p(env)) for p in self.message)
        except MISTAKES:
            return self.row.message.value

    def _path(self, env: Env) -> Path:
        """Where the element is that the last clause names, or what the condition is about."""
        known: dict[str, Path] = {self.root: ()}
        place: Path = ()
        for clause in self.row.clauses:
            found = _element(clause.source, env.get(f"#{clause.name}"), known, env)
            if found is not None:
                known[clause.name] = place = found
        if not self.row.clauses:
            places = [_place(n, known, env) for n in s.walk(self.row.condition)]
            place = max((p for p in places if p is not None), key=len, default=())
        return place


def _element(source: s.Syntax, at: int | None, known: Mapping[str, Path], env: Env) -> Path | None:
    """Where element `at` of a list is; in `[code.a, code.b]` it is what the item reads."""
    if at is None:
        return None
    if isinstance(source, s.List):
        return _place(source.items[at], known, env)
    base = _place(source, known, env)
    return None if base is None else (*base, at)


def _place(node: s.Syntax, known: Mapping[str, Path], env: Env) -> Path | None:
    """The part of the value that an expression reads, if it reads just one."""
    match node:
        case s.Name(id=name):
            return known.get(name)
        case s.Field(base=base, name=name):
            inner = _place(base, known, env)
            return None if inner is None else (*inner, name)
        case s.Index(base=base, index=s.Number() as number) if isinstance(number.value, int):
            inner = _place(base, known, env)
            return None if inner is None else (*inner, number.value)
        case s.Slice(base=base):
            return _place(base, known, env)
    return None


def compile_row(row: s.FormCheck, root: str) -> Condition:
    """A row as functions. Raises NasError on what cannot stand in one."""
    names = {root}
    clauses = []
    for clause in row.clauses:
        source = compute(clause.source, names)
        names |= {clause.name} | ({clause.index} if clause.index else set())
        cond = None if clause.cond is None else compute(clause.cond, names)
        clauses.append((clause.index, clause.name, source, cond))
    test = compute(row.condition, names)
    message = _message(row.message, names)
    return Condition(root, test, tuple(clauses), row, message, _at_once(row, names))


def _at_once(row: s.FormCheck, names: set[str]) -> Columns | None:
    """The condition over all elements of the last clause, if that can be done."""
    if not row.clauses or row.clauses[-1].cond is not None:
        return None
    last = row.clauses[-1]
    loop = Loop(last.name, last.index, lambda node: compute(node, names), BINARY, FUNCTIONS)
    try:
        return loop.columns(row.condition)
    except Scalar:
        return None


def _message(text: s.Text, names: set[str]) -> tuple[str | Compute, ...]:
    pieces = re.split(r"\{([^{}]*)\}", text.value)
    found: list[str | Compute] = []
    for i, piece in enumerate(pieces):
        if i % 2:
            try:
                found.append(compute(parse_expression(Source("message", piece)), names))
            except NasError as error:
                what = error.diagnostics[0].message
                raise fail("NAS068", f"in the message: {what}", text.span) from None
        else:
            found.append(piece)
    return tuple(found)
