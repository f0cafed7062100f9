"""Shape rules over all choices.

Where the inputs of an operator depend on decisions, its rule is tried on every joint value that they
may have: exactly where these are few enough (nasdsl.columns), else on combinations some of which may
not occur. Then only a mistake in all of them is certain, and one in some of them is counted as unproven.
What a shape depends on is kept as far as it can be tabulated; past that only its values are, and past
MAX_FREE of them only their bounds (nasdsl.boxes).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Any

from .bounds import FREE, CostRange
from .boxes import EQUAL, Box, Outcome, hull, measure, sizes, unmeasured
from .columns import Column, by_size, columns, forced, joint_value, open_value, settled
from .diagnostics import NasError
from .grids import Condition
from .ops.table import TABLE
from .spans import Span
from .specialize import shape_mistake
from .symbolic import MAX_ASSIGNMENTS, Sym, Var, in_order, select
from .trials import assignments, connected
from .untracked import ABSENT, Untracked, bounds_of
from .values import POISON, UNKNOWN, OpModule

MAX_TIDY = 1024  # assignments that are tried to find out on what a shape depends
MAX_TABLES = 100  # lists of outcomes that are remembered
MAX_SUBSETS = 256  # ways in which some tensors of a list may be there

Guards = tuple[Condition, ...]
Bearing = Callable[[frozenset[Var]], Guards]
Measured = tuple[Any, CostRange]  # a shape and a cost


class Unreachable(Exception):
    """No assignment of the decisions leads here."""


class Misfit(Exception):
    """Shapes that an operator does not accept, why, and decisions that lead there."""

    def __init__(
        self, shapes: tuple[Any, ...], why: str, env: dict[Var, int] | None = None
    ) -> None:
        super().__init__(why)
        self.shapes, self.why, self.env = shapes, why, env or {}


class ShapeRule(Untracked):
    """Applies operators to shapes; remembers what it has tried."""

    def __init__(self) -> None:
        super().__init__()
        self.memo: dict[Any, Outcome] = {}
        self.tables: dict[Any, list[Outcome | None]] = {}
        self.open: dict[Any, Measured] = {}
        self.known: dict[Sym, Any] = {}
        self.doubts: dict[Span | None, int] = {}  # operators not proven to fit always: how often

    def __call__(
        self, module: OpModule, shapes: tuple[Any, ...], bearing: Bearing, span: Span | None
    ) -> Measured:
        """The output shape and the cost. Raises NasError if some reachable case does not fit.

        `bearing` gives the conditions of the present case that bear on decisions.
        """
        attrs = tuple(module.attrs.items())
        if any(s is None for s in shapes) or any(v is UNKNOWN or v is POISON for _, v in attrs):
            return None, unmeasured(module.op)
        shapes = tuple([self.tidy(s) for s in shapes])
        return self._apply(module, shapes, bearing, span)

    def doubt(self, module: OpModule, unproven: bool) -> None:
        """Note that an operator may not fit in combinations that could not be told apart."""
        if unproven:
            self.doubts[module.span] = self.doubts.get(module.span, 0) + 1

    def _apply(
        self, module: OpModule, shapes: tuple[Any, ...], bearing: Bearing, span: Span | None,
        keep_absent: bool = False,
    ) -> Measured:  # fmt: skip
        attrs = tuple(module.attrs.items())
        if not any(isinstance(s, Sym) for s in (*shapes, *module.attrs.values())):
            outcome = self._try(module, shapes, attrs)
            if outcome.error:
                raise _mistake(module, Misfit(shapes, outcome.error), {}, span)
            self.doubt(module, not outcome.sure)
            return outcome.shape, outcome.cost
        touching = bearing(_decisions((*shapes, *module.attrs.values())))
        operands, narrower = settled((*shapes, *module.attrs.values()), touching)
        relevant = connected(_decisions(operands), narrower)
        key = (module.op, tuple(operands), tuple(map(type, operands)), relevant, keep_absent)
        known = self.open.get(key)
        if known is None:
            try:
                known = self._open(module, operands, len(shapes), relevant, span, keep_absent)
            except Misfit as misfit:
                open_now = _decisions((*shapes, *module.attrs.values()))
                env = {v: i for v, i in forced(touching).items() if v in open_now} | misfit.env
                raise _mistake(module, misfit, env, span) from None
            self.open[key] = known
        return known

    def _try(self, module: OpModule, shapes: tuple[Any, ...], attrs: tuple[Any, ...]) -> Outcome:
        key = (module.op, shapes, tuple(map(type, shapes)), attrs)
        found = self.memo.get(key)
        if found is None:
            found = self.memo[key] = measure(module.op, shapes, attrs)
        return found

    def _open(
        self, module: OpModule, operands: list[Any], arity: int, guards: Guards,
        span: Span | None, keep_absent: bool,
    ) -> Measured:  # fmt: skip
        found = columns(operands, guards)
        if found is not None and _count(found) > MAX_ASSIGNMENTS:
            if arity > 2 and _associative(module):
                return self._fold(module, tuple(operands[:arity]), guards, span), FREE
            operands, found = _widened(operands, arity, guards)
        if found is None:
            self.doubt(module, True)
            return None, unmeasured(module.op)
        return self._by_rows(module, operands, arity, found, keep_absent)

    def _by_rows(
        self, module: OpModule, operands: list[Any], arity: int, found: list[Column],
        keep_absent: bool,
    ) -> Measured:  # fmt: skip
        """The operator on every combination of rows. Raises Misfit."""
        inputs = tuple(operands[:arity])
        outcomes = self._outcomes(module, operands, arity, found)
        numbers = list(product(*(range(len(c.rows)) for c in found)))
        results = {
            n: ABSENT if o is None else o.shape
            for n, o in zip(numbers, outcomes, strict=True)
            if (keep_absent if o is None else not o.error)
        }
        seen = {id(o): o for o in outcomes if o is not None}.values()
        sure = all(o.sure for o in seen)
        failed = next((o for o in seen if o.error), None)
        if failed is not None:
            if not any(c.free for c in found) or not results:
                place = outcomes.index(failed)
                plain = _filled(operands, found, numbers[place])[:arity]
                shapes = tuple([s for s in plain if s is not ABSENT])
                raise Misfit(shapes, failed.error, _example(found, numbers[place]))
            sure = False
        self.doubt(module, not sure)
        if not results:
            raise Unreachable
        alike = inputs if module.op.name in EQUAL and _associative(module) else ()
        cost = CostRange.either([o.cost for o in seen if not o.error])
        return self._result(found, results, alike), cost

    def _outcomes(
        self, module: OpModule, operands: list[Any], arity: int, found: list[Column]
    ) -> list[Outcome | None]:
        """What the operator makes of every combination of rows; None where no operand is there."""
        names = list(module.attrs)
        fixed = _filled(operands, found, None)
        rows = tuple((c.places, *((*row, *map(type, row)) for row in c.rows)) for c in found)
        key = module.op, tuple(names), arity, tuple(fixed), tuple(map(type, fixed)), rows
        outcomes = self.tables.get(key)
        if outcomes is None:
            if len(self.tables) >= MAX_TABLES:
                self.tables.clear()
            outcomes = self.tables[key] = []
            for numbers in product(*(range(len(c.rows)) for c in found)):
                full = _filled(fixed, found, numbers)
                plain = tuple([s for s in full[:arity] if s is not ABSENT])
                there = bool(plain) or not arity
                attrs = tuple(zip(names, full[arity:], strict=True))
                outcomes.append(self._try(module, plain, attrs) if there else None)
        return outcomes

    def _result(
        self, found: list[Column], results: dict[tuple[int, ...], Any], alike: tuple[Any, ...]
    ) -> Any:
        """The output in all cases; any of the inputs that are `alike`, if it is always there."""
        there = [s for s in alike if not isinstance(s, Box) and not _may_be_absent(s)]
        for shape in there:
            if not isinstance(shape, Sym):
                return shape
        shapes = list(results.values())
        if any(s is None for s in shapes):
            return None
        if any(isinstance(s, Box) for s in shapes):
            return hull([s for s in shapes if s is not ABSENT])
        shape = joint_value(found, results)
        if shape is None and not any(c.free for c in found):
            shape = by_size(found, results)
        if shape is None and there:
            return min(there, key=lambda s: len(s.vars))
        return self.free_of(shapes) if shape is None else shape

    # -------------------------------------------------------------- combining operators

    def _fold(
        self, module: OpModule, shapes: tuple[Any, ...], guards: Guards, span: Span | None
    ) -> Any:
        """A combining operator, which is associative, on two shapes at a time."""

        def bearing(variables: frozenset[Var]) -> Guards:
            return connected(variables, guards)

        joined = shapes[0]
        for i, shape in enumerate(shapes[1:], 2):
            last = i == len(shapes)
            joined = self._apply(module, (joined, shape), bearing, span, not last)[0]
            if joined is None:
                return None
            joined = self.tidy(joined)
        return joined

    def optional(
        self, module: OpModule, sure: Sequence[Any], maybe: Sequence[tuple[Any, Any]],
        bearing: Bearing, span: Span | None,
    ) -> Measured:  # fmt: skip
        """A combining operator on shapes of which some may be absent: (whether it is there, shape)."""
        sure = [self.tidy(s) for s in sure]
        maybe = [(held, self.tidy(s)) for held, s in maybe]
        if None in sure or any(s is None for _, s in maybe):
            return None, unmeasured(module.op)
        boxed = any(isinstance(s, Box) for s in (*sure, *(s for _, s in maybe)))
        open_bits = sum(not isinstance(held, Sym) for held, _ in maybe)
        if not boxed and 2**open_bits <= MAX_SUBSETS:
            tracked = [
                select(held if isinstance(held, Sym) else self.bit(), {True: s, False: ABSENT})
                for held, s in maybe
            ]
            operands = (*sure, *tracked)
            found = columns(*settled(operands, bearing(_decisions(operands))))
            few = found is not None and _count(found) <= MAX_ASSIGNMENTS
            if few or (module.op.name in EQUAL and _associative(module)):
                return self._apply(module, operands, bearing, span)
        guards = bearing(_decisions([held for held, _ in maybe]))
        return self._of_subsets(module, sure, maybe, guards, span)

    def _of_subsets(
        self, module: OpModule, sure: Sequence[Any], maybe: Sequence[tuple[Any, Any]],
        guards: Guards, span: Span | None,
    ) -> Measured:  # fmt: skip
        """Which tensors are there is tried out, but their shapes are only bounded."""
        always = tuple([bounds_of(s) for s in sure])
        others = [bounds_of(s) for _, s in maybe]
        if None in always or None in others:
            return None, unmeasured(module.op)
        subsets, exact = self._subsets([held for held, _ in maybe], bool(sure), guards)
        attrs = tuple(module.attrs.items())
        found: list[Outcome] = []
        failure: Misfit | None = None
        for subset in subsets:
            present = always + tuple([o for o, there in zip(others, subset, strict=True) if there])
            if not present:
                continue
            outcome = self._try(module, present, attrs)
            if outcome.error:
                failure = failure or Misfit(present, outcome.error)
            else:
                found.append(outcome)
        if not found:
            if failure is None:
                raise Unreachable
            raise _mistake(module, failure, {}, span)
        self.doubt(module, failure is not None or not all(o.sure for o in found))
        if any(o.shape is None for o in found):
            return None, unmeasured(module.op)
        cost = CostRange.either([o.cost for o in found])
        if any(isinstance(o.shape, Box) for o in found) or not exact:
            return hull([o.shape for o in found]), cost
        return self.free_of([o.shape for o in found]), cost

    def _subsets(
        self, held: list[Any], any_sure: bool, guards: Guards
    ) -> tuple[list[tuple[bool, ...]], bool]:
        """Which may be there together, and whether these are all (else the fewest and the most)."""
        if all(isinstance(h, Sym) for h in held):
            held, conditions = settled(held, guards)
            found = columns(held, conditions)
            if found is not None and _count(found) <= MAX_ASSIGNMENTS:
                rows = dict.fromkeys(_rows(held, found))
                return list(rows), True
        count = len(held)
        if 2**count <= MAX_SUBSETS:
            return list(product((False, True), repeat=count)), True
        few = [(False,) * count] if any_sure else [
            tuple(i == j for j in range(count)) for i in range(count)
        ]  # fmt: skip
        return [*few, (True,) * count], False

    # -------------------------------------------------------------- what shapes depend on

    def tidy(self, shape: Any) -> Any:
        """The same open shape as a table over the decisions that it really depends on."""
        if not isinstance(shape, Sym):
            return shape
        if shape in self.known:
            return self.known[shape]
        variables = in_order(shape.vars)
        found = shape
        if assignments(variables, (), MAX_TIDY) is not None:
            (column,) = columns((shape,), ())  # type: ignore[misc]  # one shape, one column
            if column.rows:
                values = {n: row[0] for n, row in enumerate(column.rows)}
                found = open_value(
                    column.variables, {i: values[n] for i, n in (column.table or {}).items()}
                )
                found = shape if found is None else found
        self.known[shape] = found
        return found

    def joined(self, key: Sym, shapes: dict[Any, Any]) -> Any:
        """The shape in each case of a key."""
        if any(s is None for s in shapes.values()):
            return None
        if any(isinstance(s, Box) for s in shapes.values()):
            return hull([bounds_of(s) for s in shapes.values()])
        return self.tidy(select(key, shapes))


def _filled(
    operands: Sequence[Any], found: Sequence[Column], numbers: Sequence[int] | None
) -> list[Any]:
    """The operands with what they are in these rows of the columns, or without what is open."""
    full = list(operands)
    for i, column in enumerate(found):
        row = (None,) * len(column.places) if numbers is None else column.rows[numbers[i]]
        for place, value in zip(column.places, row, strict=True):
            full[place] = value
    return full


def _decisions(values: Sequence[Any]) -> frozenset[Var]:
    return frozenset().union(*(v.vars for v in values if isinstance(v, Sym)))


def _may_be_absent(shape: Any) -> bool:
    return isinstance(shape, Sym) and (shape.values is None or ABSENT in shape.values)


def _associative(module: OpModule) -> bool:
    op = module.op
    return op.arity is None and TABLE.get(op.name) is op


def _count(found: Sequence[Column]) -> int:
    return prod(len(c.rows) for c in found)


def _widened(
    operands: list[Any], arity: int, guards: Guards
) -> tuple[list[Any], list[Column] | None]:
    """Bounds in place of open shapes, until the combinations are few enough to be tried."""
    operands = list(operands)
    for place in sorted(
        (p for p in range(arity) if isinstance(operands[p], Sym)),
        key=lambda p: -len(operands[p].values or ()),
    ):
        values = operands[place].values
        box = None if values is None or ABSENT in values else hull(values)
        if box is None:
            return operands, None
        operands[place] = box
        narrower = columns(operands, guards)
        if narrower is not None and _count(narrower) <= MAX_ASSIGNMENTS:
            return operands, narrower
    return operands, None


def _rows(held: list[Any], found: Sequence[Column]) -> list[tuple[bool, ...]]:
    out = []
    for rows in product(*(c.rows for c in found)):
        bits = list(held)
        for column, row in zip(found, rows, strict=True):
            for place, value in zip(column.places, row, strict=True):
                bits[place] = value
        out.append(tuple(bits))
    return out


def _example(found: Sequence[Column], numbers: tuple[int, ...]) -> dict[Var, int]:
    env: dict[Var, int] = {}
    for column, number in zip(found, numbers, strict=True):
        env.update(column.example(number))
    return env


def _mistake(module: OpModule, misfit: Misfit, env: dict[Var, int], span: Span | None) -> NasError:
    from .cases import witness

    found = {v: env[v] for v in in_order(env)}
    shapes = [sizes(s) for s in misfit.shapes]
    return shape_mistake(module, shapes, misfit.why, span, witness(found))
