"""Sums, products, minima and maxima of numbers of which some may be open, or absent.

Whole numbers are joined from the last to the first, so that deciding them from the first to the last
leaves one number and a tail that all cases share: n numbers with s distinct sums make n * s states,
each of them small. Others are joined from the first to the last, as floats round.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nasdsl.symbolic import RULES, Sym, apply, is_partial, listed, only_if
from nasdsl.values import UNKNOWN

from .arithmetic import number
from .machine import Machine

MAX_SUMS = 65_536  # combinations of which the results are listed
Item = tuple[Any, Any]  # the condition under which a number is there, and the number


class Fold:
    """An associative operation on numbers; `start` is what it makes of none (None: it needs one)."""

    def __init__(self, name: str, start: int | None, step: Callable[[Any, Any], Any]) -> None:
        self.name, self.start, self.step = name, start, step

        def pair(a: Any, b: Any) -> Any:
            return step(a, number(b, name))

        def guarded(a: Any, held: bool, b: Any) -> Any:
            return pair(a, b) if held else a

        def joined(a: int, rest: int) -> int:
            both: int = step(a, rest)
            return both

        def joined_if(held: bool, a: int, rest: int) -> int:
            return joined(a, rest) if held else rest

        pair.__name__, guarded.__name__ = name, f"{name} if"
        joined.__name__, joined_if.__name__ = name, f"{name} if"
        self.pair, self.guarded, self.joined, self.joined_if = pair, guarded, joined, joined_if
        RULES[joined] = self._merge
        RULES[joined_if] = self._settle
        _JOINED.add(joined)
        _JOINED.add(joined_if)

    def __call__(self, m: Machine, items: list[Item], span: Any) -> Any:
        """The result for items of which one is sure, if there is no `start`."""
        items = [(m.unsure() if g is UNKNOWN else g, v) for g, v in items]
        if any(_open(g) or _open(v) for g, v in items) and all(map(_whole, items)):
            total = self._from_last(m, items, span)
            if not isinstance(total, Sym) or total.values is not None:
                return total
        total = self.start
        for guard, value in sorted(items, key=lambda item: item[0] is not True):
            if total is None:
                total = m.lift(number, value, self.name, span=span)
            elif guard is True:
                total = m.lift(self.pair, total, value, span=span)
            elif is_partial(value) and isinstance(guard, Sym):
                total = only_if(guard, m.lift(self.pair, total, value, span=span), total)
            else:
                total = m.lift(self.guarded, total, guard, value, span=span)
        return total

    def _from_last(self, m: Machine, items: list[Item], span: Any) -> Any:
        total: Any = self.start
        if total is None:
            last = max(i for i, (guard, _) in enumerate(items) if guard is True)
            total = items[last][1]
            items = [*items[:last], *items[last + 1 :]]
        for guard, value in reversed(items):
            if guard is True:
                total = m.lift(self.joined, value, total, span=span)
            else:
                total = m.lift(self.joined_if, guard, value, total, span=span)
        return total

    def _merge(self, a: Any, rest: Any) -> Any:
        """Numbers that are decided become one; what it may be with the rest is quickly listed."""
        step = self.step
        if not isinstance(a, Sym) and rest.function is self.joined:
            inner = rest.args[0]
            if not isinstance(inner, Sym):
                return apply(self.joined, step(a, inner), rest.args[1])
        firsts, others = _values(a), _values(rest)
        if len(firsts) * len(others) > MAX_SUMS:
            return None
        found = dict.fromkeys([step(x, v) for x in firsts for v in others])
        return listed(self.joined, (a, rest), found, len(firsts) * len(others))

    def _settle(self, held: Any, a: Any, rest: Any) -> Any:
        if isinstance(held, bool):
            return apply(self.joined, a, rest) if held else rest
        firsts, others = _values(a), _values(rest)
        if len(firsts) * len(others) > MAX_SUMS:
            return None
        found = dict.fromkeys([step(x, v) for step in (self.step,) for x in firsts for v in others])
        found.update(dict.fromkeys(others))
        return listed(self.joined_if, (held, a, rest), found, len(firsts) * len(others))


def _values(value: Any) -> tuple[Any, ...]:
    """What a number may be. Those of which a fold is made are listed."""
    if isinstance(value, Sym):
        return value.values if value.values is not None else (0,) * (MAX_SUMS + 1)
    return (value,)


_JOINED: set[Any] = set()  # functions whose results are whole numbers


def _plus(a: Any, b: Any) -> Any:
    return a + b


COUNT = Fold("len", 0, _plus)


def is_fold(value: Any) -> bool:
    """Whether this is an open result of a fold of whole numbers."""
    return isinstance(value, Sym) and value.function in _JOINED and value.values is not None


def compared(function: Callable[[Any, Any], bool], sign: str) -> Callable[[Any, Any], Any]:
    """The rule of a comparison with a number: it looks at the ends or for one member only."""

    def rule(a: Any, b: Any) -> Any:
        if not is_fold(a) or b.__class__ is not int:
            return None
        first = function(a.values[0], b)
        if sign in ("==", "!="):
            both = len(a.values) > 1 and b in a.members
        else:
            both = function(min(a.members), b) != function(max(a.members), b)
        return listed(function, (a, b), (first, not first) if both else (first,))

    return rule


def _open(value: Any) -> bool:
    return isinstance(value, Sym)


def _whole(item: Item) -> bool:
    """Whether the number is whole for sure, also where it is absent, and its condition a truth value."""
    guard, value = item
    if guard is not True and is_partial(value):
        return False
    if not (guard is True or (isinstance(guard, Sym) and guard.values is not None)):
        return False
    if isinstance(value, Sym):
        return value.values is not None and all(v.__class__ is int for v in value.values)
    return value.__class__ is int
