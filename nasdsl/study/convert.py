"""Between trials, as strategies know them, and rows, as stores hold them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nasdsl.strategies import Trial

from .rows import Option, Row

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .executors import Result
    from .task import Task


def pending_row(task: Task, number: int, genotype: Genotype, asked: int, space_hash: str) -> Row:
    """A trial just asked for, when so many had been told."""
    return Row(
        number,
        task.space.text(genotype),
        "pending",
        task.trial_seed(number),
        decisions=decisions_of(task.space, genotype),
        space_hash=space_hash,
        budget=task.budget.numbers(),
        asked=asked,
    )


def decisions_of(space: Space, genotype: Genotype) -> dict[str, Option]:
    """The options taken by the paths of the decisions: in words, or the number of an interval."""
    return {
        d.path: d.index if d.domain.kind == "float" else d.domain.show(d.index)
        for d in space.decisions(genotype)
    }


def finished_row(row: Row, result: Result) -> Row:
    """The row of a trial with its result, which must have one."""
    trial = result.trial
    assert trial is not None
    params, macs = trial.metrics.get("params"), trial.metrics.get("macs")
    return replace(
        row,
        state=trial.state,
        values=trial.values,
        metrics=trial.metrics,
        curve=trial.curve,
        params=None if params is None else int(params),
        macs=None if macs is None else int(macs),
        started=result.started,
        finished=result.finished,
        duration=trial.duration,
        reason=trial.reason,
        worker=result.worker,
        ready=None,
    )


def trial_of(row: Row, genotype: Genotype) -> Trial:
    return Trial(
        row.number,
        genotype,
        row.state,  # type: ignore[arg-type]  # one of the states
        row.values,
        row.metrics,
        row.seed,
        row.duration,
        row.reason,
        row.curve,
    )
