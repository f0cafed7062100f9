"""`nasdsl spaces`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nasdsl.diagnostics import NasError, did_you_mean

from .common import echo_json, json_option, shipped_programs, shipped_spaces, size_text


@click.command()
@click.argument("name", required=False)
@click.option("--copy", is_flag=True, help="Copy it, with what it imports, into this folder.")
@click.option("--sizes", is_flag=True, help="Count each space as well (some take seconds).")
@json_option
def spaces(name: str | None, copy: bool, sizes: bool, as_json: bool) -> None:
    """List the spaces that come with nasdsl, or find one: its path, or a copy to edit."""
    if name is None:
        list_spaces(shipped_spaces(), sizes, as_json)
        return
    known = shipped_programs()
    if name not in known:
        help = did_you_mean(name, list(known)).replace("`", "'")
        raise click.UsageError(f"there is no space '{name}'" + (f"; {help}" if help else ""))
    if copy:
        copy_space(known[name])
    elif as_json:
        echo_json(describe(known[name]))
    else:
        click.echo(known[name])


def list_spaces(known: dict[str, str], sizes: bool, as_json: bool) -> None:
    if as_json:
        echo_json([{"name": n, **(describe(p) if sizes else brief(p))} for n, p in known.items()])
        return
    width = max((len(name) for name in known), default=0)
    for name, path in known.items():
        click.echo(f"{name:<{width}}  {doc_line(path)}")
        if sizes:
            record = describe(path)
            click.echo(f"{'':<{width}}  {record.get('problem') or size_text(record['size'])}")


def brief(path: str) -> dict[str, Any]:
    """The path and the line of documentation of a space."""
    return {"path": path, "doc": doc_line(path)}


def describe(path: str) -> dict[str, Any]:
    """The path, the line of documentation and the size of a space."""
    from nasdsl import load

    try:
        size: int | None = load(path).size
    except NasError as error:
        problem = error.diagnostics[0].message
        return {"path": path, "doc": "", "size": None, "problem": problem}
    return {**brief(path), "size": size}


def doc_line(path: str) -> str:
    """The text beside the name of the space."""
    from nasdsl import source, syntax

    for item in source.load(path)[-1].items:
        if isinstance(item, syntax.SpaceDecl):
            return item.doc or ""
    return ""


def copy_space(path: str) -> None:
    """Copy a space and the files it imports; nothing is overwritten."""
    from nasdsl.study.sources import collect

    texts = collect(Path(path))
    taken = [name for name in texts if Path(name).exists()]
    if taken:
        raise click.UsageError(f"{', '.join(taken)} is here already; nothing was copied")
    for name, text in texts.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
        click.echo(f"wrote {name}")
