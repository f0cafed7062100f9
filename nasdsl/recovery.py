"""Texts that do not parse, by Lark: every mistake found, parsing again after each.

Imported only for such texts. Lark tells what could have stood where parsing stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lark import Lark, Token, UnexpectedInput, UnexpectedToken

from .diagnostics import Diagnostic, NasError
from .lexemes import ITEMS, KEYWORDS, scan
from .mistakes import explain
from .parser import grammar_text
from .spans import Source
from .spot import Spot
from .tables import load_lark
from .tree import KeywordName, TreeBuilder

MAX_MISTAKES = 20
_ITEM = re.compile(rf"^({'|'.join(ITEMS)})\b", re.MULTILINE)


class _WholeWords:
    """Makes the lexer try NAME everywhere, or `letx = 1` would read as `let x = 1`."""

    always_accept = ("NAME",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@lru_cache(maxsize=1)
def lark_parser(builder: TreeBuilder) -> Lark:
    """Lark's parser of the language, made once for each builder."""
    return load_lark(grammar_text(), transformer=builder, postlex=_WholeWords())


def parse_or_explain(source: Source, start: str, builder: TreeBuilder) -> Any:
    """The tree, or a NasError with the mistakes of the text."""
    builder.begin(source)
    try:
        return lark_parser(builder).parse(source.text, start=start)
    except (UnexpectedInput, KeywordName) as error:
        raise NasError(_mistakes(source, start, error, builder)) from None


def _mistakes(
    source: Source, start: str, error: UnexpectedInput | KeywordName, builder: TreeBuilder
) -> list[Diagnostic]:
    """Every mistake of a text that has one: parsing goes on at the next declaration."""
    text, begin = source.text, 0
    found: list[Diagnostic] = []
    while len(found) < MAX_MISTAKES:
        spot = _spot(builder, source, start, begin, _position(error, len(text)))
        found += builder.problems
        if not (builder.problems and spot.text in KEYWORDS):  # the use of a name that is none
            found.append(explain(spot))
        here = spot.at_margin and spot.text in ITEMS and spot.before
        resume = _ITEM.search(text, spot.at + (0 if here else 1)) if start == "start" else None
        if resume is None:
            break
        begin = resume.start()
        builder.begin(source)
        try:
            lark_parser(builder).parse(" " * begin + text[begin:], start=start)
        except (UnexpectedInput, KeywordName) as another:
            error = another
        except NasError as another:
            found += another.diagnostics
            break
        else:
            found += builder.problems
            break
    return found[:MAX_MISTAKES]


def _position(error: UnexpectedInput | KeywordName, end: int) -> int:
    if isinstance(error, KeywordName):
        return error.position
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return end
    return min(error.pos_in_stream or 0, end)


def _spot(builder: TreeBuilder, source: Source, start: str, begin: int, at: int) -> Spot:
    """Parse again up to the mistake, which shows what could have stood there."""
    builder.begin(source)
    state = lark_parser(builder).parse_interactive(" " * begin + source.text[begin:at], start=start)
    state.exhaust_lexer()
    before = [lexeme for lexeme in scan(source.text, begin, at) if lexeme.kind != "comment"]
    found = next(scan(source.text, at), None)
    here = found if found and found.start == at else None
    accepts = frozenset(state.accepts())  # type: ignore[no-untyped-call]  # lark leaves it untyped
    spot = Spot(source, at, here, before, accepts)
    if before and spot.after_misread_keyword:
        return _spot(builder, source, start, begin, before[-1].start)
    return spot
