"""How the skeleton of a published instance is said with the parameters of a program.

One row for each encoding of the file (and system, where systems read one notation differently): the
program that reads it, and what each field of `skeleton` is there. A field that a row does not know
is an error: nothing that a further file says is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from . import families

Entry = Mapping[str, Any]
Params = dict[str, Any]
Translate = Callable[[Any], Params]


@dataclass(frozen=True)
class Row:
    """program: what `--as` names. fields: for each field of the skeleton the parameter that takes
    its value, or a function that gives parameters, or None if it says nothing that is to be set."""

    encoding: str
    program: str
    fields: Mapping[str, str | Translate | None]
    systems: tuple[str, ...] = ()
    params: Params = field(default_factory=dict)
    text: Callable[[Entry], str] = lambda entry: str(entry["string"])
    aux: Params | None = None  # what adds the auxiliary head, if the program has one
    more: Callable[[Entry], Params] | None = None  # what only the whole entry tells
    without_dead: Params | None = None  # what leaves out modules that are built and never used
    more_flops: Callable[[Entry], int] = lambda entry: 0  # what its source counts beside the MACs


@dataclass(frozen=True)
class Plan:
    """What to compile: a program, the text it reads, and its parameters."""

    program: str
    text: str
    params: Params
    aux: Params | None
    without_dead: Params | None
    more_flops: int


def rows() -> list[Row]:
    """The rows of every module of the folder."""
    modules = [
        import_module(f"{families.__name__}.{m.name}") for m in iter_modules(families.__path__)
    ]
    return [row for module in modules for row in module.ROWS]


def plan(entry: Entry, table: list[Row]) -> Plan | None:
    """What an entry says, or None if no row is about it. Raises KeyError at an unknown field."""
    fitting = [r for r in table if r.encoding == entry["encoding"]]
    named = [r for r in fitting if entry["system"] in r.systems]
    row = next(iter(named or [r for r in fitting if not r.systems]), None)
    if row is None:
        return None
    params = dict(row.params)
    for name, value in entry["skeleton"].items():
        if name not in row.fields:
            raise KeyError(f"no row says what the skeleton's field {name!r} is ({value!r})")
        target = row.fields[name]
        if isinstance(target, str):
            params[target] = value
        elif target is not None:
            params.update(target(value))
    if row.more is not None:
        params.update(row.more(entry))
    return Plan(
        row.program, row.text(entry), params, row.aux, row.without_dead, row.more_flops(entry)
    )  # fmt: skip
