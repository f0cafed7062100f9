"""Values that depend on decisions: a Var is one decision, a Sym an expression over some.

While a space is elaborated, a choice is not taken: it yields a Sym, and whatever is computed from it
is a Sym again. `values` lists what a Sym may be (None: too many to list); substituting decisions one
by one folds it to a plain value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from .domains import Domain
from .effort import PURSE

MAX_VALUES = 4096  # possible values of one Sym that are listed
MAX_ASSIGNMENTS = 4096  # joint assignments that are tried one by one


class Var:
    """One decision: its path and its domain. `free` ones stand for a value that is not tracked."""

    __slots__ = ("domain", "free", "path")

    def __init__(self, path: str, domain: Domain, free: bool = False) -> None:
        self.path, self.domain, self.free = path, domain, free

    def __repr__(self) -> str:
        return f"<{self.path}: {self.domain}>"


class Sym:
    """`function(*args)`, where some argument depends on a decision. Equal if built alike."""

    __slots__ = ("_hash", "args", "function", "values", "vars")

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], values: tuple[Any, ...] | None
    ) -> None:
        self.function, self.args, self.values = function, args, values
        found: set[Var] = set()
        for arg in args:
            if isinstance(arg, Sym):
                found |= arg.vars
            elif isinstance(arg, Var):
                found.add(arg)
        self.vars = frozenset(found)
        self._hash = hash((function, args))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Sym)
            and self._hash == other._hash
            and self.function is other.function
            and len(self.args) == len(other.args)
            and all(
                type(a) is type(b) and a == b for a, b in zip(self.args, other.args, strict=True)
            )
        )

    def __repr__(self) -> str:
        return f"Sym({getattr(self.function, '__name__', '?')}, {self.args!r})"


class Cases:
    """A finite map used as an argument of `select`; compares by content."""

    __slots__ = ("table",)

    def __init__(self, table: Mapping[Any, Any]) -> None:
        self.table = dict(table)

    def __hash__(self) -> int:
        return hash(tuple(self.table))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cases) and self.table == other.table


def _index(var: Var) -> int:
    raise TypeError("a decision has no value by itself")


def _select(key: Any, cases: Cases) -> Any:
    return cases.table[key]


def index_of(var: Var) -> Sym:
    """The index that a decision takes in its domain (for a continuous one: the value, unlisted)."""
    size = var.domain.size
    listed = tuple(range(size)) if size is not None and size <= MAX_VALUES else None
    return Sym(_index, (var,), listed)


def select(key: Sym, cases: Mapping[Any, Any]) -> Any:
    """The case of the key's value; folded if all cases agree. Cases may be Syms themselves."""
    results = list(cases.values())
    if all(_same(results[0], r) for r in results[1:]):
        return results[0]
    listed: list[Any] | None = []
    for result in results:
        if isinstance(result, Sym):
            if result.values is None or listed is None:
                listed = None
                break
            listed.extend(result.values)
        else:
            listed.append(result)
    values = None if listed is None else distinct(listed)
    sym = Sym(_select, (key, Cases(cases)), values)
    inner = frozenset().union(*(r.vars for r in results if isinstance(r, Sym)))
    if inner - sym.vars:
        sym.vars = sym.vars | inner
    return sym


def apply(function: Callable[..., Any], *args: Any, failures: list[Exception] | None = None) -> Any:
    """Apply a pure function to arguments of which some may be Syms.

    Combinations of listed values on which the function raises ArithmeticError or LookupError are
    left out of `values` and noted in `failures`: whether they can occur is the caller's question.
    """
    if not any(isinstance(a, Sym) for a in args):
        return function(*args)
    columns: list[tuple[Any, ...]] = []
    count = 1
    for arg in args:
        column = (arg,) if not isinstance(arg, Sym) else arg.values
        if column is None or count * len(column) > MAX_ASSIGNMENTS:
            return Sym(function, args, None)
        count *= len(column)
        columns.append(column)
    listed = []
    PURSE.spend(30 + 2 * count)
    for combination in product(*columns):
        try:
            listed.append(function(*combination))
        except (ArithmeticError, LookupError) as failure:
            if failures is not None:
                failures.append(failure)
    values = distinct(listed)
    if len(values) == 1 and len(listed) == count:
        return values[0]
    return Sym(function, args, values if len(values) <= MAX_VALUES else None)


