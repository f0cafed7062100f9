"""Text to syntax tree, by grammar/nas.lark; on bad text, NasError with every mistake found."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from threading import Lock
from typing import Any

from lark import Lark, UnexpectedInput

from . import syntax as s
from .build import Builder
from .diagnostics import fail
from .spans import Source, Span

MAX_CHARACTERS = 2_000_000

_lock = Lock()
_builder = Builder()


@lru_cache(maxsize=1)
def grammar() -> Lark:
    """The parser of the language, built once."""
    text = files("nasdsl.grammar").joinpath("nas.lark").read_text(encoding="utf-8")
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        start=["start", "body"],
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=_builder,
    )


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
            return grammar().parse(source.text, start=start)
        except UnexpectedInput as error:
            at = error.pos_in_stream or 0
            raise fail("NAS010", "syntax error", Span(source, at, at + 1)) from None


def check_limits(source: Source) -> None:
    """Refuse a text that is too long, or that holds characters no text file has."""
    if len(source.text) > MAX_CHARACTERS:
        raise fail("NAS001", f"{source.name} is longer than {MAX_CHARACTERS:,} characters")
    if (at := source.text.find("\0")) >= 0:
        raise fail("NAS003", "a NUL character: this is no text file", Span(source, at, at + 1))
