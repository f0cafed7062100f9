"""Text to syntax tree, by grammar/nas.lark; on bad text, NasError with every mistake found."""

from __future__ import annotations

import os
from functools import lru_cache
from threading import Lock
from typing import Any

from . import syntax as s
from .diagnostics import NasError, fail
from .lalr import LalrParser, Unparsed
from .spans import Source, Span
from .tables import load_tables
from .tree import KeywordName, TreeBuilder

MAX_CHARACTERS = 2_000_000

_lock = Lock()
_builder = TreeBuilder()


def grammar_text() -> str:
    """The grammar of the language."""
    from . import grammar

    with open(os.path.join(grammar.__path__[0], "nas.lark"), encoding="utf-8") as file:
        return file.read()


@lru_cache(maxsize=1)
def quick_parser() -> LalrParser:
    """The parser of texts without mistakes."""
    return load_tables(grammar_text(), _builder)


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
            tree = quick_parser().parse(source.text, start)
        except (Unparsed, KeywordName):
            from .recovery import parse_or_explain

            tree = parse_or_explain(source, start, _builder)
        if _builder.problems:
            raise NasError(_builder.problems)
        return tree


def check_limits(source: Source) -> None:
    """Refuse a text that is too long, or that holds characters no text file has."""
    if len(source.text) > MAX_CHARACTERS:
        raise fail("NAS001", f"{source.name} is longer than {MAX_CHARACTERS:,} characters")
    if (at := source.text.find("\0")) >= 0:
        raise fail("NAS003", "a NUL character: this is no text file", Span(source, at, at + 1))
