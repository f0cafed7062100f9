"""A quick scan of text into words, signs, strings and comments, right or wrong.

It never fails, so it serves where the parser does not: explaining mistakes and keeping comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from .record import Record, put, record

Kind = Literal["word", "number", "string", "path", "comment", "sign"]

_ITEMS = "space import param let motif network require search encoding encode"
_OTHERS = """where if else or and not in any some of pick permutation step log ordered repeated
as one case graph repeat for out when true false"""
ITEMS = tuple(_ITEMS.split())
"""The words that begin a declaration."""
KEYWORDS = frozenset([*ITEMS, *_OTHERS.split()])

_LEXEME = re.compile(
    r"""
    (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>(\d+\.\d+([eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+)\w*)
  | (?P<string>"{3}(\\(.|\n)|"{0,2}[^"\\])*("{3})?|"(\\.|[^"\\\n])*"?)
  | (?P<path>`[^`\n]*`?)
  | (?P<comment>\#[^\n]*)
  | (?P<sign>->|\.\.|\+=|==|!=|<=|>=|\.[A-Za-z_]\w*|[^\s\w])
    """,
    re.VERBOSE,
)


@record
class Lexeme(Record):
    """One piece of text and where it starts."""

    kind: Kind
    text: str
    start: int

    def __init__(self, kind: Kind, text: str, start: int) -> None:
        put(self, "kind", kind)
        put(self, "text", text)
        put(self, "start", start)

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def scan(text: str, start: int = 0, end: int | None = None) -> Iterator[Lexeme]:
    """The pieces of text[start:end], comments included, blanks and odd characters left out."""
    for match in _LEXEME.finditer(text, start, len(text) if end is None else end):
        yield Lexeme(match.lastgroup, match[0], match.start())  # type: ignore[arg-type]  # every match has a group


def is_name(text: str) -> bool:
    """Whether a text can be a name: a word, and no keyword."""
    return text.isascii() and text.isidentifier() and text not in KEYWORDS


def unclosed(lexemes: list[Lexeme]) -> list[Lexeme]:
    """The brackets still open after the lexemes, outermost first; a wrong closer closes nothing."""
    pairs = {")": "(", "]": "[", "}": "{"}
    stack: list[Lexeme] = []
    for lexeme in lexemes:
        if lexeme.kind != "sign":
            continue
        if lexeme.text in "([{":
            stack.append(lexeme)
        elif stack and pairs.get(lexeme.text) == stack[-1].text:
            stack.pop()
    return stack
