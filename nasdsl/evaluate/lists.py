"""Lists: tuples, integer ranges, lists with elements that may be absent, and lists that are open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import fail
from nasdsl.symbolic import Sym
from nasdsl.values import POISON, UNKNOWN, Env, Fields, FloatRange, MaybeList, Scope, describe

from .machine import MAX_LIST, Machine, Mistake

_LISTS = (tuple, range)
_SEQUENCES = (tuple, range, str)
_HOLDERS = (tuple, MaybeList)


def _plus(a: int, b: int) -> int:
    return a + b


def _count(before: int, held: bool) -> int:
    return before + 1 if held else before


def _longer(xs: Any, n: int) -> bool:
    return len(xs) > n


def _get(xs: Any, i: Any) -> Any:
    if not isinstance(xs, _SEQUENCES):
        help = "write `x.name`" if isinstance(xs, Fields) else ""
        raise Mistake("NAS210", f"only a list has elements, not {describe(xs)}", help)
    if isinstance(i, range):
        parts: list[Any] = [xs[_place(xs, j)] for j in i]
        return "".join(parts) if isinstance(xs, str) else tuple(parts)
    if not isinstance(i, int) or isinstance(i, bool):
        raise Mistake("NAS211", f"a list is indexed by a whole number, not {describe(i)}")
    return xs[_place(xs, i)]


def _place(xs: Any, i: int) -> int:
    if not -len(xs) <= i < len(xs):
        raise Mistake(
            "NAS212", f"there is no element {i} in a list of {len(xs)}",
            f"elements are numbered 0..{len(xs) - 1}, or from the end -1..-{len(xs)}" if xs else "the list is empty",
        )  # fmt: skip
    return i


def _from(xs: Any, i: Any) -> Any:
    if not isinstance(xs, _SEQUENCES) or not isinstance(i, int):
        raise Mistake(
            "NAS211",
            f"`[a..]` takes a list and a whole number, not {describe(xs)} and {describe(i)}",
        )
    return xs[i:] if isinstance(xs, str) else tuple(xs)[i:]


def _to(xs: Any, i: Any) -> Any:
    if not isinstance(xs, _SEQUENCES) or not isinstance(i, int):
        raise Mistake(
            "NAS211",
            f"`[..b]` takes a list and a whole number, not {describe(xs)} and {describe(i)}",
        )
    whole = xs if isinstance(xs, str) else tuple(xs)
    return whole[: i + 1] if i != -1 else whole


def contains(x: Any, xs: Any) -> bool:
    """`x in xs` for plain values."""
    if isinstance(xs, str) and isinstance(x, str):
        return x in xs
    if not isinstance(xs, _LISTS):
        raise Mistake("NAS210", f"`in` looks into a list, not into {describe(xs)}")
    if not isinstance(x, int | float | str | tuple | range | Fields | None):
        raise Mistake("NAS201", f"`in` looks for a number or a string, not for {describe(x)}")
    return (tuple(x) if isinstance(x, range) else x) in xs


def elements(m: Machine, value: Any, span: Any) -> Iterator[tuple[int, Any, Any, Any]]:
    """Place, rank among those present, condition of presence (False too), and value of each element."""
    if isinstance(value, _SEQUENCES):
        check_length(value, span)
        for i, element in enumerate(value):
            yield i, i, True, element
    elif isinstance(value, MaybeList):
        rank: Any = 0
        for i, (guard, element) in enumerate(value):
            yield i, rank, guard, element
            rank = m.lift(_count, rank, guard, span=span)
    elif isinstance(value, Sym):
        yield from _open_elements(m, value, span)
    elif value is UNKNOWN or value is POISON:
        return
    else:
        raise fail("NAS213", f"expected a list, not {describe(value)}", span, help=_hint(value))


def _hint(value: Any) -> str:
    if isinstance(value, FloatRange):
        return "only `any` chooses from a range of real numbers"
    return f"write a range, as in `0..{value}`" if isinstance(value, int) else ""


def _open_elements(m: Machine, value: Sym, span: Any) -> Iterator[tuple[int, Any, Any, Any]]:
    """The elements of a list that depends on decisions: as many as its longest form has."""
    if value.values is None:
        raise fail("NAS404", "this list depends on too many decisions at once", span)
    if not all(isinstance(v, _SEQUENCES) for v in value.values):
        raise fail("NAS213", f"expected a list, not {describe(value)}", span)
    for i in range(max(len(v) for v in value.values)):
        guard = m.lift(_longer, value, i, span=span)
        common = {v[i] for v in value.values if len(v) > i and isinstance(v, range)}
        if len(common) == 1 and all(isinstance(v, range) for v in value.values):
            yield i, i, guard, common.pop()
            continue
        yield (
            i,
            i,
            guard,
            m.cases(guard, partial(_get_if, m, value, i, span), span),
        )


def _get_if(m: Machine, value: Sym, i: int, span: Any, held: bool) -> Any:
    return m.lift(_get, value, i, span=span) if held else POISON


def check_length(value: Any, span: Any) -> None:
    """Refuse lists that are too long to be meant."""
    if len(value) > MAX_LIST:
        raise fail("NAS405", f"a list of {len(value):,} elements; the limit is {MAX_LIST:,}", span)


def check_nesting(values: Sequence[Any], span: Any) -> None:
    """Refuse lists of lists that hold too much together: what walks over all of it must end."""
    if any(isinstance(v, _HOLDERS) for v in values) and _held(values, 0) > MAX_LIST:
        raise fail(
            "NAS405", f"the lists in this list hold more than {MAX_LIST:,} elements together", span
        )


def _held(values: Sequence[Any], count: int) -> int:
    """The elements at all depths, counted up to a little past the limit."""
    count += len(values)
    for value in values:
        if count > MAX_LIST:
            break
        if isinstance(value, MaybeList):
            count = _held(value.elements, count)
        elif isinstance(value, tuple):
            count = _held(value, count)
    return count


def settled(m: Machine, value: Any, use: Callable[[tuple[Any, ...]], Any], span: Any) -> Any:
    """What `use` makes of a list's present elements, in each case that there is."""
    if not isinstance(value, MaybeList):
        return use(value)
    if UNKNOWN in value.guards:
        return UNKNOWN
    if value.exact:
        return m.cases(value.width, lambda width: use(value.elements[:width]), span)
    if all(isinstance(g, bool) for g in value.guards):
        return use(tuple(e for g, e in value if g))
    return m.cases(
        m.lift(_pattern, *value.guards, span=span),
        lambda pattern: use(tuple(e for g, e in zip(pattern, value.elements, strict=True) if g)), span,
    )  # fmt: skip


