"""`nasdsl train`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .code import as_option, label, open_all, targets
from .common import (
    echo_json,
    file_argument,
    genotype_options,
    json_option,
    seed_option,
    set_option,
)
from .main import FailedRun

if TYPE_CHECKING:
    from nasdsl.evaluators.config import TrainConfig
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

PAUSE = 3.0  # seconds between two lines on a training


@click.command()
@file_argument
@as_option
@genotype_options
@click.option("--data", help="A torchvision name, digits, npz:FILE, folder:DIR or text:FILE.")
@click.option("--epochs", type=click.IntRange(min=1))
@click.option("--evaluate", metavar="TEXT", help="All of it: 'train(data = \"digits\", lr = 0.1)'.")
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Train on all but the test split, test, and leave best.py and the weights here.",
)
@seed_option
@set_option
@json_option
def train(
    file: str,
    notation: str | None,
    genotype: str | None,
    rank: int | None,
    data: str | None,
    epochs: int | None,
    evaluate: str | None,
    out: Path | None,
    seed: int | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Train one architecture and print its scores on the validation split (or the test split).

    The recipe is that of the space's `search` block unless --evaluate gives one.
    """
    opened = open_all(file, notation, genotype, rank, sets)
    if out is not None and out.exists() and any(out.iterdir()):
        raise click.UsageError(f"{out} is not empty; choose another folder with --out")
    options: dict[str, object] = {"data": data, "epochs": epochs}
    configs = [recipe(space, evaluate, options) for space, _ in opened]
    folders = [None] * len(opened) if out is None else targets(out, len(opened), "")
    rows = []
    for (space, chosen), config, folder in zip(opened, configs, folders, strict=True):
        found = train_one(space, chosen, config, folder, seed or 0, as_json)
        rows.append({"genotype": label(space, chosen), **found})
        if as_json:
            continue
        if len(opened) > 1:
            click.echo(rows[-1]["genotype"])
        for name, value in found.items():
            click.echo(
                f"{name:<16} {value:.6g}" if isinstance(value, float) else f"{name}  {value}"
            )
    if as_json:
        echo_json(rows if len(rows) > 1 else rows[0])


def train_one(
    space: Space, chosen: Genotype, config: TrainConfig, out: Path | None, seed: int, quiet: bool
) -> dict[str, Any]:
    """The scores of one training. Raises FailedRun."""
    from nasdsl.evaluators import Budget
    from nasdsl.evaluators.loop import FailedTraining
    from nasdsl.evaluators.train import TrainEvaluator

    architecture = space.build(chosen)
    try:
        if out is not None:
            return finish_into(space, chosen, architecture, config, out, seed, quiet)
        return dict(
            TrainEvaluator(config).evaluate(chosen, architecture, seed=seed, budget=Budget())
        )
    except FailedTraining as error:
        raise FailedRun(f"training failed: {error}") from error


def recipe(space: Space, text: str | None, options: dict[str, object]) -> TrainConfig:
    """The training configuration: options over --evaluate over the space's own, if it trains."""
    from nasdsl.configure import configure
    from nasdsl.evaluators.config import TrainConfig
    from nasdsl.study.config import read_search

    from .overrides import read_overrides

    choice = read_search(space.search, read_overrides({"evaluate": text})).evaluate
    trains = choice is not None and choice.name == "train"
    if text is not None and not trains:
        raise click.UsageError("--evaluate must be train(…) here")
    given = dict(choice.options) if choice is not None and trains else {}
    changes = {name: value for name, value in options.items() if value is not None}
    return configure(TrainConfig, {**given, **changes}, what="evaluator `train`")


def finish_into(
    space: Any, chosen: Any, architecture: Any, config: Any, out: Path, seed: int, quiet: bool
) -> dict[str, Any]:
    """Train for good; the summary that `finish` wrote, without its nested parts."""
    from nasdsl.evaluators.finish import finish
    from nasdsl.printer import print_architecture

    finish(
        architecture,
        config,
        out,
        text=print_architecture(architecture, f"genotype {label(space, chosen)}"),
        genotype=label(space, chosen),
        seed=seed,
        on_epoch=None if quiet else epoch_printer(),
    )
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    flat = {key: value for key, value in summary.items() if not isinstance(value, (dict, list))}
    return {**flat, "out": str(out)}


def epoch_printer() -> Callable[[Any], None]:
    """Prints the first epoch, and then one every few seconds."""
    said = -PAUSE

    def show(epoch: Any) -> None:
        nonlocal said
        if epoch.seconds - said >= PAUSE:
            said = epoch.seconds
            click.echo(
                f"epoch {epoch.number:>4}  loss {epoch.train.loss:.4f}"
                f"  accuracy {epoch.train.accuracy:.4f}  {epoch.seconds:.1f} s",
                err=True,
            )

    return show
