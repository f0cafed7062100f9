"""The `require` rows of an encoding: what a value must satisfy besides its form.

A row that fails points at the innermost element that its `for` names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import contains
from typing import Any, TypeAlias

from nasdsl import syntax as s
from nasdsl.diagnostics import NasError, fail
from nasdsl.parser import parse_expression
from nasdsl.record import Frozen, record
from nasdsl.spans import Source

from .columns import Columns, Loop, Scalar
from .conditions import BINARY, FUNCTIONS, Compute, Env, compute

Path: TypeAlias = tuple[str | int, ...]

_MOST_PASSED = 4096
MISTAKES = (TypeError, IndexError, ZeroDivisionError, KeyError, AttributeError, ValueError)


@record
class Failure(Frozen):
    """A row that does not hold: its message, and the part of the value that it names."""

    message: str
    path: Path


class Passed:
    """Elements that met a condition which looks at nothing but an element and its place.

    By identity, which is quick; each is kept, so that its identity stays its own.
    """

    def __init__(self) -> None:
        self.places: list[dict[int, Any]] = []
        self.count = 0

    def __contains__(self, elements: Sequence[Any]) -> bool:
        if len(elements) > len(self.places):
            return False
        return all(map(contains, self.places, map(id, elements)))

    def add(self, elements: Sequence[Any]) -> None:
        if self.count + len(elements) > _MOST_PASSED:
            self.places, self.count = [], 0
        self.count += len(elements)
        while len(self.places) < min(len(elements), _MOST_PASSED):
            self.places.append({})
        for known, element in zip(self.places, elements, strict=False):
            known[id(element)] = element


@record
class Condition(Frozen):
    """One row, ready to be tried."""

    root: str
    test: Compute
    clauses: tuple[tuple[str | None, str, Compute, Compute | None], ...]
    row: s.FormCheck
    message: tuple[str | Compute, ...]
    at_once: Columns | None
    passed: Passed | None

    def failure(self, value: Any) -> Failure | None:
        """The first way in which a value breaks the condition."""
        env = {self.root: value}
        try:
            if self._holds(env, 0):
                return None
        except MISTAKES:
            pass
        return Failure(self._text(env), self._path(env))

    def surely(self, env: Env) -> bool:
        """Whether a value, as the root's name in `env`, meets the condition; False: maybe not."""
        try:
            if not self.clauses:
                return bool(self.test(env))
            if self.at_once is None or len(self.clauses) > 1:
                return self._holds(dict(env), 0)
            elements = self.clauses[0][2](env)
            if not elements or (self.passed is not None and elements in self.passed):
                return True
            met = all(self.at_once(env, elements))
            if met and self.passed is not None:
                self.passed.add(elements)
            return met
        except MISTAKES:
            return False

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
    at_once, passed = _at_once(row, names), None
    if at_once is not None and len(row.clauses) == 1:
        own = {row.clauses[0].name, row.clauses[0].index}
        read = {node.id for node in s.walk(row.condition) if isinstance(node, s.Name)} & names
        passed = Passed() if read <= own else None
    return Condition(root, test, tuple(clauses), row, message, at_once, passed)


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
