"""The words and signs that texts are made of, and where blanks and commas are free.

The grammar and the quick reader are made of the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .forms import Mark, Part, Slot

INT = r"-?\d++"
NUM = r"-?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d++)?+"
TERMINALS = {
    "int": ("INT", INT), "digit": ("DIGIT", r"\d"), "number": ("NUM", NUM), "float": ("NUM", NUM),
    "bool": ("BOOL.2", r"(?:True|False|true|false)\b"), "word": ("WORD", r"[A-Za-z_][A-Za-z0-9_]*+"),
    "letters": ("LETTERS", r"[A-Za-z]++"), "alnum": ("ALNUM", r"[A-Za-z0-9]++"),
}  # fmt: skip
QUOTED = r"'[^'\n]*+'|\"[^\"\n]*+\""
BLANKS = {
    "free": r"\s++", "json": r"\s++", "python": r"(?:\s|#[^\n]*+)++",
}  # fmt: skip


def is_quoted(text: str, layout: str) -> bool:
    """Whether a mark is a text between quotes, of which either kind will do."""
    return layout in ("python", "json") and len(text) > 1 and text[0] == text[-1] == "'"


def mark_pattern(text: str, layout: str) -> str:
    """The pattern of a mark."""
    if text == " ":
        return r"\s++"
    if is_quoted(text, layout):
        inside = re.escape(text[1:-1])
        return f"(?:'{inside}'|\"{inside}\")"
    return re.escape(text) + (r"\b" if layout != "tight" and text[-1].isalnum() else "")


def separator_marks(text: str, layout: str) -> list[Mark]:
    """The marks of a separator."""
    pieces = re.findall(r"\s+|\S+" if layout == "tight" else r"\w+|[^\w\s]|\s+", text)
    kept = [Mark(" " if p.isspace() else p) for p in pieces]
    return kept if layout == "tight" else [m for m in kept if m.text != " "] or kept


def closings(parts: Sequence[Part], layout: str) -> list[int]:
    """The closing brackets that Python lets a comma stand before; lists see to theirs."""
    return [
        i for i, (before, part) in enumerate(pairwise(parts), 1)
        if layout == "python" and isinstance(part, Mark) and part.text in (")", "]", "}")
        and not (isinstance(before, Mark) and before.text in tuple("([{,"))
        and not (isinstance(before, Slot) and before.separator is not None)
    ]  # fmt: skip
