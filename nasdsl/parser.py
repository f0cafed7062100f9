"""Text to syntax tree, by grammar/nas.lark; on bad text, NasError with every mistake found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from threading import Lock
from typing import Any

from lark import Lark, Token, UnexpectedInput, UnexpectedToken

from . import syntax as s
from .diagnostics import Diagnostic, NasError, fail
from .lexemes import ITEMS, KEYWORDS, scan
from .mistakes import explain
from .spans import Source, Span
from .spot import Spot
from .tables import load_parser
from .tree import KeywordName, TreeBuilder

MAX_CHARACTERS = 2_000_000
MAX_MISTAKES = 20
_ITEM = re.compile(rf"^({'|'.join(ITEMS)})\b", re.MULTILINE)

_lock = Lock()
_builder = TreeBuilder()


class _WholeWords:
    """Makes the lexer try NAME everywhere, or `letx = 1` would read as `let x = 1`."""

    always_accept = ("NAME",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@lru_cache(maxsize=1)
def grammar() -> Lark:
    """The parser of the language, built once."""
    text = files("nasdsl.grammar").joinpath("nas.lark").read_text(encoding="utf-8")
    return load_parser(text, transformer=_builder, postlex=_WholeWords())


def parse(source: Source) -> s.Program:
    """The tree of a whole file."""
    program: s.Program = _parse(source, "start")
    return program


def parse_text(text: str, name: str = "<text>") -> s.Program:
    """The tree of a text that is in no file."""
    return parse(Source(name, text))


def parse_expression(source: Source) -> s.Expr:
    """The tree of a single expression, with its `where` if it has one."""
    expression: s.Expr = _parse(source, "body")
    return expression


def _parse(source: Source, start: str) -> Any:
    check_limits(source)
    with _lock:
        _builder.begin(source)
        try:
            tree = grammar().parse(source.text, start=start)
        except (UnexpectedInput, KeywordName) as error:
            raise NasError(_mistakes(source, start, error)) from None
        if _builder.problems:
            raise NasError(_builder.problems)
        return tree


def _mistakes(source: Source, start: str, error: UnexpectedInput | KeywordName) -> list[Diagnostic]:
    """Every mistake of a text that has one: parsing goes on at the next declaration."""
    text, begin = source.text, 0
    found: list[Diagnostic] = []
    while len(found) < MAX_MISTAKES:
        spot = _spot(source, start, begin, _position(error, len(text)))
        found += _builder.problems
        if not (_builder.problems and spot.text in KEYWORDS):  # the use of a name that is none
            found.append(explain(spot))
        here = spot.at_margin and spot.text in ITEMS and spot.before
        resume = _ITEM.search(text, spot.at + (0 if here else 1)) if start == "start" else None
        if resume is None:
            break
        begin = resume.start()
        _builder.begin(source)
        try:
            grammar().parse(" " * begin + text[begin:], start=start)
        except (UnexpectedInput, KeywordName) as another:
            error = another
        except NasError as another:
            found += another.diagnostics
            break
        else:
            found += _builder.problems
            break
    return found[:MAX_MISTAKES]


def _position(error: UnexpectedInput | KeywordName, end: int) -> int:
    if isinstance(error, KeywordName):
        return error.position
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return end
    return min(error.pos_in_stream or 0, end)


def _spot(source: Source, start: str, begin: int, at: int) -> Spot:
    """Parse again up to the mistake, which shows what could have stood there."""
    _builder.begin(source)
    state = grammar().parse_interactive(" " * begin + source.text[begin:at], start=start)
    state.exhaust_lexer()
    before = [lexeme for lexeme in scan(source.text, begin, at) if lexeme.kind != "comment"]
    found = next(scan(source.text, at), None)
    here = found if found and found.start == at else None
    accepts = frozenset(state.accepts())  # type: ignore[no-untyped-call]
    spot = Spot(source, at, here, before, accepts)
    if before and spot.after_misread_keyword:
        return _spot(source, start, begin, before[-1].start)
    return spot


def check_limits(source: Source) -> None:
    """Refuse a text that is too long, or that holds characters no text file has."""
    if len(source.text) > MAX_CHARACTERS:
        raise fail("NAS001", f"{source.name} is longer than {MAX_CHARACTERS:,} characters")
    if (at := source.text.find("\0")) >= 0:
        raise fail("NAS003", "a NUL character: this is no text file", Span(source, at, at + 1))
