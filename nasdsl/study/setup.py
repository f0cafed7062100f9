"""From a stored study to what evaluates its trials: the space, and the task of every trial.

A worker on another machine has nothing but the store, so everything is made from there.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.evaluators import Evaluator, make_evaluator

from .config import SearchConfig
from .rows import StudyInfo
from .sources import unpack
from .task import Measure, Task, measure_cost

if TYPE_CHECKING:
    from nasdsl.space import Space


def stored_space(info: StudyInfo) -> Space:
    """The space of a study, from the copy that it holds; NAS546 if it is another by now."""
    from nasdsl import load

    with tempfile.TemporaryDirectory() as folder:
        space: Space = load(unpack(info.sources, Path(folder)), set=dict(info.params))
    check_space(info, space)
    return space


def check_space(info: StudyInfo, space: Space) -> None:
    """Refuse to mix two spaces in one study."""
    if info.space_hash != space.hash:
        message = (
            f"the study is of space `{info.space}` {info.space_hash[:8]},"
            f" this is `{space.name}` {space.hash[:8]}"
        )
        help = "a changed space is another search: start it with `nasdsl search --out`"
        raise NasError(Diagnostic("NAS546", message, help=help))


def make_task(
    space: Space,
    config: SearchConfig,
    *,
    evaluator: Evaluator | None = None,
    measure: Measure = measure_cost,
) -> Task:
    """The task of a search; NAS547 if neither it nor the caller says how to evaluate."""
    if evaluator is None:
        if config.evaluate is None:
            message = "the search does not say how to evaluate"
            help = 'write evaluate = train(data = "digits") in the search block, or give --evaluate'
            raise NasError(Diagnostic("NAS547", message, help=help))
        evaluator = make_evaluator(config.evaluate.name, space, config.evaluate.options)
    return Task(
        space, evaluator, config.objectives, config.seed, config.trial_time, measure=measure
    )
