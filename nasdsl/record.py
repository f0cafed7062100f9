"""Frozen, slotted record classes that are quick to define.

`dataclass(frozen=True, slots=True)` compiles six methods a class, half a millisecond each; the
language has about seventy node and value classes, and a command that only parses must start fast.
A record compiles nothing: its methods are inherited, its `__init__` is a closure over its slots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any, TypeVar, dataclass_transform

_T = TypeVar("_T")


class Record:
    """What all records inherit: immutability, and comparison by the fields `_compared`."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()
    _compared: tuple[str, ...] = ()

    def __setattr__(self, name: str, value: Any) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, n) == getattr(other, n) for n in self._compared)

    def __hash__(self) -> int:
        return hash((self.__class__, *[getattr(self, n) for n in self._compared]))

    def __repr__(self) -> str:
        shown = ", ".join(f"{n}={getattr(self, n)!r}" for n in self._compared)
        return f"{self.__class__.__qualname__}({shown})"

    def __getstate__(self) -> list[Any]:
        return [getattr(self, n) for n in self._fields]

    def __setstate__(self, state: list[Any]) -> None:
        for name, value in zip(self._fields, state, strict=True):
            object.__setattr__(self, name, value)


def named(*, default: Any = None, kw_only: bool = True) -> Any:
    """A field that is given by name only, and is None by default."""
    return default


@dataclass_transform(frozen_default=True, field_specifiers=(named,))
def record(cls: type[_T]) -> type[_T]:
    """Make a record of a class whose annotations are its fields, with defaults as usual.

    A field `span` is taken by name only, is None by default, and takes no part in comparison.
    """
    own = cls.__dict__.get("__annotations__", {})
    fields = tuple(n for n in own if n != "span")
    defaults = {n: cls.__dict__[n] for n in fields if n in cls.__dict__}
    body = {
        k: v for k, v in cls.__dict__.items()
        if k not in defaults and k not in ("__dict__", "__weakref__", "span")
    }  # fmt: skip
    spanned = "span" in own or "span" in getattr(cls, "_fields", ())
    names = (*fields, "span") if spanned else fields
    body.update(
        __slots__=fields + (("span",) if "span" in own else ()), __match_args__=fields,
        _fields=names, _compared=fields,
    )  # fmt: skip
    made: Any = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    made.__init__ = _init(made, fields, defaults, spanned)
    return made  # type: ignore[no-any-return]


def _init(
    cls: Any, fields: tuple[str, ...], defaults: dict[str, Any], spanned: bool
) -> Callable[..., None]:
    """An `__init__` that sets every field through its slot."""
    setters = tuple(cls.__dict__[n].__set__ for n in fields)
    set_span = cls.span.__set__ if spanned else None
    count = len(fields)

    def __init__(self: Any, *values: Any, span: Any = None, **named: Any) -> None:
        if named or len(values) != count:
            values = _complete(cls, fields, defaults, values, named)
        for set_field, value in zip(setters, values, strict=True):
            set_field(self, value)
        if set_span is not None:
            set_span(self, span)

    return __init__


def _complete(
    cls: type, fields: tuple[str, ...], defaults: dict[str, Any], values: tuple[Any, ...],
    named: dict[str, Any],
) -> tuple[Any, ...]:  # fmt: skip
    """The values of all fields, from those given by place and by name, and the defaults."""
    if len(values) > len(fields):
        raise TypeError(f"{cls.__name__} takes {len(fields)} values, not {len(values)}")
    given = dict(zip(fields, values, strict=False))
    for name, value in named.items():
        if name not in fields or name in given:
            raise TypeError(f"{cls.__name__} has no field {name!r} left to set")
        given[name] = value
    full = {**defaults, **given}
    missing = [n for n in fields if n not in full]
    if missing:
        raise TypeError(f"{cls.__name__} needs {missing[0]!r}")
    return tuple(full[n] for n in fields)
