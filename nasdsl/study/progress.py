"""Where a study stands: counts, the best trial, the Pareto front. Memory does not grow with it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from nasdsl.strategies import Trial, Values
from nasdsl.strategies.fronts import extend_front


@dataclass(slots=True)
class Progress:
    """The state of a study, updated trial by trial."""

    done: int = 0
    failed: int = 0
    infeasible: int = 0
    seconds: float = 0.0  # spent in trials, over all sessions of the study
    best: Trial | None = None
    front: list[Trial] = field(default_factory=list)  # with two objectives or more
    worst: Values = ()  # of each objective, among the trials that are done
    recent: deque[Trial] = field(default_factory=lambda: deque(maxlen=8))

    @property
    def counted(self) -> int:
        """Trials that count towards the budget: what was evaluated."""
        return self.done + self.failed

    @property
    def total(self) -> int:
        return self.done + self.failed + self.infeasible

    def add(self, trial: Trial) -> None:
        self.seconds += trial.duration
        match trial.state:
            case "done":
                self.done += 1
                if self.best is None or trial.values > self.best.values:
                    self.best = trial
                if len(trial.values) > 1:
                    extend_front(self.front, trial)
                    worst = self.worst or trial.values
                    self.worst = tuple(map(min, worst, trial.values))
            case "failed":
                self.failed += 1
            case _:
                self.infeasible += 1
        if trial.state != "infeasible":
            self.recent.append(trial)
