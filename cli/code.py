"""Texts of an encoding in the place of a FILE: `--as NAME TEXT`, and files with a text a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nasdsl.diagnostics import Diagnostic, NasError

from .common import load_space, pick, read_sets

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

F = TypeVar("F", bound=Callable[..., Any])

as_option = click.option(
    "--as", "notation", metavar="NAME",
    help="FILE is a text of this encoding, or @FILE with one a line; `auto` finds out which.",
)  # fmt: skip


def open_one(
    file: str, notation: str | None, genotype: str | None, rank: int | None, sets: tuple[str, ...]
) -> tuple[Space, Genotype]:
    """The space and the point that the arguments of a command name."""
    if notation is None:
        space = load_space(file, sets)
        return space, pick(space, genotype, rank)
    if genotype is not None or rank is not None:
        raise click.UsageError("a text is one architecture: leave --genotype and --rank out")
    texts = read_texts(file)
    if len(texts) != 1:
        raise click.UsageError(f"{file} holds {len(texts)} texts; this command takes one")
    return open_text(texts[0], notation, sets)


def open_text(text: str, notation: str, sets: tuple[str, ...]) -> tuple[Space, Genotype]:
    from nasdsl.encodings.library import open_code

    return open_code(name_of(text, notation), text, read_sets(sets))


def read_texts(argument: str) -> list[str]:
    """The text of an argument, or those of @FILE: one a line, blank lines and # comments aside.

    A file whose first line ends before its text does (an open bracket) holds a single text.
    """
    if not argument.startswith("@") and argument != "-":
        return [argument]
    if argument == "-":
        whole = click.get_text_stream("stdin").read()
    else:
        from nasdsl.source import load_source

        whole = load_source(argument[1:]).text
    lines = [line.strip() for line in whole.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if lines and any(_open(line) for line in lines):
        return [whole.strip()]
    return lines


def _open(line: str) -> bool:
    return any(line.count(a) != line.count(b) for a, b in ("()", "[]", "{}"))


def name_of(text: str, notation: str) -> str:
    """The encoding that --as names; for `auto`, the only one that the text belongs to (NAS562)."""
    if notation != "auto":
        return notation
    from nasdsl.encodings.library import detect

    found = detect(text)
    if len(found) == 1:
        return found[0]
    if not found:
        help = "`--as NAME` says why a text is not of that encoding"
        raise NasError(Diagnostic("NAS562", "the text belongs to no known encoding", help=help))
    message = f"the text may be {', '.join(found[:-1])} or {found[-1]}"
    raise NasError(Diagnostic("NAS562", message, help=f"say which: --as {found[0]}"))
