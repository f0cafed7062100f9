"""`nasdsl search` and `nasdsl resume`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasdsl.diagnostics import Diagnostic, NasError, placed
from nasdsl.settings import CallSetting

from .common import file_argument, find_space, json_option, load_space, set_option
from .execution import Execution, execution_options
from .session import drive
from .studies import create, new_folder, open_study

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
@click.option("--store", "url", metavar="URL", help="Keep the study there: postgresql://…")
@click.option("--from", "origin", metavar="STUDY", help="Begin with the trials of another study.")
@execution_options
@set_option
@json_option
def search(
    file: str,
    execution: Execution,
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
    url: str | None,
    origin: str | None,
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
    execution.check(config)
    folder = new_folder(out, space.name)
    with create(folder, path, space, config, url) as store:
        if origin is not None:
            take_over(origin, store, space, as_json)
        drive(store, space, config, execution, retrain, as_json)


@click.command()
@click.argument("study", metavar="DIR")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="The run folder of a URL's study."
)
@click.option("--space", "file", metavar="FILE", help="Make sure that the space is this one.")
@click.option("--budget", type=click.IntRange(min=1), help="A new number of trials in all.")
@time_option
@python_option
@own_option
@click.option("--give-up", is_flag=True, help="Record the trial that it died in as failed.")
@retrain_option
@execution_options
@json_option
def resume(
    study: str,
    execution: Execution,
    out: Path | None,
    file: str | None,
    budget: int | None,
    time: str | None,
    python: str | None,
    own: str | None,
    give_up: bool,
    retrain: bool,
    as_json: bool,
) -> None:
    """Go on with the search in a run folder, exactly as if it had not been stopped.

    DIR is the folder, or the URL of the study.
    """
    from nasdsl import load
    from nasdsl.settings import read_seconds
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.setup import stored_space

    with open_study(study, out) as store:
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
        execution.check(config)
        space = stored_space(store.info())
        if file is not None:
            check_same(space, load(find_space(file), set=dict(info.params)))
        drive(store, space, config, execution, retrain, as_json, give_up)


def check_same(ours: Space, theirs: Space) -> None:
    """NAS546, with the decisions that differ, if a file is no longer the space of the study."""
    from nasdsl.difference import difference

    found = difference(ours, theirs)
    if found.same:
        return
    message = "the space of the study is another:\n" + "\n".join(found.lines())
    help = "`nasdsl search FILE --from STUDY` begins with the trials that still exist in it"
    raise NasError(Diagnostic("NAS546", message, help=help))


def take_over(origin: str, store: Store, space: Space, quiet: bool) -> None:
    """Begin a study with the trials of another, and say how many still exist."""
    from nasdsl.study.takeover import take_over_trials

    with open_study(origin, write=False) as other:
        taken, left = take_over_trials(other, store, space)
    if not quiet:
        click.echo(f"took over {taken} trials of {origin}; {left} do not exist in this space")


def quoted(text: str | None) -> str | None:
    return None if text is None else json.dumps(text)


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
    goals = len(config.objectives)
    for why in [] if choice.name == PYTHON else cautions(space, choice.name, goals):
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
