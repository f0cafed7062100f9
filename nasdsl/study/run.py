"""The loop of a search: ask, evaluate, store, tell; and the replay that makes it resumable.

A strategy is deterministic, so its state is its history: to resume, a fresh strategy of the same
seed is asked and told again of every stored trial, and must propose the same genotypes. A trial
that was under way when the process died is asked for once more and evaluated with its own seed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nasdsl.codes import typed
from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.evaluators import Evaluator, make_evaluator
from nasdsl.seeds import derive_seed
from nasdsl.strategies import Strategy, Trial, make_strategy
from nasdsl.strategies.base import Learner

from .config import SearchConfig
from .progress import Progress
from .store import Row, Store, StudyInfo
from .task import Measure, Task, measure_cost
from .timeout import check_time_limit

if TYPE_CHECKING:
    from nasdsl.evaluators.config import TrainConfig
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Stop = Literal["budget", "time", "exhausted", "infeasible"]
OnTrial = Callable[[Trial, Progress], None]

#: So many infeasible proposals in a row end a search.
MOST_INFEASIBLE = 10_000


@dataclass(slots=True)
class Search:
    """A study with everything needed to go on with it."""

    store: Store
    task: Task
    strategy: Strategy
    config: SearchConfig
    progress: Progress

    def run(self, on_trial: OnTrial | None = None) -> Stop:
        """Go on until a limit is reached; safe to interrupt and to kill at any moment."""
        end = None if self.config.time is None else time.monotonic() + self._time_left()
        infeasible = 0
        while True:
            if self.progress.counted >= self.config.budget:
                return "budget"
            if end is not None and time.monotonic() >= end:
                return "time"
            trial = self._step()
            if trial is None:
                return "exhausted"
            infeasible = infeasible + 1 if trial.state == "infeasible" else 0
            if infeasible >= MOST_INFEASIBLE:
                return "infeasible"
            if on_trial is not None:
                on_trial(trial, self.progress)

    def listen(self, listen: Callable[[Any], None]) -> None:
        """Be told of the epochs of a strategy that trains."""
        if isinstance(self.strategy, Learner):
            self.strategy.listen(listen)

    def _time_left(self) -> float:
        return (self.config.time or 0.0) - self.progress.seconds

    def _step(self) -> Trial | None:
        asked = self.strategy.ask(1)
        if not asked:
            return None
        genotype, number = asked[0], self.progress.total
        text = self.task.space.text(genotype)
        started = time.time()
        seed = self.task.trial_seed(number)
        self.store.write(Row(number, text, "pending", seed, started=started))
        trial = self.task.perform(number, genotype)
        self._keep(trial, text, started)
        return trial

    def give_up_pending(self) -> Trial | None:
        """Record the trial that was under way when the process died as failed, if there is one.

        For a trial that takes the whole process with it, whenever it is evaluated again.
        """
        pending = [row for row in self.store.rows() if row.state == "pending"]
        asked = self.strategy.ask(1) if pending else []
        if not asked:
            return None
        number = self.progress.total
        reason = "given up: the process died during this trial"
        seed = self.task.trial_seed(number)
        trial = Trial(number, asked[0], "failed", seed=seed, reason=reason)
        self._keep(trial, self.task.space.text(asked[0]), time.time())
        return trial

    def _keep(self, trial: Trial, text: str, started: float) -> None:
        self.store.write(_row(trial, text, started))
        self.strategy.tell([trial])
        self.progress.add(trial)

    def replay(self) -> None:
        """Bring the strategy to where the stored trials left it.

        NAS545 if it proposes something else than what is stored.
        """
        for number, row in enumerate(r for r in self.store.rows() if r.state != "pending"):
            asked = self.strategy.ask(1)
            text = self.task.space.text(asked[0]) if asked else "nothing"
            if (number, text) != (row.number, row.genotype):
                message = f"trial {row.number} of the study is {row.genotype}, now it is {text}"
                help = "this nasdsl searches differently; resume with the version that started it"
                raise NasError(Diagnostic("NAS545", message, help=help))
            trial = _trial(row, asked[0])
            self.strategy.tell([trial])
            self.progress.add(trial)


def check_choices(space: Space) -> None:
    """NAS549 for the network of a text, which has nothing to choose."""
    codes = typed(space.programs) if space.size == 1 else {}
    if codes:
        name = next(iter(codes.values()))
        message = (
            f"`{space.name}` is the network of one text of `{name}`: there is nothing to search"
        )
        help = f"train it by `nasdsl train --as {name} TEXT`, or search a space (`nasdsl spaces`)"
        raise NasError(Diagnostic("NAS549", message, help=help))


def start(
    store: Store,
    space: Space,
    config: SearchConfig,
    *,
    evaluator: Evaluator | None = None,
    measure: Measure = measure_cost,
) -> Search:
    """A search over a new or an existing study, replayed to where it stands.

    The evaluator is made from the configuration unless one is given. NAS546 if the space is not
    the study's, NAS547 if there is no evaluator, NAS549 if there is nothing to search, NAS557 if
    trials cannot be stopped in time here.
    """
    check_space(store.info(), space)
    check_choices(space)
    check_time_limit(config.trial_time)
    if evaluator is None:
        if config.evaluate is None:
            message = "the search does not say how to evaluate"
            help = 'write evaluate = train(data = "digits") in the search block, or give --evaluate'
            raise NasError(Diagnostic("NAS547", message, help=help))
        evaluator = make_evaluator(config.evaluate.name, space, config.evaluate.options)
    seed = derive_seed(config.seed, "strategy")
    strategy = make_strategy(config.strategy.name, space, config.strategy.options, seed)
    if isinstance(strategy, Learner):
        strategy.attach(store.path.parent, _recipe(config))
    task = Task(
        space,
        evaluator,
        config.objectives,
        config.seed,
        config.trial_time,
        measure=measure,
    )
    search = Search(store, task, strategy, config, Progress())
    search.replay()
    return search


def _recipe(config: SearchConfig) -> TrainConfig | None:
    """What the evaluator trains by, if it trains."""
    from nasdsl.evaluators.config import TrainConfig

    if config.evaluate is None or config.evaluate.name != "train":
        return None
    return TrainConfig.model_validate(config.evaluate.options)


def check_space(info: StudyInfo, space: Space) -> None:
    """Refuse to mix two spaces in one study."""
    if info.space_hash != space.hash:
        message = (
            f"the study is of space `{info.space}` {info.space_hash[:8]},"
            f" this is `{space.name}` {space.hash[:8]}"
        )
        help = "a changed space is another search: start it with `nasdsl search --out`"
        raise NasError(Diagnostic("NAS546", message, help=help))


def _row(trial: Trial, text: str, started: float) -> Row:
    params, macs = trial.metrics.get("params"), trial.metrics.get("macs")
    return Row(
        trial.number,
        text,
        trial.state,
        trial.seed,
        trial.values,
        trial.metrics,
        None if params is None else int(params),
        None if macs is None else int(macs),
        started,
        time.time(),
        trial.duration,
        trial.reason,
    )


def _trial(row: Row, genotype: Genotype) -> Trial:
    return Trial(
        row.number,
        genotype,
        row.state,  # type: ignore[arg-type]
        row.values,
        row.metrics,
        row.seed,
        row.duration,
        row.reason,
    )
