"""Joining what the cases of an open key leave behind into one open value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .bounds import one_of
from .diagnostics import fail
from .shapes import ShapeRule
from .spans import Span
from .symbolic import Sym, apply, select
from .values import POISON, UNKNOWN, MaybeList, Tensor

Merge = Callable[[Sym, Mapping[Any, Any], "Span | None"], Any]


def join(
    rule: ShapeRule, home: object, key: Sym, results: Mapping[Any, Any], span: Span | None,
    merge: Merge | None = None,
) -> Any:  # fmt: skip
    """One value for all cases. POISON is no value: the others stand for it. `span` is for mistakes.

    merge: what becomes of tensors that differ; without it, one that has the shapes of all.
    """
    found = {case: r for case, r in results.items() if r is not POISON}
    if not found:
        return POISON
    values = list(found.values())
    first = values[0]
    if all(v is first for v in values[1:]):
        return first
    if any(v is UNKNOWN for v in values):
        return UNKNOWN
    if all(_tensors(v) for v in values):
        if merge is not None:
            return merge(key, found, span)
        tensors = {
            c: phi(rule, home, v, span) if isinstance(v, Sym) else v for c, v in found.items()
        }
        shape = rule.joined(key, {c: t.shape for c, t in tensors.items()})
        return Tensor(home, 0, shape, one_of([t.depth for t in tensors.values()]))
    if isinstance(first, tuple) and all(
        isinstance(v, tuple) and len(v) == len(first) for v in values
    ):
        return tuple(
            join(rule, home, key, {c: v[i] for c, v in found.items()}, span, merge)
            for i in range(len(first))
        )
    if any(isinstance(v, MaybeList) or _holds_open(v) for v in values):
        return _join_lists(rule, home, key, found, span, merge)
    return select(key, found)


def _holds_open(value: Any) -> bool:
    return isinstance(value, tuple) and any(
        isinstance(v, Sym | MaybeList) or _holds_open(v) for v in value
    )


def _tensors(value: Any) -> bool:
    if isinstance(value, Sym):
        return isinstance(value.first, Tensor)
    return isinstance(value, Tensor)


def phi(rule: ShapeRule, home: object, value: Sym, span: Span | None) -> Tensor:
    """An open choice between tensors, as one tensor."""
    tensors = value.values or ()
    if not all(isinstance(t, Tensor) for t in tensors):
        raise fail("NAS408", "this is a tensor in one case and something else in another", span)
    shape = rule.joined(value, {t: t.shape for t in tensors})
    depth = one_of([t.depth for t in tensors])
    return Tensor(tensors[0].home if tensors else home, 0, shape, depth)


def _join_lists(
    rule: ShapeRule, home: object, key: Sym, found: Mapping[Any, Any], span: Span | None,
    merge: Merge | None,
) -> MaybeList:  # fmt: skip
    lists = {c: _maybe(v, span) for c, v in found.items()}
    longest = max(len(v.elements) for v in lists.values())
    guards, elements = [], []
    for i in range(longest):
        present = {c: v for c, v in lists.items() if i < len(v.elements)}
        guards.append(
            select(key, {c: v.guards[i] if c in present else False for c, v in lists.items()})
        )
        elements.append(
            join(rule, home, key, {c: v.elements[i] for c, v in present.items()}, span, merge)
        )
    width = select(
        key, {c: len(v.elements) if v.width is None else v.width for c, v in lists.items()}
    )
    open_width = isinstance(width, Sym)
    exact = all(v.exact or all(g is True for g in v.guards) for v in lists.values())
    return MaybeList(tuple(elements), tuple(guards), width=width if open_width else None,
                     exact=open_width and exact)  # fmt: skip


def _maybe(value: Any, span: Span | None) -> MaybeList:
    if (
        isinstance(value, Sym)
        and value.values
        and all(isinstance(v, tuple | range) for v in value.values)
    ):
        longest = max(len(v) for v in value.values)
        return MaybeList(
            tuple(apply(_at, value, i) for i in range(longest)),
            tuple(apply(_longer, value, i) for i in range(longest)),
            width=apply(len, value), exact=True,
        )  # fmt: skip
    if isinstance(value, MaybeList):
        return value
    if isinstance(value, tuple | range):
        return MaybeList(tuple(value), (True,) * len(value))
    raise fail("NAS408", "a list in one case and something else in another cannot be joined", span)


def _at(xs: Any, i: int) -> Any:
    return xs[i]


def _longer(xs: Any, i: int) -> bool:
    return len(xs) > i


__all__ = ["apply", "join", "phi"]
