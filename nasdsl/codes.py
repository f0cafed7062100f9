"""Parameters that hold a code: `param code: NAME = "text"`, a text that the encoding NAME reads.

Mistakes in a text of the program are shown where it stands there; others in the text by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, Self

from . import syntax as s
from .diagnostics import Diagnostic, NasError, fail, moved
from .spans import Span
from .values import describe

UNREADABLE = ("NAS070", "NAS071", "NAS072", "NAS073", "NAS074", "NAS077")
"""Mistakes of texts: what is wrong with the values of other expressions then follows from them."""
_ESCAPED = 2  # characters of an escape


class Coder(Protocol):
    """An encoding at work."""

    def decode(self, text: str, name: str = "") -> Any:
        """The value of a text, which messages call by the name. Raises NasError."""

    def encode(self, value: Any) -> str:
        """The canonical text of a value. Raises NasError."""


class _Coders(Mapping[str, Coder]):
    """Encodings, each made when it is first used."""

    def __init__(self, declared: Mapping[str, s.Encoding]) -> None:
        self._declared = declared
        self._made: dict[str, Coder] = {}

    def __getitem__(self, name: str) -> Coder:
        if name not in self._made:
            from .encodings import Encoding

            self._made[name] = Encoding(self._declared[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)


class CodeText(str):
    """A text from outside the program, and what messages call it."""

    name: str

    def __new__(cls, text: str, name: str) -> Self:
        made = super().__new__(cls, text)
        made.name = name
        return made


def coders(programs: Sequence[s.Program]) -> Mapping[str, Coder]:
    """The encodings that programs declare, by name."""
    items = (i for p in programs for i in p.items)
    return _Coders({i.name: i for i in items if isinstance(i, s.Encoding)})


def typed(programs: Sequence[s.Program]) -> dict[str, str]:
    """The parameters that hold codes, and the encoding of each."""
    items = (i for p in programs for i in p.items if isinstance(i, s.Param))
    return {b.name: b.type for i in items for b in i.bindings if b.type is not None}


def read_code(binding: s.Binding, given: Any, own: bool, coder: Coder) -> Any:
    """The value of a typed parameter that is given as a text; `own`: by the program."""
    if not isinstance(given, str):
        span = binding.value.span if own else None
        message = (
            f"`{binding.name}` is a text of `{binding.type}`, so it cannot be {describe(given)}"
        )
        raise fail("NAS108", message, span, help="put the text in quotes")
    if not own:
        return coder.decode(str(given), getattr(given, "name", f"<{binding.name}>"))
    try:
        return coder.decode(given)
    except NasError as error:
        raise NasError([_placed(d, given, binding.value) for d in error.diagnostics]) from None


def _placed(found: Diagnostic, code: str, node: s.Expr) -> Diagnostic:
    """A mistake in the text of a literal, at the characters of the program that it is about."""
    while isinstance(node, s.Group):
        node = node.body
    literal = node.span if isinstance(node, s.Text) else None
    if literal is None:
        notes = (*found.notes, ("the text is the value of this", node.span))
        return Diagnostic(found.code, found.message, found.span, found.label, notes, found.help)
    offsets = offsets_in(literal)

    def place(span: Span) -> Span:
        if span.source.text != code:
            return span
        start, end = (offsets[min(at, len(code))] for at in (span.start, span.end))
        return Span(literal.source, start, max(end, start + 1))

    placed = moved(found, place)
    if placed.span is None:
        return Diagnostic(
            placed.code, placed.message, literal, placed.label, placed.notes, placed.help
        )
    return placed


def offsets_in(literal: Span) -> list[int]:
    """Where each character of a quoted text stands in the source, and where it ends."""
    text = literal.text
    quotes = 3 if text[:3] == '"""' else 1
    at, stop = quotes, len(text) - quotes
    found: list[int] = []
    while at < stop:
        found.append(literal.start + at)
        at += _ESCAPED if text[at] == "\\" else 1
    return [*found, literal.start + stop]
