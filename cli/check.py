"""`nasdsl check`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from .common import echo_json, find_space, json_option, read_sets, set_option

if TYPE_CHECKING:
    from nasdsl.diagnostics import Diagnostic
    from nasdsl.settings import SettingValue
    from nasdsl.space import Space


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@set_option
@json_option
def check(files: tuple[str, ...], sets: tuple[str, ...], as_json: bool) -> int:
    """Report every mistake of .nas files; exit code 2 if there is an error, 0 for warnings and notes."""
    found = [d for name in files for d in check_file(name, sets)]
    errors = sum(d.severity == "error" for d in found)
    if as_json:
        echo_json([as_record(d) for d in found])
        return 2 if errors else 0
    if found:
        click.echo("\n\n".join(map(str, found)), err=True)
    if not errors:
        click.echo("no mistakes in " + (files[0] if len(files) == 1 else f"{len(files)} files"))
    return 2 if errors else 0


def check_file(name: str, sets: tuple[str, ...] = ()) -> list[Diagnostic]:
    """The mistakes of one file: that it cannot be found, its code, its search block."""
    from nasdsl.checks import check_space
    from nasdsl.constraints import unproven
    from nasdsl.diagnostics import NasError

    try:
        path = find_space(name)
        given = read_sets(sets)
    except NasError as error:
        return list(error.diagnostics)
    found, space = check_space(path, given)
    if space is None or any(d.severity == "error" for d in found):
        return found
    note = unproven(space)
    return found + search_mistakes(space) + ([note] if note else [])


def search_mistakes(space: Space) -> list[Diagnostic]:
    """What is wrong with the options of the strategy, the evaluator and the objectives, and whether
    the strategy can search the space."""
    from nasdsl.diagnostics import NasError
    from nasdsl.study.options import surely_right

    options: Mapping[str, Any] = {}  # those that name parts of the space are never surely right
    try:
        if not surely_right(space.search):
            from nasdsl.study.config import read_search

            options = read_search(space.search).strategy.options
        for strategy in space.search.get("strategy", ()):
            check_fit(space, strategy, options)
    except NasError as error:
        return list(error.diagnostics)
    return []


def check_fit(space: Space, strategy: SettingValue, options: Mapping[str, Any]) -> None:
    """Raises NasError, at the place of the setting, if the strategy cannot search the space so."""
    from nasdsl.diagnostics import NasError, placed
    from nasdsl.settings import CallSetting
    from nasdsl.strategies.naming import check_options
    from nasdsl.strategies.needs import demand

    if isinstance(strategy, CallSetting):
        try:
            demand(space, strategy.name)
            check_options(space, strategy.name, options)
        except NasError as error:
            raise placed(error, strategy.span) from None


def as_record(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as JSON; lines and columns count from 1, the end is excluded."""
    record: dict[str, Any] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
    }
    span = diagnostic.span
    if span is not None:
        record["file"] = span.source.name
        record["line"], record["column"] = span.source.position(span.start)
        record["end_line"], record["end_column"] = span.source.position(span.end)
    if diagnostic.help:
        record["help"] = diagnostic.help
    notes = [text for text, _ in diagnostic.notes]
    return record | ({"notes": notes} if notes else {})
