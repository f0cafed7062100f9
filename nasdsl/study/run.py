"""The loop of a search: ask, evaluate, store, tell; safe to interrupt and to kill at any moment.

Several trials may be under way at a time: strategies are told of each as it ends, in any order,
which the store keeps for the replay (replay.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from nasdsl.codes import typed
from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.evaluators import Evaluator
from nasdsl.seeds import derive_seed
from nasdsl.strategies import Strategy, Trial, make_strategy
from nasdsl.strategies.base import Learner

from .config import SearchConfig
from .convert import finished_row, pending_row, trial_of
from .executors import Executor, Job, Result
from .executors.inprocess import InProcess
from .progress import Progress
from .replay import Replay
from .setup import check_space, make_task
from .store import Row, Store
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
WAIT = 1.0  # seconds in the executor at a time
DIED = "given up: the process died during this trial"
POISON = "its architecture let its process die before"


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a trial is tried again whose process died, and the seconds before the first time,
    which double every time. A trial that raises is not: its seed would make it raise again."""

    times: int = 2
    delay: float = 1.0


@dataclass(slots=True)
class Search:
    """A study with everything needed to go on with it. Trials run in this process unless there is
    an executor, which the search closes at its end."""

    store: Store
    task: Task
    strategy: Strategy
    config: SearchConfig
    progress: Progress
    executor: Executor | None = None
    retry: Retry = field(default_factory=Retry)
    _out: dict[int, tuple[Row, Genotype]] = field(default_factory=dict)
    _told: int = 0
    _total: int = 0
    _hash: str = ""
    _deadly: set[str] = field(default_factory=set)  # genotypes that nobody evaluates again
    _refused: list[Result] = field(default_factory=list)

    def run(self, on_trial: OnTrial | None = None) -> Stop:
        """Go on until a limit is reached; what is under way then is still waited for."""
        executor = self.executor or InProcess(self.task)
        end = None if self.config.time is None else time.monotonic() + self._time_left()
        infeasible = 0
        try:
            for row, _ in self._out.values():
                executor.submit(_job(row))
            while True:
                stop = self._fill(executor, end)
                if not self._out and stop is not None:
                    return stop
                for trial in self._collect(executor):
                    infeasible = infeasible + 1 if trial.state == "infeasible" else 0
                    if infeasible >= MOST_INFEASIBLE:
                        return "infeasible"
                    if on_trial is not None:
                        on_trial(trial, self.progress)
        finally:
            executor.close()

    def listen(self, listen: Callable[[Any], None]) -> None:
        """Be told of the epochs of a strategy that trains."""
        if isinstance(self.strategy, Learner):
            self.strategy.listen(listen)

    def _time_left(self) -> float:
        return (self.config.time or 0.0) - self.progress.seconds

    def _fill(self, executor: Executor, end: float | None) -> Stop | None:
        """Ask for as many trials as there is room for; why for no more, if for another reason."""
        rows: list[Row] = []
        stop: Stop | None = None
        while stop is None and len(self._out) < executor.slots:
            if self.progress.counted + len(self._out) >= self.config.budget:
                stop = "budget"
            elif end is not None and time.monotonic() >= end:
                stop = "time"
            elif asked := self.strategy.ask(1):
                row = pending_row(self.task, self._total, asked[0], self._told, self._hash)
                self._out[row.number] = row, asked[0]
                self._total += 1
                rows.append(row)
            else:
                stop = "exhausted"  # for now, if there are trials to be told of
        if rows:
            self.store.write(*rows)
            for row in rows:
                if row.genotype in self._deadly:
                    self._refuse(row)
                else:
                    executor.submit(_job(row))
        return stop

    def _refuse(self, row: Row) -> None:
        _, genotype = self._out[row.number]
        trial = Trial(row.number, genotype, "failed", seed=row.seed, reason=POISON)
        now = time.time()
        self._refused.append(Result(row.number, trial, now, now, ""))

    def _collect(self, executor: Executor) -> list[Trial]:
        """The trials that ended while it waited, stored and told."""
        refused, self._refused = self._refused, []
        found = refused or executor.wait(WAIT)
        trials = self._keep([r for r in found if r.trial is not None and r.number in self._out])
        for result in found:
            if result.trial is None and result.number in self._out:
                row, genotype = self._out[result.number]
                if trial := self._bury(row, genotype, result, executor):
                    trials.append(trial)
        return trials

    def _bury(
        self, row: Row, genotype: Genotype, result: Result, executor: Executor
    ) -> Trial | None:
        """Deal with a trial whose process died: try it again, or record it as failed."""
        row = replace(row, attempts=row.attempts + result.tries, reason=result.reason)
        if row.attempts <= self.retry.times:
            delay = self.retry.delay * 2 ** (row.attempts - 1)
            row = replace(row, ready=time.time() + delay)
            if self.store.settle(row):
                self._out[row.number] = row, genotype
                executor.submit(_job(row, delay))
            return None
        reason = f"{result.reason}, {row.attempts} times" if row.attempts > 1 else result.reason
        took = max(0.0, result.finished - result.started)
        trial = Trial(row.number, genotype, "failed", seed=row.seed, duration=took, reason=reason)
        row = replace(finished_row(row, replace(result, trial=trial)), told=self._told)
        if not self.store.settle(row):
            return None
        self._deadly.add(row.genotype)
        self._tell(trial)
        return trial

    def give_up_pending(self) -> Trial | None:
        """Record the trials that were under way when the process died as failed; the first, if any.

        For trials that take the whole process with them, whenever they are evaluated again.
        """
        first: Trial | None = None
        for row, genotype in list(self._out.values()):
            row = replace(row, attempts=row.attempts + 1)
            self._deadly.add(row.genotype)
            trial = Trial(row.number, genotype, "failed", seed=row.seed, reason=DIED)
            now = time.time()
            result = Result(row.number, trial, row.started or now, now, row.worker or "")
            self._out[row.number] = row, genotype
            self._keep([result])
            first = first or trial
        return first

    def _keep(self, results: list[Result]) -> list[Trial]:
        """Store results, all in one transaction, and tell the strategy of them."""
        rows = [
            replace(finished_row(self._out[result.number][0], result), told=self._told + place)
            for place, result in enumerate(results)
        ]
        if rows:
            self.store.write(*rows)
        trials = [result.trial for result in results if result.trial is not None]
        for trial in trials:
            self._tell(trial)
        return trials

    def _tell(self, trial: Trial) -> None:
        self._out.pop(trial.number, None)
        self._told += 1
        self.strategy.tell([trial])
        self.progress.add(trial)

    def replay(self) -> None:
        """Bring the strategy to where the stored trials left it; NAS545, NAS571."""
        replay = Replay(self.task.space, self.strategy)
        for trial in replay.run(self.store.rows()):
            self.progress.add(trial)
        self._out, self._told, self._total = replay.out, replay.told, replay.total
        self._deadly = replay.deadly
        for row, genotype in list(self._out.values()):
            if row.state != "pending":  # a worker finished it when nobody drove the study
                self.store.write(replace(row, told=self._told))
                self._tell(trial_of(row, genotype))


