"""The compact text of a genotype."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .diagnostics import NasError, fail
from .genotype import Genotype
from .spans import Source, Span

if TYPE_CHECKING:
    from .space import Space

MAX_TEXT = 1_000_000

_WHOLE = re.compile(r"[0-9.]*")
MAX_DIGITS = 4_000
"""Of an index: more are no number, whatever limit the interpreter has."""


def write(space: Space, genotype: Genotype) -> str:
    """`name:hash:1.0.2`."""
    choices = genotype.choices
    if set(map(type, choices)) == {int}:
        return f"{space.name}:{space.hash[:8]}:{'.'.join(map(str, choices))}"
    return f"{space.name}:{space.hash[:8]}:{'.'.join(map(_word, choices))}"


def _word(choice: float) -> str:
    return str(choice) if isinstance(choice, int) else choice.hex().replace(".", "_")


def read(space: Space, text: str) -> Genotype:
    """`name:hash:1.0.2` as a genotype. Raises NasError that points into the text."""
    text = text.strip()
    parts = text.split(":")
    if len(text) > MAX_TEXT or len(parts) != 3:
        raise fail("NAS463", "a genotype is written `name:hash:choices`", _part(text, 0, MAX_TEXT),
                   help=f"as `{space.text(space.genotype({}))}`")  # fmt: skip
    name, digest, body = parts
    if name != space.name:
        raise fail("NAS464", f"this genotype is of the space `{name}`, not `{space.name}`",
                   _part(text, 0, len(name)))  # fmt: skip
    start = len(name) + 1
    if digest != space.hash[:8]:
        raise fail("NAS465", f"this genotype is of another version of `{name}` ({digest}; now {space.hash[:8]})",
                   _part(text, start, len(digest)),
                   help="the decisions have changed since; set the parameters it was made with")  # fmt: skip
    words = body.split(".") if body else []
    try:
        choices: tuple[int | float, ...] = tuple(
            map(int if _WHOLE.fullmatch(body) and len(body) < MAX_DIGITS else _number, words)
        )
    except (ValueError, OverflowError):
        raise _misread(text, words, start + len(digest) + 1) from None
    genotype = Genotype(choices)
    space.check(genotype)
    return genotype


def _part(text: str, start: int, length: int) -> Span:
    source = Source("<genotype>", text[:MAX_TEXT])
    return Span(source, start, min(start + length, len(source.text)))


def _number(word: str) -> int | float:
    """Raises ValueError or OverflowError, as `int` does for words that are empty or very long."""
    if "x" in word:
        return float.fromhex(word.replace("_", "."))
    if not word.isascii() or not word.isdigit() or len(word) > MAX_DIGITS:
        raise ValueError(word)
    return int(word)


def _misread(text: str, words: list[str], place: int) -> NasError:
    """The error that points to the first word that is no choice."""
    for word in words:
        try:
            _number(word)
        except (ValueError, OverflowError):
            break
        place += len(word) + 1
    return fail("NAS466", f"`{word}` is not a choice", _part(text, place, len(word)),
                help="choices are whole numbers, separated by dots")  # fmt: skip
