"""Which joint assignments of decisions meet the conditions that hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .effort import PURSE
from .grids import Column, Condition, Grid, combinations
from .symbolic import FAILED, MAX_ASSIGNMENTS, Sym, Var, in_order, is_index

_MISSING = object()


class Trial:
    """The joint assignments of some decisions that meet conditions, in lexicographic order.

    points: their numbers in `grid`, whose decisions are those asked for.
    """

    __slots__ = ("grid", "points")

    def __init__(self, grid: Grid, points: Sequence[int]) -> None:
        self.grid, self.points = grid, points

    def __iter__(self) -> Iterator[dict[Var, int]]:
        return map(self.grid.env, self.points)

    def __bool__(self) -> bool:
        return bool(self.points)

    def column(self, value: Any) -> tuple[Column, Sequence[Any]]:
        """What a value is in every assignment: its place (or FAILED) in a list of values."""
        if value.__class__ is not Sym:
            return [0] * len(self.points), (value,)
        if value.values is None:
            found = [self.grid.unlisted(value, p, _MISSING) for p in self.points]
            return [FAILED if v is _MISSING else i for i, v in enumerate(found)], found
        column = self.grid.column(value)
        return [column[p] for p in self.points], value.values


def assignments(
    variables: Sequence[Var], conditions: Sequence[Condition], limit: int = MAX_ASSIGNMENTS
) -> Trial | None:
    """Every joint assignment that meets the conditions, or None if there are too many to try.

    Conditions that also depend on other decisions count as far as the limit allows to try those, too.
    """
    fixed = fixed_by(conditions)
    count = combinations(variables, fixed, limit)
    if count is None:
        return None
    known = set(variables)
    relevant: list[Condition] = []
    others: list[Var] = []
    waiting = [c for c in conditions if not is_index(c[0])]
    grown = True
    while grown:
        grown, left = False, []
        for condition in waiting:
            touched = condition[0].vars
            if touched.isdisjoint(known):
                left.append(condition)
                continue
            more = in_order(touched - known)
            times = combinations(more, fixed, limit // count)
            if times is None:
                continue
            count *= times
            known.update(more)
            others += more
            relevant.append(condition)
            grown = grown or bool(more)
        waiting = left
    grid = Grid([*variables, *others], fixed)
    PURSE.spend(10 + grid.count // 8)
    points: Sequence[int] = range(grid.count)
    for condition in sorted(relevant, key=_listed_first):
        points = grid.meeting(points, condition)
        if not points:
            break
    if not others:
        return Trial(grid, points)
    asked = Grid(variables, fixed)
    behind = grid.count // asked.count if asked.count else 1
    return Trial(asked, list(dict.fromkeys(p // behind for p in points)))


def _listed_first(condition: Condition) -> bool:
    return condition[0].values is None


def connected(variables: frozenset[Var], conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The conditions that bear on these decisions, directly or by way of others."""
    known, waiting = variables, list(conditions)
    found: list[Condition] = []
    while True:
        touching = [c for c in waiting if not c[0].vars.isdisjoint(known)]
        if not touching:
            return tuple(found)
        found += touching
        waiting = [c for c in waiting if c[0].vars.isdisjoint(known)]
        known = known.union(*(c[0].vars for c in touching))


def fixed_by(conditions: Iterable[Condition]) -> dict[Var, int]:
    """The decisions that conditions of the form `index = i` settle."""
    return {key.args[0]: value for key, value in conditions if is_index(key)}


class Known:
    """Requirements that hold in every case, found by the decisions that they are about."""

    def __init__(self, demands: Iterable[Sym]) -> None:
        self.demands: list[Sym] = []
        self._seen: set[Sym] = set()
        self._places: dict[Var, list[int]] = {}
        for demand in demands:
            self.add(demand)

    def add(self, demand: Sym) -> None:
        """One more."""
        if demand not in self._seen:
            self._seen.add(demand)
            for var in demand.vars:
                self._places.setdefault(var, []).append(len(self.demands))
            self.demands.append(demand)

    def all(self) -> list[Condition]:
        """All of them as conditions."""
        return [(demand, True) for demand in self.demands]

    def touching(self, variables: Iterable[Var]) -> list[Sym]:
        """Those about some of the decisions."""
        places = {p for v in variables for p in self._places.get(v, ())}
        return [self.demands[p] for p in sorted(places)]

    def among(self, variables: frozenset[Var], guards: Sequence[Condition]) -> Sequence[Condition]:
        """The guards, and those that bear on the decisions, directly or by way of others or of guards."""
        if not self.demands:
            return guards
        places: set[int] = set()
        seen: set[Var] = set(variables)
        waiting = list(variables)
        for key, _ in guards:
            if key.vars - seen:
                waiting += key.vars - seen
                seen |= key.vars
        while waiting:
            for place in self._places.get(waiting.pop(), ()):
                if place not in places:
                    places.add(place)
                    fresh = self.demands[place].vars - seen
                    seen |= fresh
                    waiting += fresh
        return [*guards, *((self.demands[p], True) for p in sorted(places))]
