"""From one notation to another, by what their programs and spaces say of each other.

A program `code_A.nas` says `encode B = …` over the value of its text; a space that encodes both A and
B leads from one to the other through its genotypes. Conversions are tried back, so that nothing is
lost unsaid.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import Diagnostic, NasError, fail
from nasdsl.record import Record, record
from nasdsl.source import load
from nasdsl.space import Space
from nasdsl.values import Fields

from .encoding import Encoding
from .expressions import evaluate_in
from .library import Home, encoding, home, homes
from .literals import show
from .write import Unwritable

MAX_STEPS = 3


@record
class Converted(Record):
    """A text of the other encoding, the way it took, and what it does not say."""

    text: str
    way: tuple[str, ...]
    lost: tuple[str, ...]

    def error(self) -> NasError:
        """What got lost, as a mistake (NAS564)."""
        message = f"`{self.way[-1]}` cannot express all of this: {'; '.join(self.lost)}"
        help = "--lossy writes what it can"
        return NasError(Diagnostic("NAS564", message, help=help))


def convert(text: str, source: str, target: str) -> Converted:
    """A text of one encoding as a text of another.

    Raises NasError: of the text, NAS563 if nothing leads from one encoding to the other, NAS075 if
    the other has no text for it.
    """
    first, last = encoding(source), encoding(target)
    value = first.decode(text)
    way = find_way(source, target)
    if way is None:
        message = f"nothing says how `{source}` is written as `{target}`"
        known = sorted(n for n in homes() if n != source and find_way(source, n))
        help = f"it can be written as {', '.join(known)}" if known else ""
        raise NasError(Diagnostic("NAS563", message, help=help))
    result = value
    for a, b in pairwise(way):
        result = step(a, b, result)
    written = _written(last, result)
    lost: tuple[str, ...] = ()
    back = find_way(target, source)
    if back is not None and source != target:
        again = last.decode(written)
        try:
            for a, b in pairwise(back):
                again = step(a, b, again)
        except NasError as error:
            lost = (error.diagnostics[0].message,)
        else:
            lost = tuple(differences(value, again))
    return Converted(written, way, lost)


def _written(notation: Encoding, value: Any) -> str:
    """The text of a value; if it breaks a requirement (NAS564), that is shown in the text."""
    try:
        text = notation.write(value)
    except Unwritable:
        return notation.encode(value)  # which says why not
    try:
        notation.decode(text)
    except NasError as error:
        message = f"`{notation.name}` cannot express this: {error.diagnostics[0].message}"
        raise fail("NAS564", message, error.diagnostics[0].span) from None
    return text


def find_way(source: str, target: str) -> tuple[str, ...] | None:
    """The shortest chain of encodings from one to another."""
    ways: list[tuple[str, ...]] = [(source,)]
    seen = {source}
    for way in ways:
        if way[-1] == target:
            return way
        if len(way) > MAX_STEPS:
            continue
        for name in steps(way[-1]):
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return None


def steps(name: str) -> list[str]:
    """The encodings that one leads to directly: by its program first, then by spaces they share."""
    place = home(name)
    found = list(place.others)
    for other in homes().values():
        if other.name != name and set(other.spaces) & set(place.spaces):
            found.append(other.name)
    return found


def _encodes(place: Home) -> list[syntax.Encode]:
    if place.program is None:
        return []
    items = load(place.program)[-1].items
    return [item for item in items if isinstance(item, syntax.Encode)]


def step(source: str, target: str, value: Any) -> Any:
    """The value in one encoding of a value in another that it leads to directly."""
    place = home(source)
    for item in _encodes(place):
        if item.name == target and place.program is not None:
            try:
                return evaluate_in(load(place.program), item.value, source, value)
            except NasError as error:  # the place is in the program, which is not the user's
                message = f"`{target}` cannot express this: {error.diagnostics[0].message}"
                raise fail("NAS564", message) from None
    text = encoding(source).encode(value)
    problem: NasError | None = None
    for path in place.spaces:
        if path in home(target).spaces:
            space = Space(load(path), {})
            try:
                return encoding(target).decode(space.encode(space.decode(text, source), target))
            except NasError as error:
                problem = problem or error
    assert problem is not None, os.path.basename(place.declared)
    raise problem


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Where two values differ, in words; at most the first place of each part."""
    if before == after and isinstance(before, bool) == isinstance(after, bool):
        return
    if isinstance(before, Fields) and isinstance(after, Fields) and before.names == after.names:
        for name, a, b in zip(before.names, before.values, after.values, strict=True):
            yield from differences(a, b, f"{path}.{name}")
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for i, (a, b) in enumerate(zip(before, after, strict=True)):
            if a != b:
                yield from differences(a, b, f"{path}[{i}]")
                return
    else:
        yield f"{path.lstrip('.') or 'the text'} is {show(before)}, and would be read as {show(after)}"
