"""Frozen, slotted record classes that are quick to define.

`dataclass(frozen=True, slots=True)` compiles six methods a class, half a millisecond each; the
language has about seventy node and value classes, and a command that only parses must start fast.
A record compiles nothing: its methods are inherited, its `__init__` is a closure over its slots.
That is slower to call, so a class of which many are made has an `__init__` of its own, by `put`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, Literal, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from .spans import Span

_T = TypeVar("_T")
put = object.__setattr__


class Frozen:
    """A record that is equal to itself only."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()
    _compared: tuple[str, ...] = ()

    def __setattr__(self, name: str, value: Any) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __repr__(self) -> str:
        shown = ", ".join(f"{n}={getattr(self, n)!r}" for n in self._compared)
        return f"{self.__class__.__qualname__}({shown})"

    def __getstate__(self) -> list[Any]:
        return [getattr(self, n) for n in self._fields]

    def __setstate__(self, state: list[Any]) -> None:
        for name, value in zip(self._fields, state, strict=True):
            put(self, name, value)


class Record(Frozen):
    """A record that is equal to those of its class with equal fields."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, n) == getattr(other, n) for n in self._compared)

    def __hash__(self) -> int:
        return hash((self.__class__, *[getattr(self, n) for n in self._compared]))


def named(*, default: None = None, kw_only: Literal[True] = True) -> Any:
    """A field that is given by name only, is None by default, and takes no part in comparison."""
    return _NAMED


_NAMED = object()


@dataclass_transform(frozen_default=True, field_specifiers=(named,))
def record(cls: type[_T]) -> type[_T]:
    """Make a record of a class whose annotations are its fields, with defaults as usual.

    Defaults are shared by all instances. Only `span` of Placed can be a `named` field.
    """
    own = get_annotations(cls)
    fields = tuple(n for n in own if cls.__dict__.get(n) is not _NAMED)
    placed = len(fields) < len(own) or "span" in getattr(cls, "_fields", ())
    defaults = {n: cls.__dict__[n] for n in fields if n in cls.__dict__}
    left_out = {"__dict__", "__weakref__", *own}
    body = {k: v for k, v in cls.__dict__.items() if k not in left_out}
    body.update(
        __slots__=tuple(own), __match_args__=fields,
        _fields=(*fields, "span") if placed else fields, _compared=fields,
    )  # fmt: skip
    meta: Any = type(cls)
    made: Any = meta(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    if "__init__" not in body:
        made.__init__ = _init(made, fields, defaults, placed)
    return made  # type: ignore[no-any-return]  # a class made at run time


def _init(
    cls: Any, fields: tuple[str, ...], defaults: dict[str, Any], placed: bool
) -> Callable[..., None]:
    """An `__init__` that sets every field through its slot."""
    setters = tuple(cls.__dict__[n].__set__ for n in fields)
    set_span: Any = cls.span.__set__ if placed else None
    count = len(fields)

    def __init__(self: Any, *values: Any, **more: Any) -> None:
        if more or len(values) != count:
            values = _complete(cls, fields, defaults, values, more)
        for set_field, value in zip(setters, values, strict=True):
            set_field(self, value)

    def init_placed(self: Any, *values: Any, span: Any = None, **more: Any) -> None:
        if more or len(values) != count:
            values = _complete(cls, fields, defaults, values, more)
        for set_field, value in zip(setters, values, strict=True):
            set_field(self, value)
        set_span(self, span)

    return init_placed if placed else __init__


def _complete(
    cls: type, fields: tuple[str, ...], defaults: dict[str, Any], values: tuple[Any, ...],
    more: dict[str, Any],
) -> tuple[Any, ...]:  # fmt: skip
    """The values of all fields, from those given by place and by name, and the defaults."""
    if len(values) > len(fields):
        raise TypeError(f"{cls.__name__} takes {len(fields)} values, not {len(values)}")
    given = dict(zip(fields, values, strict=False))
    for name, value in more.items():
        if name not in fields or name in given:
            raise TypeError(f"{cls.__name__} has no field {name!r} left to set")
        given[name] = value
    full = {**defaults, **given}
    missing = [n for n in fields if n not in full]
    if missing:
        raise TypeError(f"{cls.__name__} needs {missing[0]!r}")
    return tuple(full[n] for n in fields)


@record
class Placed(Record):
    """Something with a place in a text."""

    span: Span | None = named(default=None, kw_only=True)