def settle(m: Machine, value: Any, span: Any) -> Any:
    """A list without optional elements; if they hold open values and their number is open, one with."""
    return settled(m, value, lambda elements: elements, span)


def _pattern(*guards: bool) -> tuple[bool, ...]:
    return guards


def length(m: Machine, value: Any, span: Any) -> Any:
    """The number of elements."""
    if isinstance(value, MaybeList):
        if value.slots is not None:
            return len(value.slots)
        total: Any = 0
        for guard in value.guards:
            total = m.lift(_count, total, guard, span=span)
        return total
    return len(value) if isinstance(value, tuple) else m.lift(_len, value, span=span)


def _len(value: Any) -> int:
    if not isinstance(value, _SEQUENCES):
        raise Mistake("NAS210", f"only a list has a length, not {describe(value)}")
    return len(value)


def _reversed(xs: Any) -> Any:
    if not isinstance(xs, _LISTS):
        raise Mistake("NAS210", f"only a list can be reversed, not {describe(xs)}")
    return tuple(reversed(xs))


def reverse(m: Machine, value: Any, span: Any) -> Any:
    """The list backwards."""
    return settled(m, value, lambda xs: m.lift(_reversed, xs, span=span), span)


def append_lists(m: Machine, left: Any, right: Any, span: Any) -> Any:
    """`left + right`. Places behind an open number of places are told apart by that number."""
    if isinstance(left, MaybeList) and left.width is not None:
        return m.cases(
            left.width, lambda width: append_lists(m, _first(left, width), right, span), span
        )
    if isinstance(left, Sym) and (isinstance(right, MaybeList) or holds_open(right)):
        return m.cases(left, lambda xs: append_lists(m, xs, right, span), span)
    if isinstance(right, Sym) and holds_open(left):
        return m.cases(right, lambda xs: append_lists(m, left, xs, span), span)
    if not isinstance(left, MaybeList) and not isinstance(right, MaybeList):
        return m.lift(_join, left, right, span=span)
    a, b = _as_maybe(m, left, span), _as_maybe(m, right, span)
    check_length(a.elements + b.elements, span)
    width = None if b.width is None else m.lift(_more, b.width, len(a.elements), span=span)
    return MaybeList(a.elements + b.elements, a.guards + b.guards, width=width)