def evaluate(value: Any, env: Mapping[Var, Any]) -> Any:
    """The plain value under a full assignment of decisions to indices (or floats)."""
    if not isinstance(value, Sym):
        return value
    function, args = value.function, value.args
    if function is _index:
        return env[args[0]]
    if function is _select:
        return evaluate(args[1].table[evaluate(args[0], env)], env)
    return function(*[evaluate(a, env) for a in args])


def substitute(value: Any, var: Var, index: Any) -> Any:
    """The value once a decision is taken: folded where that determines it.

    Raises ArithmeticError or LookupError if the expression has no value then.
    """
    if not isinstance(value, Sym) or var not in value.vars:
        return value
    PURSE.spend(15)
    function, args = value.function, value.args
    if function is _index:
        return index
    if function is _select:
        key = substitute(args[0], var, index)
        table = args[1].table
        if not isinstance(key, Sym):
            return substitute(table[key], var, index)
        possible = key.values if key.values is not None else table
        return select(key, {k: substitute(table[k], var, index) for k in possible if k in table})
    return apply(function, *[substitute(a, var, index) for a in args])


def assignments(
    variables: list[Var], conditions: Sequence[tuple[Sym, Any]], limit: int = MAX_ASSIGNMENTS
) -> Iterator[dict[Var, int]] | None:
    """Every joint assignment that meets the conditions, or None if there are too many to try.

    Conditions that also depend on other decisions count as far as the limit allows to try those, too.
    """
    fixed = fixed_by(conditions)
    count = _combinations(variables, fixed, limit)
    if count is None:
        return None
    known = set(variables)
    relevant: list[tuple[Sym, Any]] = []
    others: list[Var] = []
    waiting = [c for c in conditions if c[0].function is not _index]
    grown = True
    while grown:
        grown, left = False, []
        for condition in waiting:
            touched = condition[0].vars
            if touched.isdisjoint(known):
                left.append(condition)
                continue
            more = sorted(touched - known, key=lambda v: v.path)
            times = _combinations(more, fixed, limit // count)
            if times is None:
                continue
            count *= times
            known.update(more)
            others += more
            relevant.append(condition)
            grown = grown or bool(more)
        waiting = left
    return _assignments(variables, others, fixed, relevant)


def _combinations(variables: Iterable[Var], fixed: Mapping[Var, int], limit: int) -> int | None:
    count = 1
    for var in variables:
        if var in fixed:
            continue
        if var.domain.size is None:
            return None
        count *= var.domain.size
        if count > limit:
            return None
    return count


def _assignments(
    variables: list[Var],
    others: list[Var],
    fixed: Mapping[Var, int],
    conditions: list[tuple[Sym, Any]],
) -> Iterator[dict[Var, int]]:
    def column(var: Var) -> Sequence[int]:
        return (fixed[var],) if var in fixed else range(var.domain.size or 0)

    behind = [column(v) for v in others]
    for indices in product(*(column(v) for v in variables)):
        env = dict(zip(variables, indices, strict=True))
        for more in product(*behind):
            PURSE.spend(3)
            if _meets(
                {**env, **dict(zip(others, more, strict=True))} if others else env, conditions
            ):
                yield env
                break


def _meets(env: Mapping[Var, int], conditions: list[tuple[Sym, Any]]) -> bool:
    try:
        return all(_same(evaluate(sym, env), wanted) for sym, wanted in conditions)
    except (ArithmeticError, LookupError):
        return False


def connected(
    variables: frozenset[Var], conditions: Sequence[tuple[Sym, Any]]
) -> tuple[tuple[Sym, Any], ...]:
    """The conditions that bear on these decisions, directly or by way of others."""
    known, found, waiting = variables, [], list(conditions)
    while True:
        touching = [c for c in waiting if not c[0].vars.isdisjoint(known)]
        if not touching:
            return tuple(found)
        found += touching
        waiting = [c for c in waiting if c[0].vars.isdisjoint(known)]
        known = known.union(*(c[0].vars for c in touching))


def fixed_by(conditions: Iterable[tuple[Sym, Any]]) -> dict[Var, int]:
    """The decisions that conditions of the form `index = i` settle."""
    return {key.args[0]: value for key, value in conditions if key.function is _index}


def distinct(values: list[Any]) -> tuple[Any, ...]:
    """The different values, in order of first appearance (1, 1.0 and true are different)."""
    seen: dict[Any, None] = {}
    for value in values:
        seen.setdefault((value.__class__, value))
    return tuple(key[1] for key in seen)


def _same(a: Any, b: Any) -> bool:
    return a is b or (a.__class__ is b.__class__ and bool(a == b))
