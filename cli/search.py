"""`nasdsl search` and `nasdsl resume`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasdsl.diagnostics import Diagnostic, NasError, placed
from nasdsl.settings import CallSetting

from .common import (
    file_argument,
    find_space,
    json_option,
    load_space,
    set_option,
)
from .session import drive

if TYPE_CHECKING:
    from nasdsl.settings import Settings
    from nasdsl.space import Space
    from nasdsl.spans import Span
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.store import Store

python_option = click.option(
    "--evaluate-python",
    "python",
    metavar="MODULE:FUNCTION",
    help="Evaluate by your own Python function.",
)
own_option = click.option(
    "--strategy-python",
    "own",
    metavar="MODULE:CLASS",
    help="Search by your own strategy, such as 'mine:Climb(restart = 0.3)'.",
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
@own_option
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
    own: str | None,
    retrain: bool,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search a space; leaves a run folder with the study and the best architecture.

    Options go over the `search` block of the file.
    """
    from nasdsl.study.config import read_search
    from nasdsl.study.run import check_choices

    from .overrides import read_overrides, read_own

    path, space = Path(find_space(file)), load_space(file, sets)
    check_choices(space)
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
    config = read_search(space.search, overrides, python=python, own=read_own(own))
    check_strategy(config, space, None if own else place_of_strategy(overrides, space.search))
    check_evaluator(config, space)
    folder = new_folder(out, space.name)
    store = create(folder, path, space, config, space.outline.overrides)
    with store:
        drive(store, space, config, folder, retrain, as_json)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--budget", type=click.IntRange(min=1), help="A new number of trials in all.")
@time_option
@python_option
@own_option
@click.option("--give-up", is_flag=True, help="Record the trial that it died in as failed.")
@retrain_option
@json_option
def resume(
    folder: Path,
    budget: int | None,
    time: str | None,
    python: str | None,
    own: str | None,
    give_up: bool,
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
        check_own(config, own)
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
        drive(store, space, config, path.parent, retrain, as_json, give_up)


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
    folder: Path, path: Path, space: Space, config: SearchConfig, params: Mapping[str, Any]
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


def place_of_strategy(*layers: Settings) -> Span | None:
    """Where the strategy is chosen, the first of the layers first; None if none does."""
    values = next((layer["strategy"] for layer in layers if "strategy" in layer), ())
    return next((value.span for value in values if isinstance(value, CallSetting)), None)


def check_strategy(config: SearchConfig, space: Space, place: Span | None) -> None:
    """Fail for a strategy that cannot search the space before a folder is made; say what is hard."""
    from nasdsl.strategies import PYTHON, make_strategy
    from nasdsl.strategies.needs import cautions

    choice = config.strategy
    try:
        make_strategy(choice.name, space, choice.options, 0)
    except NasError as error:
        raise placed(error, place) from None
    for why in [] if choice.name == PYTHON else cautions(space, choice.name):
        click.echo(f"warning: `{choice.name}` on space `{space.name}`: {why}", err=True)


def check_evaluator(config: SearchConfig, space: Space) -> None:
    """Fail for a wrong set-up before a folder is made."""
    from nasdsl.evaluators import EVALUATORS, make_evaluator
    from nasdsl.study.task import MEASURED, check_objectives

    if config.evaluate is None:
        message = f"space `{space.name}` does not say how to evaluate"
        help = "give --evaluate 'train(data = \"digits\")', or write it into its search block"
        raise NasError(Diagnostic("NAS547", message, help=help))
    name = config.evaluate.name
    known = EVALUATORS[name].metrics
    if name != "train":  # torch is slow to load
        known = getattr(make_evaluator(name, space, config.evaluate.options), "metrics", known)
    if known is not None:
        check_objectives(config.objectives, [*known, *MEASURED])


def check_python(config: SearchConfig, python: str | None) -> None:
    """A study's own word is not enough to run Python: it must be named again."""
    choice = config.evaluate
    target = choice.options.get("target") if choice and choice.name == "python" else None
    if target != python:
        message = f"this study evaluates by {'Python ' + str(target) if target else choice}"
        help = f"give --evaluate-python {target}" if target else "leave --evaluate-python out"
        raise NasError(Diagnostic("NAS556", message, help=help))


def check_own(config: SearchConfig, text: str | None) -> None:
    """The same of a strategy; options need not be given again, and cannot be others."""
    from nasdsl.strategies import PYTHON
    from nasdsl.study.config import own_strategy

    from .overrides import read_own

    choice, call = config.strategy, read_own(text)
    target = choice.options.get("target") if choice.name == PYTHON else None
    if target != (call.name if call else None):
        message = f"this study searches by {'Python ' + str(target) if target else choice}"
        help = f"give --strategy-python {target}" if target else "leave --strategy-python out"
        raise NasError(Diagnostic("NAS556", message, help=help))
    if call and (call.args or call.kwargs) and own_strategy(call) != choice:
        message = f"this study searches by {choice}"
        help = f"give --strategy-python {target}, which has the options of the study"
        raise NasError(Diagnostic("NAS556", message, help=help))
