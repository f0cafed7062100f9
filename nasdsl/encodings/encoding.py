"""An encoding: one notation of the literature, read and written by one declaration."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nasdsl import syntax as s
from nasdsl.diagnostics import Diagnostic, NasError, fail, moved
from nasdsl.scopes import place
from nasdsl.spans import Source, Span

from .digests import digest
from .forms import APART, Forms, resolve
from .literals import show
from .quick import Miss, scanner
from .rows import Condition, Failure, compile_row
from .write import Unwritable, writer

if TYPE_CHECKING:
    from .read import Reader, Spot

MAX_CHARACTERS = 1_000_000
ASSIGNED = re.compile(r"\s*[A-Za-z_]\w*[ \t]*=(?!=)", re.ASCII)  # what names a text in its source


class Encoding:
    """A declaration at work. Raises NasError if the declaration has mistakes."""

    def __init__(self, declaration: s.Encoding) -> None:
        self.name = declaration.name
        self.doc = declaration.doc or ""
        self.declaration = declaration
        self.forms: Forms = resolve(declaration)
        self._scan = scanner(self.forms)
        self._named = self.forms.layout == "python"  # a text may be assigned to a name
        self._write = writer(self.forms)
        rows = [r for r in declaration.rows if isinstance(r, s.FormCheck)]
        self.conditions: tuple[Condition, ...] = tuple(
            compile_row(row, self.forms.start) for row in rows
        )
        self._digest, little = digest(rows, self.forms)
        self._beyond = tuple(c for c, fits in zip(self.conditions, little, strict=True) if not fits)

    @property
    def grammar(self) -> str:
        """The Lark grammar of the texts."""
        return self._reader.grammar.text

    def check_grammar(self, tries: int = 30) -> None:
        """Raises NasError (NAS076) if the form is ambiguous: its grammar is, or what it writes it
        reads as something else, which so many random values try.
        """
        from random import Random

        from .sample import sample

        self._reader.grammar.check()
        rng = Random(0)
        for _ in range(tries):
            value = sample(self.forms, rng)
            text = self.write(value)
            try:
                again = show(self.read(Source(f"<{self.name}>", text)).value)
            except NasError as error:
                again = f"an error: {error.diagnostics[0].message}"
            if again != show(value):
                message = f"`{self.name}` is ambiguous: it writes {show(value)} as `{text[:200]}`"
                notes = ((f"that is read as {again}", None),)
                span = place(self.declaration, self.name)
                raise fail("NAS076", message, span, notes=notes, help=APART)

    def read(self, source: Source) -> Spot:
        """The value of a text and the places of its parts, by the grammar, without requirements.

        Raises NasError.
        """
        return self._reader.read(source)

    def scan(self, text: str) -> Any:
        """The same value by the quick reader, which raises Miss for texts that it leaves to others."""
        if self._scan is None:
            raise Miss
        return self._scan(text)

    def write(self, value: Any) -> str:
        """The canonical text of a value, without requirements. Raises Unwritable."""
        return self._write(value)

    @cached_property
    def _reader(self) -> Reader:
        from .grammar import Grammar
        from .read import Reader

        return Reader(self.forms, Grammar(self.forms))

    def decode(self, text: str, name: str = "") -> Any:
        """The value of a text; `name` is what messages call it. Where the layout is Python's, the
        text may be assigned to a name, which is passed over.

        Raises NasError with the place in the text, what may stand there and the rule it breaks.
        """
        if len(text) > MAX_CHARACTERS:
            raise fail("NAS070", f"the text is longer than {MAX_CHARACTERS:,} characters")
        read = text
        if self._named and (assigned := ASSIGNED.match(text)):
            read = " " * assigned.end() + text[assigned.end() :]
        if self._scan is not None:
            try:
                value = self._scan(read)
            except Miss:
                pass
            else:
                if self._failure(value) is None:
                    return value
        source = Source(name or f"<{self.name}>", text)
        try:
            return self._decode_slowly(Source(source.name, read))
        except NasError as error:
            there = lambda span: Span(source, span.start, span.end)
            raise NasError([moved(found, there) for found in error.diagnostics]) from None

    def place(self, text: str, path: tuple[str | int, ...], name: str = "") -> Span:
        """The characters of a correct text that gave a part of its value, as near as can be told."""
        source = Source(name or f"<{self.name}>", text)
        spot = self._reader.read(source)
        for key in path:
            if key not in spot.parts:
                break
            spot = spot.parts[key]
        return Span(source, spot.start, spot.end)

    def _decode_slowly(self, source: Source) -> Any:
        spot = self._reader.read(source)
        if (failure := self._failure(spot.value)) is not None:
            inner = spot
            for key in failure.path:
                if isinstance(key, int) and key < 0:
                    key += len(inner.parts)
                if key not in inner.parts:
                    break
                inner = inner.parts[key]
            raise fail("NAS073", failure.message, Span(source, inner.start, inner.end))
        return spot.value

    def _failure(self, value: Any) -> Failure | None:
        env = {self.forms.start: value}
        conditions, known = self.conditions, self._digest
        key = None if known is None else known.key(value)
        if known is not None and key in known:
            conditions = self._beyond
        for condition in conditions:
            if not condition.surely(env) and (failure := condition.failure(value)) is not None:
                return failure
        if known is not None and key is not None and conditions is self.conditions:
            known.add(key)
        return None

    def encode(self, value: Any) -> str:
        """The canonical text of a value.

        Raises NasError if the encoding cannot express it, with the part that it cannot.
        """
        try:
            text = self._write(value)
        except Unwritable as error:
            where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.path)
            message = f"`{self.name}` cannot express {self.forms.start}{where}: {error.reason}"
            raise NasError(Diagnostic("NAS075", message)) from None
        if (failure := self._failure(value)) is not None:
            raise fail("NAS073", f"`{self.name}` cannot express this: {failure.message}")
        return text

    def __repr__(self) -> str:
        return f"<encoding {self.name}>"
