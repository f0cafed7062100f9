"""The table of encodings in docs/encodings.md."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from nasdsl import syntax
from nasdsl.source import load
from nasdsl.space import Space

from .library import Home, code_parameter, encoding, home, homes, summary

SHOWN = 96
_HEAD = "| encoding | of | example | network, its settings; spaces |\n| --- | --- | --- | --- |\n"


def example(name: str) -> str:
    """A text of a shipped encoding: the one that its program comes with, or that of
    some member of a space."""
    place = home(name)
    if place.program is not None:
        return _default(place.program, name)
    space = Space(load(place.spaces[0]), {})
    return space.encode(space.sample_feasible(Random(0)), name)


def _default(program: str, name: str) -> str:
    """The text in the file: that of a default that is written as one, else what it comes to."""
    programs = load(program)
    parameter = code_parameter(programs, name)
    for item in programs[-1].items:
        for binding in item.bindings if isinstance(item, syntax.Param) else ():
            if binding.name == parameter and isinstance(binding.value, syntax.Text):
                return binding.value.value
    return str(Space(programs, {}).params[parameter])


def settings(place: Home) -> Iterator[str]:
    """The parameters of a program beside its text."""
    if place.program is None:
        return
    for item in load(place.program)[-1].items:
        if isinstance(item, syntax.Param):
            yield from (b.name for b in item.bindings if b.type is None)


def table() -> str:
    """A row for each shipped encoding."""
    return _HEAD + "".join(_row(summary(name)) for name in homes())


def _row(row: dict[str, Any]) -> str:
    name = row["name"]
    notation = encoding(name)
    text = " ".join(notation.encode(notation.decode(example(name))).split())
    shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    network = "; ".join(f"`{space}`" for space in row["spaces"])
    if row["program"]:
        known = ", ".join(f"`{s}`" for s in settings(home(name)))
        network = "; ".join(filter(None, [f"`{row['program']}`: {known}".rstrip(": "), network]))
    cells = [f"`{name}`", row["doc"], f"`{shown}`", network]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
