"""What a printer asks of its text: the pieces of a tree in order, with their comments if any."""

from __future__ import annotations

from typing import Protocol

from . import syntax as s
from .layout import Part


class Feed(Protocol):
    """Where the text of pieces comes from."""

    def take(self, text: str) -> Part:
        """The next piece, which is `text` in some spelling."""

    def drop_comma(self) -> Part:
        """What is left of an optional comma, if one comes next."""

    def rest(self) -> Part:
        """The comments before the next piece, on lines of their own."""

    def blank(self) -> bool | None:
        """Whether an empty line comes before the next piece; None if nobody knows."""

    def follows(self, text: str) -> bool | None:
        """Whether the next piece is this one; None if nobody knows."""

    def breaks(self) -> bool:
        """Whether the next piece begins a line of its source."""

    def commented(self) -> bool:
        """Whether comments come before the next piece."""

    def begin_row(self, row: s.Syntax) -> None:
        """A node follows that gets lines of its own."""


def quote(value: str) -> str:
    """A text as a literal."""
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        value = value.replace(char, escape)
    return f'"{value}"'
