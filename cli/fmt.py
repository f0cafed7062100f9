"""`nasdsl fmt`."""

from __future__ import annotations

import os
import sys

import click

from .common import find_space


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if one would.")
@click.option("--diff", "show_diff", is_flag=True, help="Print the changes instead of making them.")
def fmt(files: tuple[str, ...], only_check: bool, show_diff: bool) -> int:
    """Lay .nas files out in the one format, in place; `-` reads from standard input."""
    from nasdsl.diagnostics import NasError

    changed, mistakes = 0, 0
    for name in files:
        try:
            changed += format_one(name, write=not (only_check or show_diff), diff=show_diff)
        except NasError as error:
            click.echo(str(error), err=True)
            mistakes += 1
    if only_check and changed:
        click.echo(f"{changed} of {len(files)} files would change", err=True)
    if mistakes:
        return 2
    return 1 if only_check and changed else 0


def format_one(name: str, *, write: bool, diff: bool) -> bool:
    """Format a file or standard input; whether its text changes."""
    from nasdsl.format import format_text
    from nasdsl.source import load_source

    if name == "-":
        before = sys.stdin.read()
        after = format_text(before, "<stdin>")
    else:
        path = find_space(name)
        before = load_source(path).text
        after = format_text(before, path)
    if diff:
        from difflib import unified_diff

        lines = unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), name, name
        )
        click.echo("".join(lines), nl=False)
    elif name == "-" and write:
        click.echo(after, nl=False)
    elif write and before != after:
        replace(path, after)
        click.echo(f"formatted {name}", err=True)
    elif not write and before != after:
        click.echo(f"would change {name}", err=True)
    return before != after


def replace(path: str, text: str) -> None:
    """Write a file in one step, with its permissions kept."""
    target = os.path.realpath(path)
    draft = target + ".new"
    with open(draft, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.chmod(draft, os.stat(target).st_mode)
    os.replace(draft, target)
