"""`case x { … }` and `x.field`: values that are taken apart, as those of codes are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import did_you_mean
from nasdsl.record import Frozen, record
from nasdsl.values import UNKNOWN, Env, Fields, Scope, describe

from .basic import bound
from .machine import Evaluator, Machine, Mistake

_SHOWN = 12  # keys of a case that a message lists


@record
class Keys(Frozen):
    """The keys of one case: the entry of each (as `tag` writes it), that of `else`, their spelling."""

    entries: dict[Any, int]
    other: int | None
    shown: tuple[str, ...]


def tag(value: Any) -> Any:
    """A key that tells 1 from true, but not 1 from 1.0."""
    return (bool, value) if isinstance(value, bool) else value


def keys_of(node: syntax.Case) -> Keys:
    entries: dict[Any, int] = {}
    shown: list[str] = []
    other = None
    for i, entry in enumerate(node.entries):
        if entry.key is None:
            other = i
        else:
            entries.setdefault(tag(entry.key.value), i)
            shown.append(entry.key.text)
    return Keys(entries, other, tuple(shown))


def _entry(value: Any, keys: Keys) -> int:
    """The entry for a value."""
    found = keys.entries.get(tag(value)) if isinstance(value, str | int | float) else None
    if found is None:
        found = keys.other
    if found is not None:
        return found
    if not isinstance(value, str | int | float):
        raise Mistake("NAS232", f"`case` looks at a string, a number or a truth value, not at {describe(value)}",
                      "add `else: …`, or take a part of it" if isinstance(value, Fields) else "")  # fmt: skip
    shown = ", ".join(keys.shown[:_SHOWN]) + (", …" if len(keys.shown) > _SHOWN else "")
    near = did_you_mean(value, keys.shown) if isinstance(value, str) else ""
    help = f"the keys are {shown}" if keys.shown else "there are no keys"
    raise Mistake("NAS231", f"this case has no key for {describe(value)}",
                  f"{help}; {near}" if near else f"{help}; add one, or `else: …`")  # fmt: skip


def eval_case(m: Machine, node: syntax.Case, env: Env, scope: Scope) -> Any:
    """The body of one entry; of an open subject, each in a scope of its own."""
    keys = m.checked.get(id(node))
    if keys is None:
        keys = m.checked[id(node)] = keys_of(node)
    inner = scope.child("case")
    subject = m.eval(node.subject, env, inner)

    def body(index: int) -> Any:
        entry = node.entries[index]
        name = "else" if entry.key is None else entry.key.text
        return bound(m, entry.body, env, Scope(f"{inner.name}={name}", inner.parent))

    if subject is UNKNOWN:
        return _any_of(m, len(node.entries), body, node.span)
    index = m.lift(_entry, subject, keys, span=node.subject.span)
    return m.cases(index, body, node.subject.span)


def _any_of(m: Machine, count: int, body: Callable[[int], Any], span: Any) -> Any:
    """The bodies, whichever of them it will be."""

    def one(held: bool, index: int) -> Any:
        return body(index) if held else rest(index + 1)

    def rest(index: int) -> Any:
        if index == count - 1:
            return body(index)
        return m.cases(UNKNOWN, partial(one, index=index), span)

    return rest(0)


def _field(value: Any, name: str) -> Any:
    if not isinstance(value, Fields):
        raise Mistake("NAS234", f"only a record has fields, not {describe(value)}")
    try:
        return value.values[value.names.index(name)]
    except ValueError:
        near = did_you_mean(name, value.names)
        raise Mistake(
            "NAS233", f"{describe(value)} has no field `{name}`", near or _listed(value)
        ) from None


def _listed(value: Fields) -> str:
    return f"its fields are {', '.join(value.names)}" if value.names else "it has no fields"


def eval_field(m: Machine, node: syntax.Field, env: Env, scope: Scope) -> Any:
    return m.lift(_field, m.eval(node.base, env, scope), node.name, span=node.span)


EVALUATE_RECORDS: dict[type, Evaluator] = {syntax.Case: eval_case, syntax.Field: eval_field}
