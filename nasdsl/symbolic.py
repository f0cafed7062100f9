"""Values that depend on decisions: a Var is one decision, a Sym an expression over some.

While a space is elaborated, a choice is not taken: it yields a Sym, and whatever is computed from it
is a Sym again. `values` lists what a Sym may be (None: too many to list); substituting decisions one
by one folds it to a plain value. Syms that are built alike are one object, and what a decision makes
of a Sym is worked out once: many cases look at the same few expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from operator import attrgetter
from typing import Any

from .domains import Domain
from .effort import PURSE

MAX_VALUES = 4096  # possible values of one Sym that are listed
MAX_ASSIGNMENTS = 4096  # joint assignments that are tried one by one
FAILED = -1  # in place of a code, where a function has no value
MAX_WEIGHT = 640  # up to which the size of an expression counts as the time it takes
MANY: tuple[int, ...] = ()  # in place of codes


class Var:
    """One decision: its path, its domain and how many options that has (None: a real number).

    `free` ones stand for a value that is not tracked. place: where it stands in the order of decisions;
    picks of different lengths have one path. role: "input" if it picks among tensors, "count" if it
    says how often something is repeated.
    """

    __slots__ = ("domain", "free", "path", "place", "role", "size")

    def __init__(self, path: str, domain: Domain, free: bool = False) -> None:
        self.path, self.domain, self.free, self.size = path, domain, free, domain.size
        self.place = path, domain.size or 0
        self.role = ""

    def __repr__(self) -> str:
        return f"<{self.path}: {self.domain}>"


_place = attrgetter("place")


def in_order(variables: Iterable[Var]) -> list[Var]:
    """Decisions in their order."""
    return sorted(variables, key=_place)


class Sym:
    """`function(*args)`, where some argument depends on a decision; made by the functions below.

    codes: if the values are listed, the position in `values` (or FAILED) for each combination of the
    arguments' values, the last argument varying fastest; MANY if there are too many of those, but the
    values are known nevertheless. table: see nasdsl.grids.
    weight: its size written out as a tree; parts are shared, so it may be astronomic.
    partial: it may have no value in some case, so it is to be evaluated only where it is needed.
    """

    __slots__ = (
        "_members", "args", "codes", "function", "item", "partial", "table", "values", "vars", "weight",
    )  # fmt: skip

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        values: tuple[Any, ...] | None,
        codes: Sequence[int] | None = None,
    ) -> None:
        self.function, self.args, self.values, self.codes = function, args, values, codes
        self.table: Any = None
        self.item: Any = None  # the demand for it, once made
        self._members: frozenset[Any] | None = None
        held = [a for a in args if a.__class__ is Sym]
        if len(held) == 1:
            self.vars: frozenset[Var] = held[0].vars
            self.weight: int = 1 + held[0].weight
            self.partial: bool = held[0].partial
        else:
            inner = [a.vars for a in held]
            self.vars = frozenset().union(*inner, (a for a in args if a.__class__ is Var))
            self.weight = 1 + sum([a.weight for a in held])
            self.partial = any(a.partial for a in held)

    @property
    def first(self) -> Any:
        """One of the values, to tell their kind; None if they are not listed."""
        return self.values[0] if self.values else None

    @property
    def members(self) -> frozenset[Any]:
        """The listed values as a set."""
        if self._members is None:
            self._members = frozenset(self.values or ())
        return self._members

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", "?")
        return f"<{name} of {len(self.vars)} decisions>"  # written out, it may be astronomic


class Cases:
    """A finite map used as an argument of `select`; compares by content."""

    __slots__ = ("_hash", "_key", "table")

    def __init__(self, table: Mapping[Any, Any]) -> None:
        self.table = dict(table)
        values = tuple(self.table.values())
        self._key = tuple(self.table), (*map(type, self.table),), (*map(typed, values),)
        self._hash = hash(self._key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Cases) and self._hash == other._hash and self._key == other._key
        )  # fmt: skip


# Functions that have a short way: from the arguments of `apply` to its result, or None.
RULES: dict[Callable[..., Any], Callable[..., Any]] = {}

Failures = tuple[Exception, ...]
_MADE: dict[Any, tuple[Any, Failures]] = {}  # by function and arguments: the result, what failed
_TAKEN: dict[tuple[Sym, Var, Any], Any] = {}  # by Sym, decision and option: what is left


def forget() -> None:
    """Drop what has been worked out: the Syms made so far will not be equal to later ones."""
    _MADE.clear()
    _TAKEN.clear()


def typed(value: Any) -> Any:
    """A key that tells 1, 1.0 and true apart."""
    kind = value.__class__
    if kind is int or kind is Sym:
        return value
    if kind is tuple:
        kinds = tuple(map(type, value))
        return (kinds, value) if tuple not in kinds else (tuple, *map(typed, value))
    return (kind, value) if kind is bool or kind is float else value


def _index(var: Var) -> int:
    raise TypeError("a decision has no value by itself")


def _select(key: Any, cases: Cases) -> Any:
    return cases.table[key]


def is_index(sym: Sym) -> bool:
    """Whether this is the index of a decision."""
    return sym.function is _index


def is_select(sym: Sym) -> bool:
    """Whether this is made by `select`: of a key and Cases."""
    return sym.function is _select


def index_of(var: Var) -> Sym:
    """The index that a decision takes in its domain (for a continuous one: the value, unlisted)."""
    known = _MADE.get((_index, var))
    if known is None:
        size = var.size
        listed = tuple(range(size)) if size is not None and size <= MAX_VALUES else None
        known = _MADE[_index, var] = Sym(_index, (var,), listed), ()
    return known[0]


def select(key: Sym, cases: Mapping[Any, Any]) -> Any:
    """The case of the key's value; folded if all cases agree. Cases may be Syms themselves."""
    results = list(cases.values())
    if all(same(results[0], r) for r in results[1:]):
        return results[0]
    table = Cases(cases)
    made = _select, key, table
    known = _MADE.get(made)
    if known is not None:
        return known[0]
    listed = [r.values if isinstance(r, Sym) else (r,) for r in results]
    values = (
        None if None in listed else distinct([v for vs in listed if vs is not None for v in vs])
    )
    sym = Sym(_select, (key, table), values)
    syms = [r for r in results if isinstance(r, Sym)]
    sym.vars = sym.vars.union(*(r.vars for r in syms))
    sym.weight += max((r.weight for r in syms), default=0)
    sym.partial = sym.partial or any(r.partial for r in syms) or len(cases) < len(key.values or ())
    _MADE[made] = sym, ()
    return sym


