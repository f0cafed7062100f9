"""`nasdsl compile`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .common import costs, file_argument, genotype_options, load_space, pick, set_option

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture


@click.command()
@file_argument
@genotype_options
@click.option(
    "--emit",
    "form",
    type=click.Choice(["python", "nas", "onnx"]),
    default="python",
    help="python: a file that needs torch alone; nas: without choices; onnx: untrained weights.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path))
@set_option
def compile(
    file: str,
    genotype: str | None,
    rank: int | None,
    form: str,
    output: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Write one architecture as PyTorch source, as .nas text or as ONNX."""
    space = load_space(file, sets)
    chosen = pick(space, genotype, rank)
    architecture = space.build(chosen)
    if form == "onnx":
        write_onnx(architecture, output)
        return
    if form == "nas":
        from nasdsl.printer import print_architecture

        text = print_architecture(architecture)
    else:
        from nasdsl.compiler import emit

        cost = costs(architecture)
        name = space.text(chosen)
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
