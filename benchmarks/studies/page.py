"""STUDIES.md, and the figures it is made of in figures.json; a figure measured again replaces its
row."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from .cost import Cost

PAGE = Path(__file__).parents[1] / "STUDIES.md"
FIGURES = Path(__file__).with_name("figures.json")
HEAD = (
    "| study | trials | workers | CPU ms | wall ms | bytes | start, CPU s |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
)


def line(cost: Cost) -> str:
    return (
        f"| {cost.what} | {cost.trials:,} | {cost.workers} | {cost.cpu:.2f} | {cost.wall:.2f}"
        f" | {cost.size:,.0f} | {cost.start:.0f} |"
    )


def recorded() -> list[Cost]:
    if not FIGURES.is_file():
        return []
    return [Cost(**row) for row in json.loads(FIGURES.read_text(encoding="utf-8"))]


def record(costs: Iterable[Cost]) -> None:
    """Put the figures into the file, and write the page of all that are there."""
    rows = {cost.key: cost for cost in (*recorded(), *costs)}
    found = sorted(rows.values(), key=lambda c: (c.what, c.trials, c.workers))
    text = json.dumps([asdict(cost) for cost in found], indent=1)
    FIGURES.write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")


def page(costs: Iterable[Cost]) -> str:
    versions = ", ".join(f"{n} {version(n)}" for n in ("sqlalchemy", "psycopg", "optuna"))
    table = "\n".join([HEAD, *map(line, costs)])
    return TEXT.format(table=table, python=platform.python_version(), versions=versions)


TEXT = """# Studies

What a study costs beside its trials. Written by `python -m benchmarks.studies --store URL --record`,
where the URL names a server of PostgreSQL; some rows alone by `--only TEXT`, with what they are
called.

An evaluator that does nothing; random search; every trial is stored as it is asked for and as it is
finished. A trial is six choices of five, for Optuna as for us, in the space `six` of linear layers;
rows of NAS-Bench-201 have the same choices in networks that are worth the name, and say what it
takes to build those and to reckon their cost, which Optuna has nothing of. That is done in every
trial. One worker is the process of the search itself; several are processes of their own, beside the
search.

CPU: of the search and of its workers, for a trial, from the moment when all workers are at work;
`start` is what went before. The server of PostgreSQL is not counted; it ran with `fsync` off, for
both sides. Bytes: of the store, for a trial, with all indexes and logs. `resume`: opening a finished
study, which asks and tells the strategy all over again. Most of Optuna's runs are short, since they
take so long. Where some of its workers failed (“database is locked”), the figures are per trial that was
wanted, not per trial that was made.

The machine has two cores, which other work kept busy: wall times are up to ten times those of a
quiet one, and only CPU times can be compared. Python {python}, {versions}.

{table}
"""
