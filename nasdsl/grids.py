"""Trying decisions: every joint assignment of some decisions that meets conditions, all at once.

A Grid is the product of the options of some decisions, each point numbered; a column is what a Sym is
at every point, as positions in its `values`. Columns are read off those of the arguments, and a Sym
over few decisions keeps its own, so that no function is called again and no assignment is a mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from .effort import PURSE
from .symbolic import (
    FAILED,
    MANY,
    Sym,
    Var,
    evaluate,
    in_order,
    is_index,
    is_select,
    same,
    tabulated,
)

Condition = tuple[Sym, Any]
Column = Sequence[int]
MAX_KEPT = 1024  # points of a table that a Sym keeps


class Grid:
    """All joint assignments of some decisions (those of `fixed` to their option), the last fastest."""

    __slots__ = ("_columns", "_places", "count", "fixed", "variables")

    def __init__(self, variables: Sequence[Var], fixed: Mapping[Var, int]) -> None:
        self.variables = tuple(variables)
        self.fixed = {v: fixed[v] for v in variables if v in fixed}
        self.count = prod(1 if v in fixed else v.size or 0 for v in variables)
        self._columns: dict[Sym, Column] = {}
        self._places: dict[tuple[Var, ...], Column] = {}

    def env(self, point: int) -> dict[Var, int]:
        """A point as an assignment."""
        env = dict.fromkeys(self.variables, 0)
        for var in reversed(self.variables):
            if var in self.fixed:
                env[var] = self.fixed[var]
            else:
                point, env[var] = divmod(point, var.size or 1)
        return env

    def digits(self, var: Var, points: Iterable[int]) -> Column:
        """The index of a decision at some points."""
        if var in self.fixed:
            return [self.fixed[var] for _ in points]
        column = self._positions((var,))
        return [column[p] for p in points]

    def meeting(self, points: Sequence[int], condition: Condition) -> Sequence[int]:
        """Those of the points at which the condition holds."""
        sym, wanted = condition
        if sym.values is None:
            return [p for p in points if same(self.unlisted(sym, p, FAILED), wanted)]
        code = _code(sym.values, wanted)
        if code is None:
            return ()
        column = self.column(sym)
        return [p for p in points if column[p] == code]

    def unlisted(self, sym: Sym, point: int, failed: Any) -> Any:
        """What a Sym is at a point; `failed` if it has no value there."""
        PURSE.spend(10)
        try:
            return evaluate(sym, self.env(point))
        except (ArithmeticError, LookupError):
            return failed

    def column(self, sym: Sym) -> Column:
        """The code of the value of a listed Sym at every point."""
        column = self._columns.get(sym)
        if column is None:
            PURSE.spend(2 + self.count // 16)
            kept = _kept(sym)
            if kept is None:
                column = self._compute(sym)
            else:
                table = kept[1]
                column = [table[i] for i in self._positions(kept[0])]
            self._columns[sym] = column
        return column

    def _compute(self, sym: Sym) -> Column:
        if is_index(sym):
            return self._positions(sym.args)
        if is_select(sym):
            return self._selected(sym)
        if sym.codes is MANY:
            return self._evaluated(sym)
        if sym.values is not None and len(sym.values) == 1 and sym.codes is None:
            return [0] * self.count  # whatever its argument is
        codes = tabulated(sym)
        column: Column | None = None
        for arg in sym.args:
            if isinstance(arg, Sym):
                part = self.column(arg)
                column = part if column is None else _paired(column, part, len(arg.values or ()))
        assert column is not None
        if FAILED in column:
            return [c if c < 0 else codes[c] for c in column]
        return [codes[c] for c in column]

    def _evaluated(self, sym: Sym) -> Column:
        values = sym.values or ()
        found = [_code(values, self.unlisted(sym, p, _MISSING)) for p in range(self.count)]
        return [FAILED if code is None else code for code in found]

    def _selected(self, sym: Sym) -> Column:
        key, cases = sym.args
        codes = {_typed(v): i for i, v in enumerate(sym.values or ())}
        plain: list[int] = []
        inner: list[tuple[Column, Sequence[int]] | None] = []
        for value in key.values:
            case = cases.table.get(value, _MISSING)
            if case is _MISSING:
                plain.append(FAILED)
                inner.append(None)
            elif case.__class__ is Sym:
                plain.append(FAILED)
                inner.append((self.column(case), [codes[_typed(v)] for v in case.values or ()]))
            else:
                plain.append(codes[_typed(case)])
                inner.append(None)
        out = []
        for point, code in enumerate(self.column(key)):
            side = None if code < 0 else inner[code]
            if side is None:
                out.append(FAILED if code < 0 else plain[code])
            else:
                place = side[0][point]
                out.append(FAILED if place < 0 else side[1][place])
        return out

    def _positions(self, inner: tuple[Var, ...]) -> Column:
        """For every point, the number of the point of the grid of some of the decisions."""
        places = self._places.get(inner)
        if places is None:
            strides, stride = {}, 1
            for var in reversed(inner):
                strides[var] = stride
                stride *= var.size or 1
            found = [0]
            for var in self.variables:
                step = strides.get(var, 0)
                if var in self.fixed:
                    found = [f + step * self.fixed[var] for f in found] if step else found
                else:
                    size = var.size or 0
                    options = range(0, step * size, step) if step else [0] * size
                    found = [f + o for f in found for o in options]
            places = self._places[inner] = found
        return places


_MISSING = object()


def _paired(first: Column, second: Column, n: int) -> Column:
    """The number of each pair, where the second part has n values."""
    if FAILED in first or FAILED in second:
        return [FAILED if a < 0 or b < 0 else a * n + b for a, b in zip(first, second, strict=True)]
    return [a * n + b for a, b in zip(first, second, strict=True)]


def _typed(value: Any) -> tuple[type, Any]:
    return value.__class__, value


def _code(values: tuple[Any, ...], wanted: Any) -> int | None:
    for code, value in enumerate(values):
        if same(value, wanted):
            return code
    return None


def _kept(sym: Sym) -> tuple[tuple[Var, ...], Column] | None:
    """The decisions of a Sym and its column over all of them, if that is short."""
    if sym.table is None:
        order = tuple(in_order(sym.vars))
        count = combinations(order, {}, MAX_KEPT)
        if count is None:
            sym.table = ()
        else:
            PURSE.spend(2 + count // 16)
            grid = Grid(order, {})
            sym.table = order, grid._compute(sym)
    return sym.table or None


def combinations(variables: Iterable[Var], fixed: Mapping[Var, int], limit: int) -> int | None:
    """How many joint assignments there are; None past the limit."""
    count = 1
    for var in variables:
        if var in fixed:
            continue
        if var.size is None:
            return None
        count *= var.size
        if count > limit:
            return None
    return count
