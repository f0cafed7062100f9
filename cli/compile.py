"""`nasdsl compile`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .code import as_option, label, open_all, targets
from .common import costs, file_argument, genotype_options, set_option

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

SUFFIXES = {"python": ".py", "nas": ".nas", "onnx": ".onnx"}


@click.command()
@file_argument
@as_option
@genotype_options
@click.option(
    "--emit",
    "form",
    type=click.Choice(["python", "nas", "onnx"]),
    default="python",
    help="python: a file that needs torch alone; nas: without choices; onnx: untrained weights.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write; of several texts, a folder for a file of each.",
)
@set_option
def compile(
    file: str,
    notation: str | None,
    genotype: str | None,
    rank: int | None,
    form: str,
    output: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Write one architecture as PyTorch source, as .nas text or as ONNX."""
    opened = open_all(file, notation, genotype, rank, sets)  # all of them, or no file
    if output is None and len(opened) > 1:
        raise click.UsageError(f"{len(opened)} texts need a folder: -o FOLDER")
    paths = [None] if output is None else targets(output, len(opened), SUFFIXES[form])
    for (space, chosen), path in zip(opened, paths, strict=True):
        write(space, chosen, form, path)


def write(space: Space, chosen: Genotype, form: str, output: Path | None) -> None:
    """One architecture to a file, or to standard output."""
    architecture = space.build(chosen)
    if form == "onnx":
        write_onnx(architecture, output)
        return
    if form == "nas":
        from nasdsl.printer import print_architecture

        text = print_architecture(architecture, f"genotype {label(space, chosen)}")
    else:
        from nasdsl.compiler import emit

        cost = costs(architecture)
        name = label(space, chosen)
        text = emit(architecture, genotype=name, parameters=cost["params"], macs=cost["macs"])
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"wrote {output}", err=True)


def write_onnx(architecture: Architecture, output: Path | None) -> None:
    from nasdsl.compiler import compile_architecture, to_onnx

    if output is None:
        raise click.UsageError("an ONNX file needs a name: -o FILE.onnx")
    to_onnx(compile_architecture(architecture), architecture, output)
    click.echo(f"wrote {output}", err=True)
