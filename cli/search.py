"""`nasdsl search` and `nasdsl resume`."""

from __future__ import annotations

import json
import signal
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasdsl.diagnostics import Diagnostic, NasError

from .common import (
    echo_json,
    file_argument,
    find_space,
    json_option,
    load_space,
    read_sets,
    set_option,
)
from .main import FailedRun

if TYPE_CHECKING:
    from nasdsl.space import Space
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.run import Search
    from nasdsl.study.store import Store

ENDS = {
    "budget": "the budget is spent",
    "time": "the time is over",
    "exhausted": "the strategy has nothing left to propose",
    "infeasible": "no feasible architecture was proposed for a long time",
    "interrupted": "interrupted; everything is saved",
}
python_option = click.option(
    "--evaluate-python",
    "python",
    metavar="MODULE:FUNCTION",
    help="Evaluate by your own Python function.",
)
retrain_option = click.option(
    "--retrain/--no-retrain", default=True, help="Train the best one for good at the end."
)
time_option = click.option("--time", metavar="TIME", help="Stop after it: 90, 10m, 2h.")
budget_option = click.option("--budget", type=click.IntRange(min=1), help="Trials in all.")


@click.command()
@file_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The run folder, a new one.")
@click.option(
    "--strategy", metavar="TEXT", help="Such as 'random' or 'local_search(neighbours=9)'."
)
@click.option("--evaluate", metavar="TEXT", help="Such as 'train(data = \"digits\", epochs = 5)'.")
@click.option("--objective", metavar="TEXT", help="Such as 'maximize(accuracy), minimize(macs)'.")
@budget_option
@click.option("--seed", type=int, help="Same seed, same trials.")
@time_option
@click.option("--trial-time", metavar="TIME", help="Give a trial up after it.")
@python_option
@retrain_option
@set_option
@json_option
def search(
    file: str,
    out: Path | None,
    strategy: str | None,
    evaluate: str | None,
    objective: str | None,
    budget: int | None,
    seed: int | None,
    time: str | None,
    trial_time: str | None,
    python: str | None,
    retrain: bool,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search a space; leaves a run folder with the study and the best architecture.

    Options go over the `search` block of the file.
    """
    from nasdsl.study.config import read_search

    from .overrides import read_overrides

    path, space = find_space(file), load_space(file, sets)
    overrides = read_overrides(
        {
            "strategy": strategy,
            "evaluate": evaluate,
            "objective": objective,
            "budget": None if budget is None else str(budget),
            "seed": None if seed is None else str(seed),
            "time": quoted(time),
            "trial_time": quoted(trial_time),
        }
    )
    config = read_search(space.search, overrides, python=python)
    check_evaluator(config, space)
    folder = new_folder(out, space.name)
    store = create(folder, path, space, config, read_sets(sets))
    with store:
        drive(store, space, config, folder, retrain=retrain, as_json=as_json)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--budget", type=click.IntRange(min=1), help="A new number of trials in all.")
@time_option
@python_option
@retrain_option
@json_option
def resume(
    folder: Path,
    budget: int | None,
    time: str | None,
    python: str | None,
    retrain: bool,
    as_json: bool,
) -> None:
    """Go on with the search in a run folder, exactly as if it had not been stopped."""
    from nasdsl.settings import read_seconds
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.store import Store

    path = folder if folder.suffix == ".db" else folder / "study.db"
    with Store.open(path) as store:
        info = store.info()
        config = SearchConfig.model_validate(info.settings)
        check_python(config, python)
        changes: dict[str, Any] = {} if budget is None else {"budget": budget}
        if time is not None:
            try:
                changes["time"] = read_seconds(time)
            except ValueError as error:
                raise click.UsageError(f"--time {time}: {error}") from None
        if changes:
            config = config.model_copy(update=changes)
            store.update_settings(config.model_dump(mode="json"))
        space = stored_space(store)
        drive(store, space, config, path.parent, retrain=retrain, as_json=as_json)


def quoted(text: str | None) -> str | None:
    return None if text is None else json.dumps(text)


def new_folder(out: Path | None, name: str) -> Path:
    """A folder for a run: the one asked for, which must not hold anything, or runs/NAME-1, -2, …"""
    if out is None:
        folders = (Path("runs") / f"{name}-{number}" for number in count(1))
        out = next(folder for folder in folders if not folder.exists())
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        message = f"{out} exists and is not empty"
        help = f"go on with it by `nasdsl resume {out}`, or choose another folder with --out"
        raise NasError(Diagnostic("NAS555", message, help=help))
    out.mkdir(parents=True, exist_ok=True)
    return out


def create(
    folder: Path, path: Path, space: Space, config: SearchConfig, params: dict[str, Any]
) -> Store:
    """The study of a new run, with its own copy of the space."""
    from nasdsl.study.artefacts import write_text
    from nasdsl.study.sources import collect
    from nasdsl.study.store import Store, StudyInfo

    settings = config.model_dump(mode="json")
    sources = collect(path)
    info = StudyInfo(folder.name, space.name, space.hash, settings, config.seed, sources, params)
    record = {"space": str(path), "params": params, "search": settings}
    write_text(folder / "config.json", json.dumps(record, indent=2) + "\n")
    return Store.create(folder / "study.db", info)


def stored_space(store: Store) -> Space:
    """The space of a study, from the copy that it holds."""
    from nasdsl import load
    from nasdsl.study.run import check_space
    from nasdsl.study.sources import unpack

    info = store.info()
    with tempfile.TemporaryDirectory() as folder:
        space: Space = load(unpack(info.sources, Path(folder)), set=dict(info.params))
    check_space(info, space)
    return space


def check_evaluator(config: SearchConfig, space: Space) -> None:
    """Fail for a wrong set-up before a folder is made."""
    from nasdsl.evaluators import make_evaluator
    from nasdsl.strategies import make_strategy

    make_strategy(config.strategy.name, space, config.strategy.options, 0)
    if config.evaluate is not None and config.evaluate.name != "train":
        make_evaluator(config.evaluate.name, space, config.evaluate.options)
    if config.evaluate is None:
        message = f"space `{space.name}` does not say how to evaluate"
        help = "give --evaluate 'train(data = \"digits\")', or write it into its search block"
        raise NasError(Diagnostic("NAS547", message, help=help))


def check_python(config: SearchConfig, python: str | None) -> None:
    """A study's own word is not enough to run Python: it must be named again."""
    choice = config.evaluate
    target = choice.options.get("target") if choice and choice.name == "python" else None
    if target != python:
        message = f"this study evaluates by {'Python ' + str(target) if target else choice}"
        help = f"give --evaluate-python {target}" if target else "leave --evaluate-python out"
        raise NasError(Diagnostic("NAS556", message, help=help))


def drive(
    store: Store,
    space: Space,
    config: SearchConfig,
    folder: Path,
    *,
    retrain: bool,
    as_json: bool,
) -> None:
    """Run the search to its end and write what it leaves; exit 1 if no trial succeeded."""
    from nasdsl.study.artefacts import write_best
    from nasdsl.study.run import start

    from .live import watching

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill is a Ctrl-C
    running = start(store, space, config)
    if not as_json:
        click.echo(f"searching {space.name} in {folder}, stop with Ctrl-C, go on with `resume`")
    try:
        with watching(running, quiet=as_json) as view:
            stopped = running.run(view.trial)
    except KeyboardInterrupt:
        write_best(running, folder, "interrupted")
        if not as_json:
            report(running, folder, "interrupted")
        raise
    found = write_best(running, folder, stopped)
    if retrain and running.progress.best is not None and trains(config):
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

    from .train import print_epoch

    if not quiet:
        click.echo("training the best architecture on all but the test split")
    try:
        return retrain_best(running, folder, stopped, None if quiet else print_epoch)
    except FailedTraining as error:
        raise FailedRun(f"training the best architecture failed: {error}") from error


def report(running: Search, folder: Path, stopped: str, test: float | None = None) -> None:
    """The last words of a run."""
    from .live import values_text

    progress = running.progress
    click.echo(
        f"{ENDS[stopped]}: {progress.done} done, {progress.failed} failed,"
        f" {progress.infeasible} infeasible"
    )
    if progress.best is not None:
        text = running.task.space.text(progress.best.genotype)
        click.echo(f"best: trial {progress.best.number}, {values_text(running, progress.best)}")
        click.echo(f"      {text}")
    if len(progress.front) > 1:
        click.echo(f"Pareto front: {len(progress.front)} architectures, in summary.json")
    if test is not None:
        click.echo(f"test accuracy after the final training: {test:.4f}")
    click.echo(
        f"in {folder}: " + ", ".join(sorted(p.name for p in folder.iterdir() if p.is_file()))
    )
