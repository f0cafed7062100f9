"""Texts of an encoding in the place of a FILE: `--as NAME TEXT`, and files of texts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nasdsl.diagnostics import Diagnostic, NasError, moved
from nasdsl.record import Record, record
from nasdsl.spans import Source, Span

from .common import load_space, pick, read_sets

if TYPE_CHECKING:
    from pathlib import Path

    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

F = TypeVar("F", bound=Callable[..., Any])
AUTO = "auto"
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}

as_option = click.option(
    "--as", "notation", metavar="NAME",
    help="FILE is a text of this encoding, @FILE of such texts or - for standard input; "
    "`auto` finds out which encoding it is.",
)  # fmt: skip


@record
class Code(Record):
    """A text, and where it stands if it was read from a file."""

    text: str
    source: Source | None = None
    start: int = 0

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Mistakes in the text are shown where it stands in its file."""
        try:
            yield
        except NasError as error:
            if self.source is None:
                raise
            raise NasError([self._place(found) for found in error.diagnostics]) from None

    def _place(self, found: Diagnostic) -> Diagnostic:
        source = self.source
        assert source is not None

        def there(span: Span) -> Span:
            if span.source.text != self.text:
                return span
            return Span(source, span.start + self.start, span.end + self.start)

        if found.span is None:  # the text as a whole
            whole = Span(Source("", self.text), 0, len(self.text))
            found = Diagnostic(found.code, found.message, whole, "", found.notes, found.help)
        return moved(found, there)


def open_all(
    file: str, notation: str | None, genotype: str | None, rank: int | None, sets: tuple[str, ...]
) -> list[tuple[Space, Genotype]]:
    """The spaces and points that the arguments of a command name: several only for a file of texts."""
    if notation is None:
        space = load_space(file, sets)
        return [(space, pick(space, genotype, rank))]
    if genotype is not None or rank is not None:
        raise click.UsageError("a text is one architecture: leave --genotype and --rank out")
    return [open_code(code, notation, sets) for code in read_codes(file, notation)]


def targets(output: Path, count: int, suffix: str) -> list[Path]:
    """Where so many results go: into `output` itself, or into a folder of this name by number."""
    if count == 1:
        if not suffix:
            output.mkdir(parents=True, exist_ok=True)  # before there is anything to lose
        elif output.is_dir():
            raise click.UsageError(f"{output} is a folder; name a file")
        elif not output.parent.is_dir():
            raise click.UsageError(
                f"there is no folder {output.parent} to write {output.name} into"
            )
        return [output]
    if output.is_file():
        raise click.UsageError(f"{count} texts need a folder: -o FOLDER")
    output.mkdir(parents=True, exist_ok=True)
    digits = len(str(count))
    return [output / f"{number:0{digits}}{suffix}" for number in range(1, count + 1)]


def open_code(code: Code, notation: str, sets: tuple[str, ...]) -> tuple[Space, Genotype]:
    """What a text stands for, by a notation or `auto`."""
    from nasdsl.encodings.library import open_code

    with code.placed():
        return open_code(name_of(code.text, notation), code.text, read_sets(sets))


def label(space: Space, genotype: Genotype) -> str:
    """How a network is told from others in a file: the text of a code, or the genotype."""
    from nasdsl.codes import typed

    codes = typed(space.programs)
    if not codes:
        return space.text(genotype)
    return "; ".join(f"{codes[n]} {' '.join(str(space.params[n]).split())}" for n in codes)


def name_of(text: str, notation: str) -> str:
    """The encoding that --as names; for `auto`, the only one that the text belongs to (NAS562)."""
    if notation != AUTO:
        return notation
    from nasdsl.encodings.detect import identify

    try:
        return identify(text)
    except NasError:
        if os.path.isfile(text):
            help = f"write @{text} for the texts in it"
            raise NasError(
                Diagnostic("NAS562", f"{text} is a file, not a text", help=help)
            ) from None
        raise


def read_codes(argument: str, notation: str) -> list[Code]:
    """The text of an argument, or those of @FILE and of standard input, which hold at least one.

    A file holds a text a line; a text goes on to the lines that close its brackets. Blank lines and
    # comments between texts are passed over. If only the whole file is a text, it is one.
    """
    if argument == "-":
        source = Source("<stdin>", sys.stdin.read())
    elif argument == "@":
        raise click.UsageError("@ is followed by the name of a file")
    elif argument.startswith("@"):
        from nasdsl.source import load_source

        source = load_source(argument[1:])
    else:
        return [Code(argument)]
    codes = list(_pieces(source))
    if not codes:
        raise click.UsageError(f"{source.name} holds no text")
    whole = source.text.strip()
    if (
        len(codes) > 1
        and _reads(whole, notation)
        and not all(_reads(c.text, notation) for c in codes)
    ):
        return [Code(whole, source, source.text.index(whole))]
    return codes


def _pieces(source: Source) -> Iterator[Code]:
    """The texts of a file, each as many lines as close its brackets."""
    first: int | None = None
    depth = at = 0
    for line in source.text.splitlines(keepends=True):
        stripped = line.strip()
        if first is None and stripped and not stripped.startswith("#"):
            first = at + line.index(stripped)
        at += len(line)
        if first is None:
            continue
        depth += _opened(stripped)
        if depth <= 0:
            yield Code(source.text[first:at].rstrip(), source, first)
            first, depth = None, 0
    if first is not None:
        yield Code(source.text[first:].rstrip(), source, first)


def _opened(line: str) -> int:
    """How many more brackets a line opens than it closes; those in quotes and comments aside."""
    depth, quote = 0, ""
    for character in line:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#":
            break
        else:
            depth += _BRACKETS.get(character, 0)
    return depth


def _reads(text: str, notation: str) -> bool:
    from nasdsl.encodings.detect import detect, reads
    from nasdsl.encodings.library import encoding

    return bool(detect(text)) if notation == AUTO else reads(encoding(notation), text)
