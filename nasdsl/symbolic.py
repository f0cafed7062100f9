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
HEAVY = 64  # weight past which the parts of an expression that stand in it twice are looked for


class Var:
    """One decision: its path and its domain. `free` ones stand for a value that is not tracked."""

    __slots__ = ("domain", "free", "path")

    def __init__(self, path: str, domain: Domain, free: bool = False) -> None:
        self.path, self.domain, self.free = path, domain, free

    def __repr__(self) -> str:
        return f"<{self.path}: {self.domain}>"


class Sym:
    """`function(*args)`, where some argument depends on a decision. Equal if built alike.

    weight: its size written out as a tree; parts are shared, so it may be astronomic.
    partial: it may have no value in some case, so it is to be evaluated only where it is needed.
    """

    __slots__ = ("_hash", "args", "function", "partial", "values", "vars", "weight")
    vars: frozenset[Var]
    weight: int
    partial: bool

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], values: tuple[Any, ...] | None
    ) -> None:
        self.function, self.args, self.values = function, args, values
        found: set[Var] = set()
        weight, partial = 1, False
        for arg in args:
            if isinstance(arg, Sym):
                found |= arg.vars
                weight += arg.weight
                partial = partial or arg.partial
            elif isinstance(arg, Var):
                found.add(arg)
        self.vars, self.weight, self.partial = frozenset(found), weight, partial
        self._hash = hash((function, args))

    @property
    def first(self) -> Any:
        """One of the values, to tell their kind; None if they are not listed."""
        return self.values[0] if self.values else None

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Sym) or self._hash != other._hash:
            return False
        return _alike(self, other, set() if self.weight > HEAVY else None)

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", "?")
        return f"<{name} of {len(self.vars)} decisions>"  # written out, it may be astronomic


def _alike(a: Any, b: Any, seen: set[tuple[int, int]] | None) -> bool:
    """Whether two arguments are equal; `seen` holds the pairs that have been compared."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, Cases):
        keys = a.table.keys()
        return keys == b.table.keys() and all(_alike(a.table[k], b.table[k], seen) for k in keys)
    if not isinstance(a, Sym):
        return bool(a == b)
    pair = (id(a), id(b))
    if seen is not None:
        if pair in seen:
            return True  # or the whole comparison has failed already
        seen.add(pair)
    return (
        a._hash == b._hash
        and a.function is b.function
        and len(a.args) == len(b.args)
        and all(_alike(x, y, seen) for x, y in zip(a.args, b.args, strict=True))
    )


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
    listed = [r.values if isinstance(r, Sym) else (r,) for r in results]
    known = [v for values in listed if values is not None for v in values]
    values = None if None in listed else distinct(known)
    sym = Sym(_select, (key, Cases(cases)), values)
    syms = [r for r in results if isinstance(r, Sym)]
    inner = frozenset().union(*(r.vars for r in syms))
    if inner - sym.vars:
        sym.vars = sym.vars | inner
    sym.weight += max((r.weight for r in syms), default=0)
    sym.partial = sym.partial or any(r.partial for r in syms) or len(cases) < len(key.values or ())
    return sym


def only_if(guard: Any, value: Any, otherwise: Any) -> Any:
    """The value where the guard (open or not) holds: it need not have one elsewhere."""
    if not isinstance(guard, Sym):
        return value if guard else otherwise
    return select(guard, {True: value, False: otherwise})


def is_partial(value: Any) -> bool:
    """Whether there may be cases in which this has no value."""
    return isinstance(value, Sym) and value.partial


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
            unlisted = Sym(function, args, (True, False) if _is_test(function) else None)
            unlisted.partial = True
            return unlisted
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
    found = Sym(function, args, values if len(values) <= MAX_VALUES else None)
    found.partial = found.partial or len(listed) < count
    return found


def _is_test(function: Callable[..., Any]) -> bool:
    """Whether a function gives a truth value, by its annotation."""
    return getattr(function, "__annotations__", {}).get("return") == "bool"


def weigh(values: Iterable[Any]) -> int:
    """About how long it takes to evaluate these once, in microseconds."""
    return sum(min(v.weight, 10 * HEAVY) for v in values if isinstance(v, Sym)) // 2


def evaluate(value: Any, env: Mapping[Var, Any]) -> Any:
    """The plain value under a full assignment of decisions to indices (or floats)."""
    if not isinstance(value, Sym):
        return value
    if value.weight > HEAVY:
        return _evaluate_once(value, env, {})
    function, args = value.function, value.args
    if function is _index:
        return env[args[0]]
    if function is _select:
        return evaluate(args[1].table[evaluate(args[0], env)], env)
    return function(*[evaluate(a, env) for a in args])


def _evaluate_once(value: Any, env: Mapping[Var, Any], known: dict[int, Any]) -> Any:
    """As `evaluate`, each shared part once."""
    if not isinstance(value, Sym):
        return value
    if id(value) in known:
        return known[id(value)]
    function, args = value.function, value.args
    if function is _index:
        found = env[args[0]]
    elif function is _select:
        key = _evaluate_once(args[0], env, known)
        found = _evaluate_once(args[1].table[key], env, known)
    else:
        found = function(*[_evaluate_once(a, env, known) for a in args])
    known[id(value)] = found
    return found


def substitute(value: Any, var: Var, index: Any) -> Any:
    """The value once a decision is taken: folded where that determines it.

    Raises ArithmeticError or LookupError if the expression has no value then.
    """
    if not isinstance(value, Sym) or var not in value.vars:
        return value
    return _substitute(value, var, index, {} if value.weight > HEAVY else None)


def _substitute(value: Any, var: Var, index: Any, known: dict[int, Any] | None) -> Any:
    """As `substitute`; with `known`, each shared part once."""
    if not isinstance(value, Sym) or var not in value.vars:
        return value
    if known is not None and id(value) in known:
        return known[id(value)]
    PURSE.spend(15)
    function, args = value.function, value.args
    if function is _index:
        return index
    if function is _select:
        found = _substitute_select(args[0], args[1].table, var, index, known)
    else:
        found = apply(function, *[_substitute(a, var, index, known) for a in args])
    if known is not None:
        known[id(value)] = found
    return found


def _substitute_select(
    by: Sym, table: Mapping[Any, Any], var: Var, index: Any, known: dict[int, Any] | None
) -> Any:
    key = _substitute(by, var, index, known)
    if not isinstance(key, Sym):
        return _substitute(table[key], var, index, known)
    possible = key.values if key.values is not None else table
    return select(
        key, {k: _substitute(table[k], var, index, known) for k in possible if k in table}
    )


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
    effort = 3 + weigh(sym for sym, _ in conditions)
    for indices in product(*(column(v) for v in variables)):
        env = dict(zip(variables, indices, strict=True))
        for more in product(*behind):
            PURSE.spend(effort)
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
    known, waiting = variables, list(conditions)
    found: list[tuple[Sym, Any]] = []
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