def only_if(guard: Any, value: Any, otherwise: Any) -> Any:
    """The value where the guard (open or not) holds: it need not have one elsewhere."""
    if not isinstance(guard, Sym):
        return value if guard else otherwise
    return select(guard, {True: value, False: otherwise})


def is_partial(value: Any) -> bool:
    """Whether there may be cases in which this has no value."""
    return isinstance(value, Sym) and value.partial


def constant(function: Callable[..., Any], arg: Sym, value: Any) -> Sym:
    """A Sym that has one value, but is not folded."""
    made = constant, function, arg, typed(value)
    known = _MADE.get(made)
    if known is None:
        known = _MADE[made] = Sym(function, (arg,), (value,)), ()
    return known[0]


def apply(function: Callable[..., Any], *args: Any, failures: list[Exception] | None = None) -> Any:
    """Apply a pure function to arguments of which some may be Syms.

    Combinations of listed values on which the function raises ArithmeticError or LookupError are
    left out of `values` and noted in `failures`: whether they can occur is the caller's question.
    """
    if not any(a.__class__ is Sym for a in args):
        return function(*args)
    made = (function, *map(typed, args))
    known = _MADE.get(made)
    if known is None:
        rule = RULES.get(function)
        short = None if rule is None else rule(*args)
        known = _MADE[made] = _apply(function, args) if short is None else (short, ())
    if failures is not None:
        failures += known[1]
    return known[0]


def remade(sym: Sym, args: tuple[Any, ...]) -> Sym:
    """The same function of arguments that differ from its own in the names of decisions only."""
    made = (sym.function, *map(typed, args))
    known = _MADE.get(made)
    if known is None:
        before = _MADE.get((sym.function, *map(typed, sym.args)), (None, ()))
        again = Sym(sym.function, args, sym.values, sym.codes)
        inner = [v for a in args if isinstance(a, Cases) for v in a.table.values()]
        again.vars = again.vars.union(*(v.vars for v in inner if isinstance(v, Sym)))
        again.weight, again.partial = sym.weight, sym.partial
        known = _MADE[made] = again, before[1]
    return known[0]


