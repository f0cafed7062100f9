"""Joint values of expressions over decisions: tried together only as far as they hang together.

Expressions are split into groups without common decisions. The joint assignments of a group that are
few enough are tried one by one: its rows are then exactly what its expressions can be together. Else
every expression has a column of its own with the values that it may have; some may never occur together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from .grids import Condition
from .symbolic import (
    FAILED,
    MAX_ASSIGNMENTS,
    Cases,
    Sym,
    Var,
    apply,
    evaluate,
    in_order,
    index_of,
    is_index,
    select,
    substitute,
)
from .trials import Trial, assignments

MAX_OPTIONS = 64  # options of a decision that are looked through for those that a condition leaves
MAX_TABLE = 256  # assignments that a table of values lists

Indices = tuple[int, ...]


class Column:
    """What the operands at some places may be together: rows of values.

    table: if the rows are exact, the number of the row for each assignment of `variables`.
    """

    __slots__ = ("places", "rows", "sym", "table", "variables")

    def __init__(
        self, places: tuple[int, ...], rows: list[tuple[Any, ...]], sym: Sym | None,
        variables: Sequence[Var] = (), table: dict[Indices, int] | None = None,
    ) -> None:  # fmt: skip
        self.places, self.rows, self.sym = places, rows, sym
        self.variables, self.table = tuple(variables), table

    @property
    def exact(self) -> bool:
        return self.table is not None

    @property
    def free(self) -> bool:
        """Whether a row may never occur, for all that is known."""
        return self.table is None or any(v.free for v in self.variables)

    def example(self, number: int) -> dict[Var, int]:
        """Decisions that lead to a row."""
        for indices, row in (self.table or {}).items():
            if row == number:
                return dict(zip(self.variables, indices, strict=True))
        return {}

    def values(self, results: Mapping[int, Any]) -> Any:
        """The open value that is `results[n]` in row n; None if it cannot be written down."""
        if self.table is not None:
            found = {i: results[n] for i, n in self.table.items() if n in results}
            value = open_value(self.variables, found)
            if value is not None:
                return value
        if self.sym is None:
            return None
        if all(self.rows[n][0] == shape for n, shape in results.items()):
            return self.sym
        return select(self.sym, {self.rows[n][0]: shape for n, shape in results.items()})


def forced(conditions: Sequence[Condition]) -> dict[Var, int]:
    """The decisions to which a condition leaves only one option."""
    fixed: dict[Var, int] = {}
    for key, wanted in conditions:
        if len(key.vars) == 1:
            (var,) = key.vars
            left = _options(var, key, wanted)
            if len(left) == 1:
                fixed[var] = left[0]
    return fixed


def settled(
    operands: Sequence[Any], conditions: Sequence[Condition]
) -> tuple[list[Any], list[Condition]]:
    """Operands and conditions once forced decisions are taken."""
    fixed = forced(conditions)
    if not fixed:
        return list(operands), list(conditions)
    out, narrower = list(operands), [c for c in conditions if not c[0].vars <= fixed.keys()]
    for var, index in fixed.items():
        out = [_taken(v, var, index) for v in out]
        narrower = [(_taken(key, var, index), wanted) for key, wanted in narrower]
    return out, [c for c in narrower if isinstance(c[0], Sym)]


def _taken(value: Any, var: Var, index: int) -> Any:
    """A value once a decision is taken; the same if it then has none."""
    try:
        return substitute(value, var, index)
    except (ArithmeticError, LookupError):
        return value


def _options(var: Var, key: Sym, wanted: Any) -> list[int]:
    """The options of a decision under which the key has a value, two at most."""
    if is_index(key):
        return [wanted]
    size = var.size
    left: list[int] = []
    if size is None or size > MAX_OPTIONS:
        return [0, 0]
    for index in range(size):
        try:
            if evaluate(key, {var: index}) == wanted:
                left.append(index)
        except (ArithmeticError, LookupError):
            continue
        if len(left) == 2:
            break
    return left


def columns(operands: Sequence[Any], conditions: Sequence[Condition]) -> list[Column] | None:
    """The columns of the open ones among the operands; None if one has too many values to list."""
    out: list[Column] = []
    for places in _groups(operands, conditions):
        found = frozenset().union(*(operands[p].vars for p in places))
        variables = in_order(found)
        tried = assignments(variables, conditions)
        if tried is not None:
            out.append(_together(operands, places, variables, tried))
            continue
        for place in places:
            values = operands[place].values
            if values is None:
                return None
            out.append(Column((place,), [(v,) for v in values], operands[place]))
    return out


def _together(
    operands: Sequence[Any], places: tuple[int, ...], variables: list[Var], tried: Trial
) -> Column:
    rows: dict[tuple[int, ...], int] = {}
    table: dict[Indices, int] = {}
    found = [tried.column(operands[p]) for p in places]
    digits = [tried.grid.digits(v, tried.points) for v in variables]
    indices = zip(*digits, strict=True)
    for assignment, row in zip(
        indices, zip(*(codes for codes, _ in found), strict=True), strict=True
    ):
        if FAILED not in row:
            table[assignment] = rows.setdefault(row, len(rows))
    kinds = [values for _, values in found]
    values = [tuple([k[c] for c, k in zip(row, kinds, strict=True)]) for row in rows]
    sym = operands[places[0]] if len(places) == 1 else None
    return Column(places, values, sym, variables, table)


def _groups(operands: Sequence[Any], conditions: Sequence[Condition]) -> list[tuple[int, ...]]:
    """The places of open operands, those with common decisions together.

    Conditions that tie decisions of several groups join these as long as they can be tried together.
    """
    groups: list[tuple[list[int], frozenset[Var]]] = []

    def merge(places: list[int], touched: frozenset[Var], bound: bool) -> None:
        hit = [g for g in groups if not g[1].isdisjoint(touched)]
        if bound and (len(hit) < 2 or _count(touched.union(*(g[1] for g in hit))) is None):
            return
        for group in hit:
            groups.remove(group)
            places, touched = group[0] + places, touched | group[1]
        groups.append((places, touched))

    for place, operand in enumerate(operands):
        if isinstance(operand, Sym):
            merge([place], operand.vars, bound=False)
    for key, _ in conditions:
        merge([], key.vars, bound=True)
    return [tuple(sorted(places)) for places, _ in groups if places]


def _count(variables: frozenset[Var]) -> int | None:
    sizes = [v.size for v in variables]
    count = prod(s or MAX_ASSIGNMENTS + 1 for s in sizes)
    return count if count <= MAX_ASSIGNMENTS else None


def open_value(variables: Sequence[Var], table: dict[Indices, Any]) -> Any:
    """The open value with this table, over the decisions it depends on; None if there are too many.

    The same function of decisions gives the same value.
    """
    found = list(table.values())
    if all(v == found[0] and v.__class__ is found[0].__class__ for v in found):
        return found[0]
    variables, table = without_irrelevant(tuple(variables), table)
    if len(table) > MAX_TABLE:
        return None
    if prod(v.size or 0 for v in variables) > MAX_ASSIGNMENTS:
        return None
    return apply(_look_up, Cases(table), *(index_of(v) for v in variables))


def without_irrelevant(
    names: tuple[Any, ...], table: dict[Indices, Any]
) -> tuple[tuple[Any, ...], dict[Indices, Any]]:
    """The table over the columns that it really depends on."""
    place = 0
    while place < len(names):
        smaller: dict[Indices, Any] = {}
        for indices, value in table.items():
            rest = indices[:place] + indices[place + 1 :]
            if smaller.setdefault(rest, value) != value:
                place += 1
                break
        else:
            names, table = names[:place] + names[place + 1 :], smaller
    return names, table


def joint_value(found: Sequence[Column], results: dict[Indices, Any]) -> Any:
    """The open value that is `results[n1, n2, …]` in rows n1, n2, … of the columns; None if too large."""
    used, table = without_irrelevant(tuple(found), results)
    if not used:
        return next(iter(table.values()))
    if len(used) == 1:
        return used[0].values({n: value for (n,), value in table.items()})
    if any(c.free for c in used) or prod(len(c.table or ()) for c in used) > MAX_ASSIGNMENTS:
        return None
    flat: dict[Indices, Any] = {(): ()}
    for column in used:
        flat = {
            (*indices, *more): (*rows, n)
            for indices, rows in flat.items() for more, n in (column.table or {}).items()
        }  # fmt: skip
    order = [v for c in used for v in c.variables]
    ranks = sorted(range(len(order)), key=lambda i: order[i].place)
    named = {tuple(i[r] for r in ranks): table[rows] for i, rows in flat.items() if rows in table}
    return open_value([order[r] for r in ranks], named)


def by_size(found: Sequence[Column], results: dict[Indices, Any]) -> Any:
    """A shape, each size with the decisions that it depends on; None if one has too many."""
    shapes = list(results.values())
    kind, rank = shapes[0].__class__, len(shapes[0])
    if kind is not tuple or any(s.__class__ is not kind or len(s) != rank for s in shapes):
        return None
    sizes = [joint_value(found, {n: s[i] for n, s in results.items()}) for i in range(rank)]
    return None if None in sizes else apply(_shape_of, *sizes)


def _shape_of(*sizes: int) -> tuple[int, ...]:
    return sizes


def _look_up(table: Cases, *indices: int) -> Any:
    return table.table[indices]
