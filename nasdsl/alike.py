"""Modules that are alike: the same but for the names of the decisions in them.

A space repeats itself: every block has the same operators, each with decisions of its own. What one of
them makes of shapes is known from another, once its decisions are put in the places of the others'.
A Form tells whether two values are alike; the decisions are put into the order of their paths, for
tables of open values are in that order.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, NamedTuple

from .bounds import CostRange
from .boxes import Box
from .domains import Domain
from .effort import PURSE
from .ops.base import Tokens
from .symbolic import Cases, Sym, Var, in_order, remade, typed
from .values import (
    Builtin,
    Chain,
    Combine,
    MaybeList,
    MotifFunction,
    Named,
    OpFunction,
    OpModule,
    Poison,
    Scan,
    Unknown,
)

MAX_DECISIONS = 64  # in one form

_PLAIN = frozenset({
    int, float, bool, str, type(None), range, Domain, Tokens, Box, Unknown, Poison, MotifFunction,
    OpFunction, Builtin,
})  # fmt: skip
_KEPT = frozenset({Sym, OpModule, Chain, Combine, MaybeList, Named, Scan})


class Form(NamedTuple):
    """Values of one number are alike; then the decisions of one stand in the places of the other's."""

    number: int
    decisions: tuple[Var, ...]


class Measured(NamedTuple):
    """What a module makes of shapes: of each output the shape and the depth; the cost; on what it depends."""

    decisions: tuple[Var, ...]
    touched: frozenset[Var]
    outputs: tuple[Any, ...]
    cost: CostRange


class Forms:
    """Gives modules and shapes their forms. What a graph makes is not told by its form: it has none."""

    def __init__(self, apart: Container[int]) -> None:
        """`apart`: the ids of modules of which no decision shows outside; each is alike to itself."""
        self.apart = apart
        self._numbers: dict[Any, int] = {}
        self._known: dict[Any, Form | None] = {}

    def of(self, value: Any) -> Form | None:
        """The form of a value; None if it has none, or too many decisions."""
        kind = value.__class__
        if kind in _KEPT:
            if value not in self._known:
                self._known[value] = self._form(value)
            return self._known[value]
        if _is_closed(value):
            return Form(self._number(typed(value)), ())
        if kind is tuple:
            return self._joined(tuple, value)
        if kind is Cases:
            if all(_is_closed(v) for v in value.table.values()):
                return Form(self._number(value), ())
            keys = tuple(map(typed, value.table))
            return self._joined((Cases, keys), value.table.values())
        if kind is Var:
            return Form(self._number((Var, value.domain, value.free)), (value,))
        return None

    def _form(self, value: Any) -> Form | None:
        match value:
            case Sym():
                return self._joined(value.function, value.args)
            case OpModule(op, attrs, span):
                return self._joined((op, span, *attrs), attrs.values())
            case Named(_, module):
                if id(value) in self.apart:
                    return Form(self._number(value), ())
                return self._joined(Named, (module,))
            case Chain(parts, guards):
                return self._joined(Chain, (*parts, *guards))
            case Combine(combiner, branches):
                return self._joined(Combine, (combiner, branches))
            case MaybeList(elements, guards, slots, width, exact):
                return self._joined((MaybeList, exact), (elements, guards, slots, width))
            case Scan(cell, states):
                return self._joined(Scan, (cell, states))
        raise AssertionError(value)

    def _joined(self, what: Any, parts: Iterable[Any]) -> Form | None:
        """The form of something that is made of parts, in order."""
        forms: list[Form] = []
        for part in parts:
            form = self.of(part)
            if form is None:
                return None
            forms.append(form)
        PURSE.spend(1 + len(forms))
        numbers = tuple([f.number for f in forms])
        holding = [f.decisions for f in forms if f.decisions]
        if not holding:
            return Form(self._number((what, numbers)), ())
        if all(d == holding[0] for d in holding):
            return Form(self._number((what, numbers, len(holding[0]))), holding[0])
        decisions = in_order(set().union(*holding))
        places = {v: i for i, v in enumerate(decisions)}
        if len(decisions) > MAX_DECISIONS or len({v.place for v in decisions}) < len(decisions):
            return None  # too many, or their order is open
        key = what, numbers, tuple([tuple([places[v] for v in d]) for d in holding])
        return Form(self._number(key), tuple(decisions))

    def _number(self, key: Any) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def _is_closed(value: Any) -> bool:
    kind = value.__class__
    return kind in _PLAIN or (kind is tuple and all(_is_closed(v) for v in value))


def renamed(value: Any, names: Mapping[Var, Var]) -> Any:
    """A value with other decisions in the places of these."""
    kind = value.__class__
    if kind is Sym:
        if names.keys().isdisjoint(value.vars):
            return value
        return remade(value, tuple([renamed(a, names) for a in value.args]))
    if kind is Var:
        return names.get(value, value)
    if kind is Cases:
        return Cases({k: renamed(v, names) for k, v in value.table.items()})
    return value
