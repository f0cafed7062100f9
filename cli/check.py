"""`nasdsl check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import echo_json, find_space, json_option

if TYPE_CHECKING:
    from nasdsl.diagnostics import Diagnostic


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@json_option
def check(files: tuple[str, ...], as_json: bool) -> int:
    """Report every mistake of .nas files; exit code 2 if there is any."""
    found = [d for name in files for d in check_file(name)]
    if as_json:
        echo_json([as_record(d) for d in found])
    elif found:
        click.echo("\n\n".join(map(str, found)), err=True)
    else:
        click.echo("no mistakes in " + (files[0] if len(files) == 1 else f"{len(files)} files"))
    return 2 if found else 0


def check_file(name: str) -> list[Diagnostic]:
    """The mistakes of one file, that it cannot be found included."""
    import nasdsl
    from nasdsl.diagnostics import NasError

    try:
        path: Path = find_space(name)
    except NasError as error:
        return list(error.diagnostics)
    return list(nasdsl.check(path))


def as_record(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as JSON; lines and columns count from 1, the end is excluded."""
    record: dict[str, Any] = {"code": diagnostic.code, "message": diagnostic.message}
    span = diagnostic.span
    if span is not None:
        record["file"] = span.source.name
        record["line"], record["column"] = span.source.position(span.start)
        record["end_line"], record["end_column"] = span.source.position(span.end)
    if diagnostic.help:
        record["help"] = diagnostic.help
    notes = [text for text, _ in diagnostic.notes]
    return record | ({"notes": notes} if notes else {})
