"""`nasdsl sample`."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import click

from .common import costs, echo_json, file_argument, load_space, seed_option, set_option

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

TRIES = 10_000


@click.command()
@file_argument
@click.option("-n", "count", type=click.IntRange(min=1), default=1, help="How many.")
@click.option("--uniform", is_flag=True, help="Every architecture has the same chance.")
@click.option(
    "--as",
    "form",
    metavar="FORM",
    default="genotype",
    help="What to print of each: genotype, nas, json, or an encoding of the space.",
)
@seed_option
@set_option
def sample(
    file: str, count: int, uniform: bool, form: str, seed: int | None, sets: tuple[str, ...]
) -> None:
    """Draw architectures that meet the requirements of a space."""
    space = load_space(file, sets)
    rng = random.Random(seed)
    drawn = [draw(space, rng, uniform) for _ in range(count)]
    if form == "json":
        echo_json([describe(space, g) for g in drawn])
    elif form == "nas":
        from nasdsl.printer import print_architecture

        texts = [print_architecture(space.build(g), f"genotype {space.text(g)}") for g in drawn]
        click.echo("\n".join(texts), nl=False)
    elif form == "genotype":
        for genotype in drawn:
            click.echo(space.text(genotype))
    else:
        from nasdsl.encodings.library import view_of

        name = view_of(space, form)
        for genotype in drawn:
            click.echo(space.encode(genotype, name))


def draw(space: Space, rng: random.Random, uniform: bool) -> Genotype:
    if not uniform:
        return space.sample_feasible(rng)
    for _ in range(TRIES):
        genotype = space.sample_uniform(rng)
        if space.feasible(genotype):
            return genotype
    return space.sample_feasible(rng)


def describe(space: Space, genotype: Genotype) -> dict[str, Any]:
    """A genotype with its decisions and cost, as JSON."""
    return {
        "genotype": space.text(genotype),
        "rank": None if space.size is None else space.rank(genotype),
        "choices": list(genotype.choices),
        "decisions": {d.path: d.index for d in space.decisions(genotype)},
        "cost": costs(space.build(genotype)),
    }
