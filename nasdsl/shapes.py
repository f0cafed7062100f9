"""Shape rules over all choices, and bounds of the cost.

Where the inputs of an operator depend on decisions, its rule is tried on every joint assignment; past a
limit, on every combination of the values each may take, which may include combinations that cannot
occur: then only a mistake in all of them is certain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any, TypeGuard

from .domains import Domain
from .grids import Condition
from .ops.base import Op, Shape, ShapeError, free_of_charge
from .ops.table import infer
from .record import Record, put, record
from .spans import Span
from .specialize import shape_mistake
from .symbolic import (
    MAX_ASSIGNMENTS,
    Cases,
    Sym,
    Var,
    apply,
    distinct,
    index_of,
    select,
    substitute,
)
from .trials import Trial, assignments, fixed_by
from .values import POISON, UNKNOWN, OpModule, Tensor

UNREACHED = object()  # in place of a value that an expression does not have
ABSENT = "absent"  # in place of the shape of a tensor that is not there
MAX_FREE = 128  # values of a shape whose dependence on decisions is not tracked
MAX_TABLE = 256  # assignments that an open shape lists; past it, only its possible values are kept


@record
class CostRange(Record):
    """Bounds of params and macs, each (lowest, highest); inf where nothing is known."""

    params: tuple[int, float] = (0, 0)
    macs: tuple[int, float] = (0, 0)

    def __init__(
        self, params: tuple[int, float] = (0, 0), macs: tuple[int, float] = (0, 0)
    ) -> None:
        put(self, "params", params)
        put(self, "macs", macs)

    def plus(self, other: CostRange) -> CostRange:
        return CostRange(_add(self.params, other.params), _add(self.macs, other.macs))

    def repeated(self, times: int) -> CostRange:
        """Shared weights, used several times."""
        return CostRange(self.params, (self.macs[0] * times, self.macs[1] * times))

    @staticmethod
    def either(costs: Sequence[CostRange]) -> CostRange:
        """One of these."""
        if not costs:
            return CostRange()
        return CostRange(_hull([c.params for c in costs]), _hull([c.macs for c in costs]))

    @staticmethod
    def some(costs: Sequence[CostRange], count: int) -> CostRange:
        """The sum of `count` of these."""
        low_p, high_p = _extreme([c.params for c in costs], count)
        low_m, high_m = _extreme([c.macs for c in costs], count)
        return CostRange((low_p, high_p), (low_m, high_m))


def _add(a: tuple[int, float], b: tuple[int, float]) -> tuple[int, float]:
    return a[0] + b[0], a[1] + b[1]


def _hull(pairs: Iterable[tuple[int, float]]) -> tuple[int, float]:
    lows, highs = zip(*pairs, strict=True)
    return min(lows), max(highs)


def _extreme(pairs: Sequence[tuple[int, float]], count: int) -> tuple[int, float]:
    lows = sorted(p[0] for p in pairs)[:count]
    highs = sorted((p[1] for p in pairs), reverse=True)[:count]
    return sum(lows), sum(highs)


UNKNOWN_COST = CostRange((0, math.inf), (0, math.inf))


def _unmeasured(op: Op) -> CostRange:
    """The cost of an operator on a shape that is not known."""
    return (
        CostRange()
        if op.parameters is free_of_charge and op.macs is free_of_charge
        else UNKNOWN_COST
    )


class Unreachable(Exception):
    """No assignment of the decisions leads here."""


Outcome = tuple[Shape | None, int, int, str]
Bearing = Callable[[frozenset[Var]], tuple[Condition, ...]]


def _nothing(_: frozenset[Var]) -> tuple[Condition, ...]:
    return ()


class ShapeRule:
    """Applies operators to shapes; remembers what it has tried."""

    def __init__(self) -> None:
        self.memo: dict[Any, Outcome] = {}
        self.open: dict[Any, tuple[Any, CostRange]] = {}
        self.unproven = 0

    def __call__(
        self,
        module: OpModule,
        shapes: tuple[Any, ...],
        bearing: Bearing,
        span: Span | None,
    ) -> tuple[Any, CostRange]:
        """The output shape and the cost. Raises NasError if some reachable case does not fit.

        `bearing` gives the conditions of the present case that bear on decisions.
        """
        attrs = tuple(module.attrs.items())
        if any(s is None for s in shapes) or any(v is UNKNOWN or v is POISON for _, v in attrs):
            return None, _unmeasured(module.op)
        syms = [s for s in (*shapes, *(v for _, v in attrs)) if isinstance(s, Sym)]
        if not syms:
            outcome = self._try(module, shapes, attrs)
            if outcome[0] is None:
                raise shape_mistake(module, shapes, outcome[3], span)
            return outcome[0], _exactly(outcome)
        found = frozenset().union(*(s.vars for s in syms))
        relevant = bearing(found)
        key = (module.op, shapes, attrs, relevant)
        known = self.open.get(key)
        if known is None:
            known = self.open[key] = self._open(module, shapes, attrs, found, relevant, span)
        return known

    def _open(
        self, module: OpModule, shapes: tuple[Any, ...], attrs: tuple[Any, ...], found: frozenset[Var],
        guards: tuple[tuple[Sym, Any], ...], span: Span | None,
    ) -> tuple[Any, CostRange]:  # fmt: skip
        fixed = fixed_by(guards)
        for var in found & fixed.keys():
            shapes = tuple(substitute(s, var, fixed[var]) for s in shapes)
            attrs = tuple((n, substitute(v, var, fixed[var])) for n, v in attrs)
        variables = sorted(found - fixed.keys(), key=lambda v: v.path)
        tried = assignments(variables, guards, MAX_ASSIGNMENTS)
        if tried is None:
            return self._by_values(module, shapes, attrs, span)
        return self._by_assignments(module, shapes, attrs, variables, tried, span)

    def _try(self, module: OpModule, shapes: tuple[Any, ...], attrs: tuple[Any, ...]) -> Outcome:
        key = (module.op, shapes, tuple(map(type, shapes)), attrs)
        found = self.memo.get(key)
        if found is None:
            values = dict(attrs)
            try:
                shape = infer(module.op, shapes, values)
                found = (
                    shape,
                    module.op.parameters(shapes, values),
                    module.op.macs(shapes, values),
                    "",
                )
            except ShapeError as error:
                found = (None, 0, 0, str(error))
            self.memo[key] = found
        return found

    def _by_assignments(
        self, module: OpModule, shapes: tuple[Any, ...], attrs: tuple[Any, ...], variables: list[Var],
        tried: Trial, span: Span | None,
    ) -> tuple[Any, CostRange]:  # fmt: skip
        table: dict[int, Shape] = {}
        outcomes: dict[tuple[int, ...], Outcome | None] = {}
        failure: tuple[int, tuple[Any, ...], str] | None = None
        columns = [tried.column(s) for s in (*shapes, *(v for _, v in attrs))]
        kinds = [values for _, values in columns]
        rows = zip(*(codes for codes, _ in columns), strict=True)
        for point, row in zip(tried.points, rows, strict=True):
            if row in outcomes:
                outcome = outcomes[row]
            else:
                found = [UNREACHED if c < 0 else k[c] for c, k in zip(row, kinds, strict=True)]
                outcome = outcomes[row] = self._outcome(module, found, len(shapes), attrs)
            if outcome is None:
                continue
            if outcome[0] is None:
                here = [k[c] for c, k in zip(row[: len(shapes)], kinds, strict=False)]
                failure = failure or (point, tuple(s for s in here if s != ABSENT), outcome[3])
            else:
                table[point] = outcome[0]
        free = any(v.free for v in variables)
        if failure is not None and (not free or not table):
            from .cases import witness

            raise shape_mistake(
                module, failure[1], failure[2], span, witness(tried.grid.env(failure[0]))
            )
        if not table:
            raise Unreachable
        shape = _open_shape(variables, table, tried)
        return shape, CostRange.either([_exactly(o) for o in outcomes.values() if _fits(o)])

    def _outcome(
        self, module: OpModule, row: list[Any], count: int, attrs: tuple[Any, ...]
    ) -> Outcome | None:
        """What comes of shapes (the first `count`) and attributes; None where some has no value."""
        plain = tuple(s for s in row[:count] if s != ABSENT)
        if any(v is UNREACHED for v in row) or (not plain and count):
            return None
        values = tuple((n, v) for (n, _), v in zip(attrs, row[count:], strict=True))
        return self._try(module, plain, values)

    def _by_values(
        self, module: OpModule, shapes: tuple[Any, ...], attrs: tuple[Any, ...], span: Span | None
    ) -> tuple[Any, CostRange]:
        self.unproven += 1
        columns = [_values(s) for s in shapes] + [_values(v) for _, v in attrs]
        count = 1
        for column in columns:
            count *= len(column) if column is not None else MAX_ASSIGNMENTS + 1
        if count > MAX_ASSIGNMENTS:
            if module.op.arity is None and len(shapes) > 2:
                return self._pairwise(module, shapes, span), CostRange()
            return None, _unmeasured(module.op)
        outcomes, failed = [], None
        for combination in product(*(c or () for c in columns)):
            plain, values = combination[: len(shapes)], combination[len(shapes) :]
            plain = tuple(s for s in plain if s != ABSENT)
            if not plain and shapes:
                continue
            named = tuple((n, v) for (n, _), v in zip(attrs, values, strict=True))
            outcome = self._try(module, plain, named)
            if outcome[0] is None:
                failed = failed or (plain, outcome[3])
            else:
                outcomes.append(outcome)
        if not outcomes:
            if failed:
                raise shape_mistake(module, failed[0], failed[1], span)
            raise Unreachable
        shape = free_of(distinct([o[0] for o in outcomes]))
        return shape, CostRange.either([_exactly(o) for o in outcomes])

    def _pairwise(self, module: OpModule, shapes: tuple[Any, ...], span: Span | None) -> Any:
        """A combining operator, which is associative, on two shapes at a time."""
        free = [free_of(tuple(v for v in _values(s) or () if v != ABSENT)) for s in shapes]
        joined = free[0]
        for shape in free[1:]:
            if joined is None or shape is None:
                return None
            joined = self(module, (joined, shape), _nothing, span)[0]
        return joined

    def optional(
        self, module: OpModule, sure: list[Tensor], maybe: list[tuple[Any, Tensor]],
        bearing: Bearing, span: Span | None,
    ) -> tuple[Any, CostRange]:  # fmt: skip
        """A combining operator on tensors of which some may be absent."""
        shapes = [t.shape for t in sure] + [t.shape for _, t in maybe]
        if any(s is None for s in shapes):
            return None, CostRange()
        if module.op.name == "concat":
            shape = self._concat(module, [t.shape for t in sure], [t.shape for _, t in maybe], span)
            return shape, CostRange()
        tracked = [
            select(held, {True: t.shape, False: ABSENT})
            for held, t in maybe
            if isinstance(held, Sym)
        ]
        untracked = [free_shape(t.shape) for held, t in maybe if not isinstance(held, Sym)]
        known = tuple([t.shape for t in sure] + tracked)
        joined = self(module, known, bearing, span)[0] if known else untracked[0]
        if joined is None or None in untracked:
            return joined, CostRange()
        return self._pairwise(module, (joined, *untracked), span), CostRange()

    def _concat(
        self, module: OpModule, sure: list[Any], maybe: list[Any], span: Span | None
    ) -> Any:
        """Every sum of channels that can arise; which ones do is not tracked.

        Of open shapes, some combinations cannot occur: only a mistake in all of them is certain.
        """
        attrs = tuple(module.attrs.items())
        found: dict[Shape, None] = {}
        frontier: list[Shape | None] = [None]
        is_open = any(isinstance(s, Sym) for s in (*sure, *maybe))
        self.unproven += is_open
        for i, shape in enumerate((*sure, *maybe)):
            grown: dict[Shape | None, None] = {} if i < len(sure) else dict.fromkeys(frontier)
            for before in frontier:
                for value in _values(shape) or ():
                    inputs = (value,) if before is None else (before, value)
                    outcome = self._try(module, inputs, attrs)
                    if outcome[0] is not None:
                        grown[outcome[0]] = None
                    elif not is_open:
                        raise shape_mistake(module, inputs, outcome[3], span)
            if not grown:
                raise shape_mistake(module, inputs, outcome[3], span)
            frontier = list(grown)
            if len(frontier) > MAX_FREE:
                return None
        for shape in frontier:
            if shape is not None:
                found[shape] = None
        return free_of(tuple(found))


def _fits(outcome: Outcome | None) -> TypeGuard[Outcome]:
    return outcome is not None and outcome[0] is not None


def _exactly(outcome: Outcome) -> CostRange:
    return CostRange((outcome[1], outcome[1]), (outcome[2], outcome[2]))


def _values(value: Any) -> tuple[Any, ...] | None:
    return value.values if isinstance(value, Sym) else (value,)


def _open_shape(variables: list[Var], found: dict[int, Shape], tried: Trial) -> Any:
    shapes = distinct(list(found.values()))
    if len(shapes) == 1:
        return shapes[0]
    rows = zip(*(tried.grid.digits(v, found) for v in variables), strict=True)
    table = dict(zip(rows, found.values(), strict=True))
    variables, table = _without_irrelevant(variables, table)
    if len(table) > MAX_TABLE:
        return free_of(shapes)
    return apply(_look_up, Cases(table), *(index_of(v) for v in variables))


def _without_irrelevant(
    variables: list[Var], table: dict[tuple[int, ...], Shape]
) -> tuple[list[Var], dict[tuple[int, ...], Shape]]:
    """The table over the decisions that it really depends on."""
    place = 0
    while place < len(variables):
        smaller: dict[tuple[int, ...], Shape] = {}
        for indices, shape in table.items():
            rest = indices[:place] + indices[place + 1 :]
            if smaller.setdefault(rest, shape) != shape:
                place += 1
                break
        else:
            variables, table = variables[:place] + variables[place + 1 :], smaller
    return variables, table


def _look_up(table: Cases, *indices: int) -> Shape:
    return table.table[indices]  # type: ignore[no-any-return]


_FREE: dict[tuple[Any, ...], Any] = {}


def free_of(values: tuple[Any, ...]) -> Any:
    """Some one of these values, which one is not tracked. The same values give the same Sym."""
    if len(values) == 1:
        return values[0]
    if not values or len(values) > MAX_FREE:
        return None
    key = tuple(sorted(values))
    if key not in _FREE:
        var = Var(f"?{len(_FREE)}", Domain("one", range(len(key))), free=True)
        _FREE[key] = select(index_of(var), dict(enumerate(key)))
    return _FREE[key]


def free_shape(shape: Any) -> Any:
    """A shape without its dependence on decisions: just the values that it may take."""
    if not isinstance(shape, Sym):
        return shape
    return None if shape.values is None else free_of(shape.values)


def free_join(shapes: Sequence[Any]) -> Any:
    """Some one of these shapes, which one is not tracked."""
    if all(s == shapes[0] for s in shapes):
        return shapes[0]
    if any(s is None or (isinstance(s, Sym) and s.values is None) for s in shapes):
        return None
    return free_of(distinct([v for s in shapes for v in _values(s) or ()]))
