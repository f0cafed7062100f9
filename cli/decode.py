"""`nasdsl decode`, `encode`, `convert` and `encodings`."""

from __future__ import annotations

from typing import Any

import click

from .code import as_option, name_of, open_text, read_texts
from .common import (
    costs,
    echo_json,
    file_argument,
    genotype_options,
    json_option,
    load_space,
    pick,
    set_option,
)

text_argument = click.argument("text", metavar="TEXT")


@click.command()
@text_argument
@as_option
@set_option
@json_option
def decode(text: str, notation: str | None, sets: tuple[str, ...], as_json: bool) -> None:
    """What a published string stands for.

    TEXT is the string, @FILE with one a line, or - for standard input.
    """
    rows = [_decoded(one, name_of(one, notation or "auto"), sets) for one in read_texts(text)]
    if as_json:
        echo_json(rows if len(rows) != 1 else rows[0])
        return
    for i, row in enumerate(rows):
        if i:
            click.echo()
        for name, value in row.items():
            if name != "value" and value is not None:
                shown = f"{value:,}" if isinstance(value, int) else value
                click.echo(f"{name:<10} {shown}")


def _decoded(text: str, name: str, sets: tuple[str, ...]) -> dict[str, Any]:
    from nasdsl.encodings.library import encoding, home, members
    from nasdsl.encodings.values import plain

    notation = encoding(name)
    value = notation.decode(text)
    row: dict[str, Any] = {"encoding": name, "text": notation.encode(value)}
    place = home(name)
    row["genotype"] = next((s.text(g) for s, g in members(name, text)), None)
    if place.program or row["genotype"]:
        space, genotype = open_text(text, name, sets)
        found = costs(space.build(genotype))
        row |= {"network": space.name, "params": found["params"], "macs": found["macs"]}
    row["value"] = plain(value)
    return row


@click.command()
@file_argument
@genotype_options
@click.option("--as", "notation", metavar="NAME", help="The encoding, if the space has several.")
@set_option
def encode(
    file: str,
    genotype: str | None,
    rank: int | None,
    notation: str | None,
    sets: tuple[str, ...],
) -> None:
    """Write an architecture of a space in a published notation."""
    from nasdsl.encodings.library import view_of

    space = load_space(file, sets)
    click.echo(space.encode(pick(space, genotype, rank), view_of(space, notation)))


@click.command()
@text_argument
@click.option("--from", "source", metavar="NAME", default="auto", help="The encoding of TEXT.")
@click.option("--to", "target", metavar="NAME", required=True, help="The encoding to write.")
@click.option("--lossy", is_flag=True, help="Write it even if something gets lost.")
def convert(text: str, source: str, target: str, lossy: bool) -> None:
    """Write a published string in another notation.

    Nothing is lost, or it says what the other notation cannot express.
    """
    from nasdsl.encodings.convert import convert as convert_text

    for one in read_texts(text):
        result = convert_text(one, name_of(one, source), target)
        if result.lost and not lossy:
            raise result.error()
        click.echo(result.text)
        for line in result.lost:
            click.echo(f"lost: {line}", err=True)


@click.command()
@click.argument("name", required=False)
@click.option("--grammar", is_flag=True, help="The Lark grammar of the encoding NAME.")
@json_option
def encodings(name: str | None, grammar: bool, as_json: bool) -> None:
    """List the encodings that come with nasdsl, or show one."""
    from nasdsl.encodings.library import encoding, homes, summary

    if name is None:
        rows = [summary(n) for n in homes()]
        if as_json:
            echo_json(rows)
            return
        width = max((len(row["name"]) for row in rows), default=0)
        for row in rows:
            click.echo(f"{row['name']:<{width}}  {row['doc']}")
        return
    if grammar:
        click.echo(encoding(name).grammar, nl=False)
        return
    row = summary(name)
    if as_json:
        echo_json(row)
        return
    for key, value in row.items():
        if value:
            click.echo(f"{key:<11} {', '.join(value) if isinstance(value, list) else value}")
