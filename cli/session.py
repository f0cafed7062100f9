"""A search under way: run it with a view of it, and write and tell what it leaves."""

from __future__ import annotations

import signal
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click

from .common import echo_json
from .main import FailedRun, terminate

if TYPE_CHECKING:
    from nasdsl.space import Space
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.run import Search
    from nasdsl.study.store import Store

    from .execution import Execution

MEMBERS = 12  # of the front, in the last words
ENDS = {
    "budget": "the budget is spent",
    "time": "the time is over",
    "exhausted": "the strategy has nothing left to propose",
    "infeasible": "no feasible architecture was proposed for a long time",
    "interrupted": "interrupted; everything is saved",
}


def drive(
    store: Store,
    space: Space,
    config: SearchConfig,
    execution: Execution,
    retrain: bool,
    as_json: bool,
    give_up: bool = False,
) -> None:
    """Run the search to its end and write what it leaves; exit 1 if no trial succeeded."""
    from nasdsl.study.artefacts import WEIGHTS, write_best
    from nasdsl.study.run import start

    from .live import watching

    signal.signal(signal.SIGTERM, terminate)
    folder = store.folder
    running = start(store, space, config, retry=execution.retry, here=execution.here)
    running.executor = execution.executor(running)
    if give_up:
        running.give_up_pending()
    if not as_json:
        click.echo(f"searching {space.name} in {folder}, stop with Ctrl-C, go on with `resume`")
    try:
        with watching(running, quiet=as_json) as view:
            running.listen(view.epoch)
            stopped = running.run(view.trial)
    except KeyboardInterrupt:
        write_best(running, folder, "interrupted")
        if not as_json:
            report(running, folder, "interrupted")
        raise
    found = write_best(running, folder, stopped)
    missing = running.progress.best is not None and not (folder / WEIGHTS).is_file()
    if retrain and missing and trains(config):
        found |= retrained(running, folder, stopped, as_json)
    if as_json:
        echo_json(found)
    else:
        report(running, folder, stopped, found.get("test_accuracy"))
    if running.progress.best is None:
        recent = list(running.progress.recent)
        reason = f"; the last reason: {recent[-1].reason}" if recent else ""
        raise FailedRun(f"no trial succeeded{reason}")


def trains(config: SearchConfig) -> bool:
    return config.evaluate is not None and config.evaluate.name == "train"


def retrained(running: Search, folder: Path, stopped: str, quiet: bool) -> dict[str, Any]:
    from nasdsl.evaluators.loop import FailedTraining
    from nasdsl.study.artefacts import retrain_best

    from .train import epoch_printer

    if not quiet:
        click.echo("training the best architecture on all but the test split")
    try:
        return retrain_best(running, folder, stopped, None if quiet else epoch_printer())
    except FailedTraining as error:
        raise FailedRun(f"training the best architecture failed: {error}") from error


def report(running: Search, folder: Path, stopped: str, test: float | None = None) -> None:
    """The last words of a run."""
    from nasdsl.study.front import front_of

    from .live import front_lines, front_text, values_text

    progress, front = running.progress, front_of(running)
    click.echo(
        f"{ENDS[stopped]}: {progress.done} done, {progress.failed} failed,"
        f" {progress.infeasible} infeasible"
    )
    if progress.best is not None:
        text = running.task.space.text(progress.best.genotype)
        click.echo(f"best: trial {progress.best.number}, {values_text(running, progress.best)}")
        click.echo(f"      {text}")
    if front is not None:
        click.echo(front_text(running, front))
        width = max(60, get_terminal_size().columns)
        click.echo("\n".join(front_lines(running, front, MEMBERS, width)))
    if test is not None:
        click.echo(f"test accuracy after the final training: {test:.4f}")
    files = [p for p in folder.iterdir() if p.stem != "study"]
    names = {p.name + "/" * p.is_dir() for p in files} | {"study.db"}
    click.echo(f"in {folder}: {', '.join(sorted(names))}")
