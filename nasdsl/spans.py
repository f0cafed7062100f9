"""Positions in source text: a Source is one text with a name, a Span a half-open range of it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from .record import Frozen, Record, put, record


@record
class Source(Frozen):
    """One text and the name that messages give it."""

    name: str
    text: str
    starts: tuple[int, ...]

    def __init__(self, name: str, text: str) -> None:
        put(self, "name", name)
        put(self, "text", text)
        lengths = [len(line) + 1 for line in text.split("\n")[:-1]]
        put(self, "starts", tuple(accumulate(lengths, initial=0)))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its line end."""
        start = self.starts[number - 1]
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


@record
class Span(Record):
    """The characters start..end (end excluded) of a source."""

    source: Source
    start: int
    end: int

    def __init__(self, source: Source, start: int, end: int) -> None:
        put(self, "source", source)
        put(self, "start", start)
        put(self, "end", end)

    def __contains__(self, other: Span) -> bool:
        return self.source is other.source and self.start <= other.start and other.end <= self.end

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    def __str__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"
