"""What the quick reader is put together from: functions that read a part of a text at a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from nasdsl.values import Fields

from .forms import Forms, Mark, Part, Quoted, Template
from .read import NUMBERS

Scan: TypeAlias = Callable[[str, int], tuple[Any, int]]
"""The value of a part at a place and where it ends; -1 if it does not stand there."""
Convert: TypeAlias = Callable[[Any], Any]

_MEMO = 4096
NO: tuple[Any, int] = (None, -1)


class Pattern:
    """A regular expression in the making: with groups for its slots, and what gives their values."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.converts: list[Convert | None] = []

    def group(self, body: str, convert: Convert | None) -> None:
        self.pieces.append(f"\0{body})")
        self.converts.append(convert)

    def text(self, groups: bool = True) -> str:
        return "".join(self.pieces).replace("\0", "(" if groups else "(?:")


class Memo(dict[Any, Any]):
    """Values by their texts, made when first asked for: equal elements are one object."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, text: Any) -> Any:
        if len(self) >= _MEMO:
            self.clear()
        value = self[text] = self.make(text)
        return value


def either(options: Sequence[Scan]) -> Scan:
    def scan(text: str, at: int) -> tuple[Any, int]:
        for option in options:
            found = option(text, at)
            if found[1] >= 0:
                return found
        return NO

    return scan


def first_of(scans: Sequence[Scan], text: str, at: int) -> tuple[int, Any, int]:
    for i, scan in enumerate(scans):
        value, end = scan(text, at)
        if end > at:
            return i, value, end
    return 0, None, -1


def compiled(pattern: Pattern, joint: str = "") -> Callable[[str, int], re.Match[str] | None]:
    return re.compile(pattern.text() + joint, re.ASCII).match


def segments(
    steps: Sequence[Pattern | Scan],
) -> list[tuple[Any, Callable[[re.Match[str]], Any] | None, Scan | None]]:
    """Steps in triples: what matches a pattern, what takes its values, and the function behind it."""
    found: list[tuple[Any, Callable[[re.Match[str]], Any] | None, Scan | None]] = []
    match, take = None, None
    for step in steps:
        if isinstance(step, Pattern):
            match, take = compiled(step), taker(step, list) if step.converts else None
        else:
            found.append((match, take, step))
            match, take = None, None
    return [*found, (match, take, None)] if match is not None else found


def taker(pattern: Pattern, build: Convert) -> Callable[[re.Match[str]], Any]:
    converts = [c or str for c in pattern.converts]
    if len(converts) == 1:
        (only,) = converts
        return lambda match: build((only(match[1]),))
    return lambda match: build([c(t) for c, t in zip(converts, match.groups(), strict=True)])


def quick_list(
    pattern: Pattern, build: Convert | None, joint: str, trailing: bool, opening: str = ""
) -> tuple[str, Convert]:
    """A list of elements that are one pattern: what it matches, and what takes that apart at once.

    opening: a character with which every element begins, and that stands nowhere else.
    """
    once = f"(?>{pattern.text(groups=False)})"
    end = f"(?:{joint})?+" if trailing else ""
    whole = f"(?:{once}(?:{joint}{once})*+{end})?+"
    each = re.compile(
        f"({pattern.text(groups=False)})" + (f"(?:{joint})?+" if joint else ""), re.ASCII
    )
    apart = re.compile(pattern.text(), re.ASCII).match
    converts = [c or str for c in pattern.converts]

    def make(element: str) -> Any:
        match = apart(element)
        assert match is not None
        values = [c(x) for c, x in zip(converts, match.groups(), strict=True)]
        return values[0] if build is None else build(values)

    if opening:
        piece = Memo(lambda behind: make(opening + behind)).__getitem__
        return whole, lambda text: tuple(map(piece, text.split(opening)[1:]))
    element, elements = Memo(make).__getitem__, each.findall
    return whole, lambda text: tuple(map(element, elements(text)))


def opening(parts: Sequence[Part], joint: str, forms: Forms, inside: bool) -> str:
    """The mark with which elements of these parts begin, if it stands nowhere else in a list."""
    if not parts or not isinstance(parts[0], Mark):
        return ""
    mark, others = parts[0].text, [*_texts(parts[1:], forms, inside), joint]
    alone = len(mark) == 1 and not re.match(r"[\w\s,'\"-]", mark)
    return mark if alone and all(text is not None and mark not in text for text in others) else ""


def _texts(parts: Sequence[Part], forms: Forms, inside: bool) -> Iterator[str | None]:
    """What may stand in parts, letters and digits aside; None for what is not known."""
    for part in parts:
        if isinstance(part, Mark):
            yield part.text
        elif isinstance(part, Quoted):
            yield from _texts(part.parts, forms, inside)
        elif part.separator is None and part.rule in forms.rules:
            for word in forms.rules[part.rule].words or (None,):
                yield from (None,) if word is None else _texts(word.inside(inside), forms, inside)
        else:
            yield "-" if part.separator is None and part.rule == "int" else None


def convert_of(rule: str) -> Convert | None:
    if rule == "bool":
        return lambda text: text[0] in "Tt"
    return int if rule == "int" else NUMBERS.get(rule)


def builder(form: Template) -> Convert:
    """The value of a template from those of its slots."""
    if form.bare:
        return lambda values: values[0]
    names = tuple(s.field for s in form.slots)
    label = form.label
    if label is not None:
        names = ("kind", *names)
        return lambda values: Fields(names, (label, *values))
    if not names:
        value = form.value
        return lambda values: value
    kind: Any = Fields
    new, set_names, set_values = kind.__new__, kind.names.__set__, kind.values.__set__

    def build(values: Any) -> Fields:
        made: Fields = new(kind)
        set_names(made, names)
        set_values(made, tuple(values))
        return made

    return build
