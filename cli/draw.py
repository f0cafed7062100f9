"""`nasdsl draw`."""

from __future__ import annotations

from pathlib import Path

import click

from nasdsl.diagnostics import Diagnostic, NasError

from .code import as_option, open_one
from .common import file_argument, genotype_options, set_option


@click.command()
@file_argument
@as_option
@genotype_options
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The .svg to write."
)
@set_option
def draw(
    file: str,
    notation: str | None,
    genotype: str | None,
    rank: int | None,
    output: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Draw one architecture as SVG: the network, and every motif in it once."""
    from nasdsl.compiler import simplify_architecture
    from nasdsl.drawing import draw_architecture

    space, chosen = open_one(file, notation, genotype, rank, sets)
    try:
        text = draw_architecture(simplify_architecture(space.build(chosen)))
    except ValueError as error:
        raise NasError(Diagnostic("NAS565", str(error), help="draw a smaller one")) from None
    if output is None:
        click.echo(text, nl=False)
        return
    if output.suffix != ".svg":
        raise click.UsageError("only .svg can be written; name a file that ends so")
    output.write_text(text, encoding="utf-8")
    click.echo(f"wrote {output}", err=True)
