"""Match the arguments of a call with an operator's parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import TypeVar

from .base import Op, Param, Required, Value

Number = TypeVar("Number", int, float)


class BindError(Exception):
    """A bad argument. `where` is its position (from 0) or its keyword, None for the whole call."""

    def __init__(self, message: str, where: int | str | None = None, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.remedy = remedy


def bind(
    op: Op,
    args: Sequence[object],
    kwargs: Mapping[str, object] | Iterable[tuple[str, object]] = (),
) -> dict[str, Value]:
    """Every parameter of the operator, in declared order, with the value that the call gives it."""
    given = _assign(op, args, kwargs.items() if isinstance(kwargs, Mapping) else kwargs)
    bound: dict[str, Value] = {}
    for param in op.params:
        if param.name in given:
            where, value = given[param.name]
            bound[param.name] = check(param, value, where)
        elif isinstance(param.default, Required):
            raise BindError(
                f"`{op.name}` needs `{param.name}`", None, f"write `{signature_text(op)}`"
            )
        else:
            bound[param.name] = param.default
    return bound


def _assign(
    op: Op, args: Sequence[object], kwargs: Iterable[tuple[str, object]]
) -> dict[str, tuple[int | str, object]]:
    """Which argument goes to which parameter."""
    names = [p.name for p in op.params]
    if len(args) > len(names):
        takes = f"{len(names)} argument{'s' * (len(names) != 1)}" if names else "no arguments"
        raise BindError(
            f"`{op.name}` takes {takes}, not {len(args)}", len(names), f"it is {signature_text(op)}"
        )
    given: dict[str, tuple[int | str, object]] = {
        name: (i, value) for i, (name, value) in enumerate(zip(names, args, strict=False))
    }
    for name, value in kwargs:
        if name not in names:
            from difflib import get_close_matches

            close = get_close_matches(name, names, n=1)
            remedy = f"did you mean `{close[0]}`?" if close else f"it is {signature_text(op)}"
            raise BindError(f"`{op.name}` has no parameter `{name}`", name, remedy)
        if name in given:
            raise BindError(f"`{name}` is given twice", name)
        given[name] = (name, value)
    return given


def check(param: Param, value: object, where: int | str | None = None) -> Value:
    """The value in its canonical form, or a BindError."""
    if value is None and param.default is None:
        return None
    match param.kind:
        case "bool":
            if isinstance(value, bool):
                return value
        case "int":
            if (whole := _whole(value)) is not None:
                return _bounded(param, whole, where)
        case "float":
            if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
                return _bounded(param, float(value), where)
        case "name":
            if isinstance(value, str):
                return _chosen(param, value, where)
        case "size" | "pad" | "ints":
            if isinstance(value, str) and param.choices:
                return _chosen(param, value, where)
            if (sizes := _sizes(param, value, where)) is not None:
                return sizes
        case _:
            raise ValueError(f"parameter `{param.name}` is of the unknown kind {param.kind}")
    raise BindError(f"`{param.name}` must be {_wanted(param)}, not {show(value)}", where)


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isfinite(value) and value == int(value) else None


def _sizes(param: Param, value: object, where: int | str | None) -> Value | None:
    if not isinstance(value, list | tuple):
        whole = _whole(value)
        return None if whole is None else _bounded(param, whole, where)
    wholes = [_whole(v) for v in value]
    sizes = tuple(_bounded(param, v, where) for v in wholes if v is not None)
    if not sizes or len(sizes) != len(wholes):
        return None
    return sizes[0] if param.kind != "ints" and len(set(sizes)) == 1 else sizes


def _bounded(param: Param, value: Number, where: int | str | None) -> Number:
    if param.low is not None and value < param.low:
        raise BindError(f"`{param.name}` must be at least {param.low:g}, not {value}", where)
    if param.high is not None and value > param.high:
        raise BindError(f"`{param.name}` must be at most {param.high:g}, not {value}", where)
    return value


def _chosen(param: Param, value: str, where: int | str | None) -> str:
    if value in param.choices:
        return value
    known = ", ".join(f'"{c}"' for c in param.choices)
    raise BindError(f'`{param.name}` cannot be "{value}"', where, f"it is one of {known}")


def _wanted(param: Param) -> str:
    names = ", ".join(f'"{c}"' for c in param.choices)
    return {
        "bool": "true or false",
        "int": "an integer",
        "float": "a number",
        "name": f"one of {names}",
        "size": "an integer or a list of integers",
        "pad": f"an integer, a list of integers or one of {names}",
        "ints": "a list of integers",
    }[param.kind]


def show(value: object) -> str:
    """A value as it is written in the language."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case list() | tuple():
            return f"[{', '.join(map(show, value))}]"
        case None:
            return "nothing"
        case _:
            return str(value)


def signature_text(op: Op) -> str:
    """`conv(kernel, out = …, stride = 1, …)`, as in help texts; … is a default that depends."""
    parts = []
    for p in op.params:
        if isinstance(p.default, Required):
            parts.append(p.name)
        else:
            parts.append(f"{p.name} = {'…' if p.default is None else show(p.default)}")
    return f"{op.name}({', '.join(parts)})" if parts else op.name
