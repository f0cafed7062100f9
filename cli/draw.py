"""`nasdsl draw`."""

from __future__ import annotations

from os.path import isfile, join
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nasdsl.diagnostics import Diagnostic, NasError

from .code import as_option, open_all, targets
from .common import file_argument, genotype_options, load_space, set_option

if TYPE_CHECKING:
    from nasdsl.space import Space


@click.command()
@file_argument
@as_option
@genotype_options
@click.option(
    "--supernet",
    is_flag=True,
    help="The network of all architectures, with the alternatives of every decision.",
)
@click.option(
    "--run",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With the probabilities that this search in the supernet has learnt.",
)
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
    supernet: bool,
    run: Path | None,
    output: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Draw one architecture as SVG: the network, and every motif in it once.

    FILE may be the folder of a search in a supernet, whose mixtures are drawn then.
    """
    try:
        if supernet or run is not None or is_run(file):
            if any(v is not None for v in (notation, genotype, rank)):
                raise click.UsageError("a supernet is of all architectures: name none")
            texts = [mixtures(file, run, sets)]
        else:
            texts = architectures(file, notation, genotype, rank, sets)
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


def architectures(
    file: str, notation: str | None, genotype: str | None, rank: int | None, sets: tuple[str, ...]
) -> list[str]:
    """The drawings of the architectures that the arguments name."""
    from nasdsl.compiler import simplify_architecture
    from nasdsl.drawing import draw_architecture

    opened = open_all(file, notation, genotype, rank, sets)
    return [draw_architecture(simplify_architecture(s.build(g))) for s, g in opened]


def mixtures(file: str, run: Path | None, sets: tuple[str, ...]) -> str:
    """The drawing of the supernet of a space or of a run."""
    from nasdsl.drawing.mixture import draw_mixture
    from nasdsl.oneshot.curves import probabilities
    from nasdsl.relax import relax

    if is_run(file):
        if sets:
            raise click.UsageError("a run has its own settings: leave --set out")
        space, run = space_of(file), run or Path(file)
    else:
        space = load_space(file, sets)
    return draw_mixture(relax(space), None if run is None else probabilities(run))


def is_run(file: str) -> bool:
    """Whether FILE is the folder of a search."""
    return file != "" and isfile(join(file, "study.db"))


def space_of(run: str) -> Space:
    """The space of a run's folder."""
    from nasdsl.study.setup import stored_space

    from .studies import open_study

    with open_study(run, write=False) as store:
        return stored_space(store.info())
