"""The arguments of an operator: evaluated, checked, and completed by the defaults."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import NasError, did_you_mean, fail
from nasdsl.ops.base import Op, Param, Required
from nasdsl.ops.bind import BindError, check, signature_text
from nasdsl.symbolic import Sym
from nasdsl.values import POISON, UNKNOWN, Env, Scope, describe

from .basic import bound
from .machine import Machine, Mistake

LITERALS = (syntax.Number, syntax.Text, syntax.Boolean)
_PLAIN = (int, float, bool, str)


def bound_attempt(m: Machine, node: syntax.Expr, env: Env, scope: Scope) -> Any:
    """An argument; a mistake in it does not hide those of its neighbours."""
    try:
        return bound(m, node, env, scope)
    except NasError as error:
        return m.report(error)


def attributes(
    m: Machine, op: Op, arguments: list[syntax.Argument], node: syntax.Call, env: Env, scope: Scope
) -> dict[str, Any]:
    """A value for each parameter; what depends on decisions stays open."""
    params = {p.name: p for p in op.params}
    names = list(params)
    attrs: dict[str, Any] = {}
    for i, argument in enumerate(arguments):
        if argument.name is None and i >= len(names):
            raise fail("NAS243", f"`{op.name}` takes at most {len(names)} arguments", argument.span,
                       help=f"it is `{signature_text(op)}`")  # fmt: skip
        name = argument.name or names[i]
        if name not in params:
            raise fail("NAS243", f"`{op.name}` has no parameter `{name}`", argument.span,
                       help=did_you_mean(name, names) or f"it is `{signature_text(op)}`")  # fmt: skip
        if name in attrs:
            raise fail("NAS243", f"`{op.name}` is given `{name}` twice", argument.span)
        value = argument.value
        if isinstance(value, LITERALS):
            raw: Any = value.value
        else:
            raw = bound_attempt(m, value, env, scope.child(f"{op.name}.{name}"))
        if raw.__class__ in _PLAIN:
            key = (op, name, raw.__class__, raw)
            known = m.checked.get(key)
            if known is None:
                known = m.checked[key] = (_attribute(m, op, params[name], raw, argument),)
            attrs[name] = known[0]
        else:
            attrs[name] = _attribute(m, op, params[name], raw, argument)
    for param in op.params:
        if param.name not in attrs:
            if isinstance(param.default, Required):
                raise fail("NAS243", f"`{op.name}` needs `{param.name}`", node.span,
                           help=f"it is `{signature_text(op)}`")  # fmt: skip
            attrs[param.name] = param.default
    return {name: attrs[name] for name in names}


def _attribute(m: Machine, op: Op, param: Param, value: Any, argument: syntax.Argument) -> Any:
    if value is POISON or value is UNKNOWN:
        return value
    if isinstance(value, tuple) and POISON in value:
        return POISON
    if isinstance(value, tuple) and any(isinstance(v, Sym) or v is UNKNOWN for v in value):
        if any(v is UNKNOWN for v in value):
            return UNKNOWN
        value = m.lift(_pack, *value, span=argument.span)

    return m.lift(_checked(op, param), value, span=argument.span)


@cache
def _checked(op: Op, param: Param) -> Callable[[Any], Any]:
    """The function that checks a value; the same one for the same parameter, so that it is known again."""

    def one(v: Any) -> Any:
        try:
            return check(param, tuple(v) if isinstance(v, range) else v)
        except BindError as error:
            kind = describe(v) if not isinstance(v, int | float | str | bool | tuple) else ""
            message = f"`{op.name}`: " + (
                f"`{param.name}` cannot be {kind}" if kind else error.message
            )
            raise Mistake("NAS244", message, error.remedy) from None

    return one


def _pack(*values: Any) -> tuple[Any, ...]:
    return values
