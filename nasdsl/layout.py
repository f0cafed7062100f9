"""Documents and their layout: groups stay on one line if they fit, and break as a whole if not.

After Wadler's "A prettier printer" (2003), with widths kept in the documents, so that the work is
linear. Comments are part of it: a trailing one waits for the end of its line.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

WIDTH = 100
_NEVER = 1_000_000  # the width of what cannot stand on one line

_Kind = Literal["cat", "group", "nest", "break", "hard", "blank", "suffix"]


class Doc:
    """`width` on one line; `lead` up to the first place where a line may end, if it `stops`."""

    __slots__ = ("kind", "lead", "parts", "stops", "text", "width")
    lead: int
    stops: bool
    width: int

    def __init__(
        self, kind: _Kind, parts: tuple[Part, ...] = (), text: str = "", width: int = 0,
        stops: bool = False,
    ) -> None:  # fmt: skip
        self.kind, self.parts, self.text = kind, parts, text
        lead = 0
        for part in parts:
            if isinstance(part, str):
                width += len(part)
                lead += 0 if stops else len(part)
            else:
                width += part.width
                lead += 0 if stops else part.lead
                stops = stops or part.stops
        self.width, self.lead, self.stops = min(width, _NEVER), lead, stops


Part = str | Doc

LINE = Doc("break", text=" ", width=1, stops=True)
SOFT = Doc("break", text="", stops=True)
HARD = Doc("hard", width=_NEVER, stops=True)
BLANK = Doc("blank", width=_NEVER, stops=True)


def cat(*parts: Part) -> Doc:
    return Doc("cat", parts)


def group(*parts: Part) -> Doc:
    """On one line if it fits; otherwise each of its own breaks is a new line."""
    return Doc("group", parts)


def nest(*parts: Part) -> Doc:
    """New lines inside begin two columns further in."""
    return Doc("nest", parts)


def suffix(comment: str, final: bool) -> Doc:
    """A comment for the end of the line; unless `final`, groups around it must break."""
    return Doc("suffix", text=comment, width=0 if final else _NEVER)


def join(separator: Iterable[Part], parts: Iterable[Part]) -> Doc:
    between = tuple(separator)
    joined: list[Part] = []
    for part in parts:
        joined += [*between, part] if joined else [part]
    return Doc("cat", tuple(joined))


class _Page:
    """The text so far; the current line is kept apart, for its end may have to wait."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.column = 0
        self.indent = 0
        self.waiting = ""
        self.moved = False

    def write(self, text: str) -> None:
        if not text:
            return
        if not self.line:
            if text == " ":
                return
            self.line.append(" " * self.indent)
            self.column = self.indent
        if self.waiting and text != " ":
            self.moved = True
        self.line.append(text)
        self.column += len(text)

    def newline(self, indent: int) -> None:
        if self.line:
            text = "".join(self.line).rstrip(" ")
            self.lines.append(f"{text}  {self.waiting}" if self.waiting else text)
            self.line, self.waiting = [], ""
        self.indent = self.column = indent

    def blank(self, indent: int) -> None:
        self.newline(indent)
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def comment(self, text: str, indent: int) -> None:
        if self.waiting:
            self.newline(indent)
            self.moved = True
        if self.line:
            self.waiting = text
        else:
            self.write(text)
            self.newline(indent)


def layout(doc: Doc, width: int = WIDTH) -> tuple[str, bool]:
    """The text of a document, and whether a comment had to move past other text."""
    page = _Page()
    stack: list[tuple[int, bool, Part]] = [(0, False, doc)]
    while stack:
        indent, flat, part = stack.pop()
        if isinstance(part, str):
            page.write(part)
            continue
        kind = part.kind
        if kind == "break" and flat:
            page.write(part.text)
        elif kind == "break" or kind == "hard":
            page.newline(indent)
        elif kind == "blank":
            page.blank(indent)
        elif kind == "suffix":
            page.comment(part.text, indent)
        else:
            if kind == "group" and not flat:
                flat = part.width < _NEVER and _fits(part.width, stack, width - page.column)
            elif kind == "nest":
                indent += 2
            for child in reversed(part.parts):
                stack.append((indent, flat, child))
    page.newline(0)
    return "\n".join(page.lines) + "\n" if page.lines else "", page.moved


def _fits(need: int, rest: list[tuple[int, bool, Part]], room: int) -> bool:
    """Whether `need` columns, and what must follow them on the line, are there."""
    for _, flat, part in reversed(rest):
        if need > room:
            return False
        if isinstance(part, str):
            need += len(part)
        elif flat:
            need += part.width
        else:
            need += part.lead
            if part.stops:
                break
    return need <= room