def listed(
    function: Callable[..., Any], args: tuple[Any, ...], values: Iterable[Any], work: int = 0
) -> Any:
    """`function(*args)`, which always has one of these different values, found with so much work."""
    found = tuple(values)
    PURSE.spend(8 + work // 8)
    sym = Sym(function, args, found)
    return sym if len(found) != 1 or sym.partial else found[0]


def tabulated(sym: Sym) -> Sequence[int]:
    """The codes of a Sym that was made by a short way."""
    if sym.codes is None:
        places = {value: place for place, value in enumerate(sym.values or ())}
        columns = [a.values or () if isinstance(a, Sym) else (a,) for a in sym.args]
        sym.codes = [places[sym.function(*combination)] for combination in product(*columns)]
        PURSE.spend(len(sym.codes))
    return sym.codes


def _apply(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, Failures]:
    columns: list[tuple[Any, ...]] = []
    count = 1
    for arg in args:
        column = (arg,) if arg.__class__ is not Sym else arg.values
        if column is None or count * len(column) > MAX_ASSIGNMENTS:
            unlisted = Sym(function, args, (True, False) if _is_test(function) else None, MANY)
            unlisted.partial = True
            return unlisted, ()
        count *= len(column)
        columns.append(column)
    PURSE.spend(15 + 2 * count)
    seen: dict[tuple[type, Any], int] = {}
    failed: list[Exception] = []
    codes: list[int] = []
    for combination in product(*columns):
        try:
            value = function(*combination)
        except (ArithmeticError, LookupError) as failure:
            failed.append(failure)
            codes.append(FAILED)
        else:
            codes.append(seen.setdefault((value.__class__, value), len(seen)))
    values = tuple(key[1] for key in seen)
    if len(values) == 1 and not failed:
        return values[0], ()
    found = Sym(function, args, values if len(values) <= MAX_VALUES else None, codes)
    found.partial = found.partial or bool(failed)
    return found, tuple(failed)


def _is_test(function: Callable[..., Any]) -> bool:
    """Whether a function gives a truth value, by its annotation."""
    return getattr(function, "__annotations__", {}).get("return") == "bool"


def weigh(values: Iterable[Any]) -> int:
    """About how long it takes to evaluate these once, in microseconds."""
    return sum(min(v.weight, MAX_WEIGHT) for v in values if isinstance(v, Sym)) // 2


def evaluate(value: Any, env: Mapping[Var, Any]) -> Any:
    """The plain value under a full assignment of decisions to indices (or floats)."""
    return _evaluate(value, env, {}) if value.__class__ is Sym else value


def _evaluate(sym: Sym, env: Mapping[Var, Any], known: dict[Sym, Any]) -> Any:
    if sym in known:
        return known[sym]
    function, args = sym.function, sym.args
    if function is _index:
        return env[args[0]]
    if function is _select:
        key = args[0]
        chosen = args[1].table[_evaluate(key, env, known) if key.__class__ is Sym else key]
        value = _evaluate(chosen, env, known) if chosen.__class__ is Sym else chosen
    else:
        value = function(*[_evaluate(a, env, known) if a.__class__ is Sym else a for a in args])
    known[sym] = value
    return value


def substitute(value: Any, var: Var, index: Any) -> Any:
    """The value once a decision is taken: folded where that determines it.

    Raises ArithmeticError or LookupError if the expression has no value then.
    """
    if value.__class__ is not Sym or var not in value.vars:
        return value
    made = value, var, index
    if made in _TAKEN:
        return _TAKEN[made]
    PURSE.spend(8)
    left = _TAKEN[made] = _substitute(value, var, index)
    return left


def _substitute(sym: Sym, var: Var, index: Any) -> Any:
    function, args = sym.function, sym.args
    if function is _index:
        return index
    if function is _select:
        key = substitute(args[0], var, index)
        table = args[1].table
        if not isinstance(key, Sym):
            return substitute(table[key], var, index)
        possible = key.values if key.values is not None else table
        return select(key, {k: _left(key, table[k], var, index) for k in possible if k in table})
    return apply(function, *[substitute(a, var, index) for a in args])


def _left(key: Sym, case: Any, var: Var, index: Any) -> Any:
    """A case once a decision is taken. That it then has no value does not rule out the others."""
    try:
        return substitute(case, var, index)
    except (ArithmeticError, LookupError):
        return apply(_nothing, key)


def _nothing(_: Any) -> Any:
    raise LookupError("there is no value in this case")


def distinct(values: list[Any]) -> tuple[Any, ...]:
    """The different values, in order of first appearance (1, 1.0 and true are different)."""
    seen: dict[Any, None] = {}
    for value in values:
        seen.setdefault((value.__class__, value))
    return tuple(key[1] for key in seen)


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal and of one kind."""
    return a is b or (a.__class__ is b.__class__ and bool(a == b))