def _job(row: Row, delay: float = 0.0) -> Job:
    return Job(row.number, row.genotype, row.seed, row.attempts, delay)


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
    retry: Retry | None = None,
    here: bool = True,
) -> Search:
    """A search over a new or an existing study, replayed to where it stands.

    The evaluator is made from the configuration unless one is given. here: trials are to run in
    this process. NAS546 if the space is not the study's, NAS547 if there is no evaluator, NAS549
    if there is nothing to search, NAS557 if trials cannot be stopped in time here.
    """
    check_space(store.info(), space)
    check_choices(space)
    if here:
        check_time_limit(config.trial_time)
    task = make_task(space, config, evaluator=evaluator, measure=measure)
    seed = derive_seed(config.seed, "strategy")
    strategy = make_strategy(config.strategy.name, space, config.strategy.options, seed)
    if isinstance(strategy, Learner):
        strategy.attach(store.folder, _recipe(config))
    search = Search(store, task, strategy, config, Progress(), retry=retry or Retry())
    search._hash = space.hash
    search.replay()
    return search


def _recipe(config: SearchConfig) -> TrainConfig | None:
    """What the evaluator trains by, if it trains."""
    from nasdsl.evaluators.config import TrainConfig

    if config.evaluate is None or config.evaluate.name != "train":
        return None
    return TrainConfig.model_validate(config.evaluate.options)
