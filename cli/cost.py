"""`nasdsl cost`."""

from __future__ import annotations

import click

from .code import Code, as_option, open_all, open_code, read_codes
from .common import (
    costs,
    echo_json,
    file_argument,
    genotype_options,
    human,
    json_option,
    set_option,
)


@click.command()
@file_argument
@as_option
@genotype_options
@set_option
@json_option
def cost(
    file: str,
    notation: str | None,
    genotype: str | None,
    rank: int | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Parameters, multiply-adds, activations and depth of one architecture, or of many texts."""
    codes = [] if notation is None else read_codes(file, notation)
    if notation is not None and len(codes) > 1:
        table(codes, notation, sets, as_json)
        return
    [(space, chosen)] = open_all(file, notation, genotype, rank, sets)
    found = costs(space.build(chosen))
    if as_json:
        named = {"text": codes[0].text} if codes else {"genotype": space.text(chosen)}
        echo_json({**named, **found})
        return
    for name, value in found.items():
        click.echo(f"{name:<12} {value:>16,}  {human(value) if value >= 1000 else ''}".rstrip())


def table(codes: list[Code], notation: str, sets: tuple[str, ...], as_json: bool) -> None:
    """A row for each text."""
    rows: list[dict[str, str | int]] = []
    for code in codes:
        space, chosen = open_code(code, notation, sets)
        rows.append({"text": code.text, **costs(space.build(chosen))})
    if as_json:
        echo_json(rows)
        return
    click.echo(f"{'params':>14} {'macs':>17}  text")
    for row in rows:
        shown = " ".join(str(row["text"]).split())
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        click.echo(f"{row['params']:>14,} {row['macs']:>17,}  {shown}")
