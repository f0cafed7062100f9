"""`nasdsl decode`, `encode`, `convert` and `encodings`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from nasdsl.diagnostics import NasError

from .code import AUTO, Code, name_of, open_code, read_codes
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
@click.option(
    "--as", "notation", metavar="NAME", default=AUTO, help="The encoding, if it is not to be found."
)
@set_option
@json_option
def decode(text: str, notation: str, sets: tuple[str, ...], as_json: bool) -> None:
    """What a published string stands for.

    TEXT is the string, @FILE with one a line, or - for standard input.
    """
    rows = [_decoded(code, notation, sets) for code in read_codes(text, notation)]
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


def _decoded(code: Code, notation: str, sets: tuple[str, ...]) -> dict[str, Any]:
    """What is said of a text: its encoding, its network with sizes or why there is none, and the
    search space that it is a member of."""
    from nasdsl.encodings.library import encoding, members
    from nasdsl.encodings.values import plain

    with code.placed():
        name = name_of(code.text, notation)
        value = encoding(name).decode(code.text)
    network: dict[str, Any]
    try:
        space, genotype = open_code(code, name, sets)
    except NasError as error:
        network = {"network": None, "problem": error.diagnostics[0].message}
    else:
        found = costs(space.build(genotype))
        network = {"network": space.name, "params": found["params"], "macs": found["macs"]}
    return {
        "encoding": encoding(name).name,
        **network,
        "genotype": next((s.text(g) for s, g in members(name, code.text)), None),
        "text": encoding(name).encode(value),
        "value": plain(value),
    }


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
@click.option("--from", "source", metavar="NAME", default=AUTO, help="The encoding of TEXT.")
@click.option("--to", "target", metavar="NAME", required=True, help="The encoding to write.")
@click.option("--lossy", is_flag=True, help="Write it even if something gets lost.")
def convert(text: str, source: str, target: str, lossy: bool) -> None:
    """Write a published string in another notation.

    Nothing is lost, or it says what the other notation cannot express.
    """
    from nasdsl.encodings.convert import convert as convert_text
    from nasdsl.encodings.library import encoding

    encoding(target)  # a wrong name is told before any text is read

    for code in read_codes(text, source):
        with code.placed():
            result = convert_text(code.text, name_of(code.text, source), target)
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
        else:
            print_columns([(row["name"], used_by(row), row["doc"]) for row in rows])
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


def used_by(row: Mapping[str, Any]) -> str:
    """The program that compiles texts of an encoding, and the spaces with members of it."""
    return ", ".join([row["program"]] * (row["program"] is not None) + row["spaces"])


def print_columns(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())
