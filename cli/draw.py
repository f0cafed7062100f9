"""`nasdsl draw`."""

from __future__ import annotations

from pathlib import Path

import click

from nasdsl.diagnostics import Diagnostic, NasError

from .code import as_option, open_all, targets
from .common import file_argument, genotype_options, set_option


@click.command()
@file_argument
@as_option
@genotype_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The .svg to write; of several texts, a folder for one of each.",
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

    opened = open_all(file, notation, genotype, rank, sets)
    try:
        texts = [draw_architecture(simplify_architecture(s.build(g))) for s, g in opened]
    except ValueError as error:
        raise NasError(Diagnostic("NAS565", str(error), help="draw a smaller one")) from None
    if output is None:
        if len(texts) > 1:
            raise click.UsageError(f"{len(texts)} texts need a folder: -o FOLDER")
        click.echo(texts[0], nl=False)
        return
    if len(texts) == 1 and output.suffix != ".svg":
        raise click.UsageError("only .svg can be written; name a file that ends so")
    for text, path in zip(texts, targets(output, len(texts), ".svg"), strict=True):
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path}", err=True)