def _more(width: int, count: int) -> int:
    return width + count


def is_wide(value: Any) -> bool:
    """Whether it is open how many places a list has."""
    return isinstance(value, Sym) or (isinstance(value, MaybeList) and value.width is not None)


def open_width(m: Machine, value: Any, span: Any) -> Any:
    """How many places a list has, if that is open."""
    if isinstance(value, MaybeList):
        return value.width
    width = m.lift(_len, value, span=span) if isinstance(value, Sym) else None
    return None if isinstance(width, int) else width


def holds_open(value: Any) -> bool:
    """Whether a list has elements that depend on decisions."""
    return isinstance(value, tuple) and any(
        isinstance(v, Sym | MaybeList) or holds_open(v) for v in value
    )


def _first(value: MaybeList, width: int) -> Any:
    elements, guards = value.elements[:width], value.guards[:width]
    return (
        elements if value.exact or all(g is True for g in guards) else MaybeList(elements, guards)
    )


def _as_maybe(m: Machine, value: Any, span: Any) -> MaybeList:
    if isinstance(value, MaybeList):
        return value
    if isinstance(value, _LISTS):
        return MaybeList(tuple(value), (True,) * len(value))
    if isinstance(value, Sym):
        found = list(elements(m, value, span))
        width = open_width(m, value, span)
        return MaybeList(tuple(v for *_, v in found), tuple(g for _, _, g, _ in found), width=width,
                         exact=width is not None)  # fmt: skip
    raise fail("NAS201", f"`+` joins two lists, not a list and {describe(value)}", span,
               help="put it into brackets: `[x]`")  # fmt: skip


def _join(a: Any, b: Any) -> Any:
    for value in (a, b):
        if not isinstance(value, _LISTS):
            raise Mistake("NAS201", f"`+` joins two lists, not a list and {describe(value)}",
                          "put it into brackets: `[x]`")  # fmt: skip
    if len(a) + len(b) > MAX_LIST:
        raise Mistake(
            "NAS405", f"a list of {len(a) + len(b):,} elements; the limit is {MAX_LIST:,}"
        )
    return tuple(a) + tuple(b)


def append(m: Machine, target: Any, value: Any, span: Any) -> Any:
    """`target += value`."""
    if isinstance(target, MaybeList):
        return append_lists(m, target, (value,), span)
    if isinstance(target, tuple | range):
        check_length(target, span)
        if isinstance(value, _HOLDERS):
            check_nesting((*target, value), span)
        return (*target, value)
    if isinstance(target, Sym) and target.values and isinstance(target.values[0], _LISTS):
        return m.cases(target, lambda xs: (*xs, value), span)
    from .basic import OPERATORS

    return m.lift(OPERATORS["+"], target, value, span=span)


def eval_index(m: Machine, node: syntax.Index, env: Env, scope: Scope) -> Any:
    base = m.eval(node.base, env, scope)
    index = m.eval(node.index, env, scope.child("at"))
    slots = base.slots if isinstance(base, MaybeList) else None
    if slots is not None and isinstance(index, int) and -len(slots) <= index < len(slots):
        return m.cases(slots[index], lambda j: base.elements[j], node.span)
    return _of(m, _get, base, index, node.span)


def eval_slice(m: Machine, node: syntax.Slice, env: Env, scope: Scope) -> Any:
    base = m.eval(node.base, env, scope)
    if node.start is not None:
        return _of(m, _from, base, m.eval(node.start, env, scope), node.span)
    assert node.stop is not None
    return _of(m, _to, base, m.eval(node.stop, env, scope), node.span)


def _of(m: Machine, part: Callable[[Any, Any], Any], base: Any, at: Any, span: Any) -> Any:
    """A part of a list. Where the elements are open themselves, each place is a case of its own."""
    if isinstance(base, MaybeList):
        return settled(m, base, lambda xs: _of(m, part, xs, at, span), span)
    if isinstance(at, Sym) and part is _get and m.is_flow(base):
        m.note_role(at, "input")
    if isinstance(at, Sym) and holds_open(base):
        return m.cases(at, lambda i: m.lift(part, base, i, span=span), span)
    return m.lift(part, base, at, span=span)


STRUCTURAL = frozenset({_get, _from, _to, _len, _join, _reversed, _longer, _pattern})
