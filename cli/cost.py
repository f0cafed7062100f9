"""`nasdsl cost`."""

from __future__ import annotations

import click

from .common import (
    costs,
    echo_json,
    file_argument,
    genotype_options,
    human,
    json_option,
    load_space,
    pick,
    set_option,
)


@click.command()
@file_argument
@genotype_options
@set_option
@json_option
def cost(
    file: str, genotype: str | None, rank: int | None, sets: tuple[str, ...], as_json: bool
) -> None:
    """Parameters, multiply-adds, activations and depth of one architecture."""
    space = load_space(file, sets)
    chosen = pick(space, genotype, rank)
    found = costs(space.build(chosen))
    if as_json:
        echo_json({"genotype": space.text(chosen), **found})
        return
    for name, value in found.items():
        click.echo(f"{name:<12} {value:>16,}  {human(value) if value >= 1000 else ''}".rstrip())
