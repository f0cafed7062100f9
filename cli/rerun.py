"""`nasdsl rerun`: a trial of a study by itself, with its own seed."""

from __future__ import annotations

import click

from .common import echo_json, json_option
from .search import check_python, python_option
from .studies import open_study

TIMES = "seconds", "latency"
"""Metrics that measure the machine, which no seed repeats."""


@click.command()
@click.argument("study", metavar="DIR")
@click.argument("number", type=click.IntRange(min=0), metavar="TRIAL")
@python_option
@json_option
def rerun(study: str, number: int, python: str | None, as_json: bool) -> None:
    """Evaluate a trial again and compare it with what the study holds; exit code 1 if it differs."""
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.setup import make_task, stored_space

    with open_study(study, write=False) as store:
        info, row = store.info(), store.row(number)
    config = SearchConfig.model_validate(info.settings)
    check_python(config, python)
    space = stored_space(info)
    trial = make_task(space, config).perform(number, space.read(row.genotype), row.seed)
    names = sorted({*row.metrics, *trial.metrics}.difference(TIMES))
    pairs = {name: (row.metrics.get(name), trial.metrics.get(name)) for name in names}
    differ = [name for name, (then, now) in pairs.items() if then != now]
    same = not differ and (row.state, row.values) == (trial.state, trial.values)
    if as_json:
        echo_json({"number": number, "same": same, "state": trial.state, "metrics": pairs})
    else:
        click.echo(f"trial {number} of {info.name}: {row.genotype}, seed {row.seed}")
        states = [f"{state} {why}".rstrip() for state, why in (
            (row.state, row.reason), (trial.state, trial.reason))]  # fmt: skip
        click.echo(f"  state: {states[0]}, now {states[1]}")
        for name, (then, now) in pairs.items():
            click.echo(f"  {name}: {then}, now {now}" + "  <- differs" * (name in differ))
        click.echo("the same" if same else "it differs")
    if not same:
        raise SystemExit(1)
