"""Reading the compact genotype text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .diagnostics import fail
from .genotype import Genotype
from .spans import Source, Span

if TYPE_CHECKING:
    from .space import Space

MAX_TEXT = 1_000_000


def read(space: Space, text: str) -> Genotype:
    """`name:hash:1.0.2` as a genotype. Raises NasError that points into the text."""
    text = text.strip()
    source = Source("<genotype>", text[:MAX_TEXT])
    parts = text.split(":")
    if len(text) > MAX_TEXT or len(parts) != 3:
        raise fail("NAS463", "a genotype is written `name:hash:choices`", Span(source, 0, len(source.text)),
                   help=f"as `{space.text(space.genotype({}))}`")  # fmt: skip
    name, digest, body = parts
    if name != space.name:
        raise fail("NAS464", f"this genotype is of the space `{name}`, not `{space.name}`",
                   Span(source, 0, len(name)))  # fmt: skip
    if digest != space.hash[:8]:
        start = len(name) + 1
        raise fail("NAS465", f"this genotype is of another version of `{name}` ({digest}; now {space.hash[:8]})",
                   Span(source, start, start + len(digest)),
                   help="the decisions have changed since; set the parameters it was made with")  # fmt: skip
    choices: list[int | float] = []
    place = len(name) + len(digest) + 2
    for word in body.split(".") if body else []:
        choices.append(_number(word, Span(source, place, place + len(word))))
        place += len(word) + 1
    genotype = Genotype(tuple(choices))
    space.decisions(genotype)
    return genotype


def _number(word: str, span: Span) -> int | float:
    try:
        if "x" in word:
            return float.fromhex(word.replace("_", "."))
        if word.isascii() and word.isdigit() and len(word) <= 40:
            return int(word)
    except (ValueError, OverflowError):
        pass
    raise fail(
        "NAS466",
        f"`{word}` is not a choice",
        span,
        help="choices are whole numbers, separated by dots",
    )
