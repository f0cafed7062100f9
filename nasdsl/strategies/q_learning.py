"""MetaQNN: Baker, Gupta, Naik, Raskar, "Designing neural network architectures using reinforcement
learning", ICLR 2017, algorithms 1 to 3.

A tabular agent chooses decision by decision, ε-greedily. After each architecture it draws `replay`
of those it remembers and learns each of their trajectories backwards; the last choice alone is
rewarded, by the value of the architecture (the first objective). A model that is sampled again is
not trained again, and does not count in the schedule: its value is remembered once more.

The paper chooses a whole layer at a time, in states of its own space; here a layer is as many choices
as it has decisions, and the states are declared (nasdsl.strategies.abstraction). The released code
replays 128 trajectories, the paper says 100.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from .q_learner import QConfig, QLearner, Schedule

if TYPE_CHECKING:
    from .base import Trial

TENTHS = ((0.9, 100), (0.8, 100), (0.7, 100), *((e / 10, 150) for e in (6, 5, 4, 3, 2, 1)))


class QLearningConfig(QConfig):
    """The paper's schedule takes 2,700 models. For about 100 of them there is `epsilon = short`,
    with which the rate must be larger too: `q_learning(epsilon = short, alpha = 0.5, replay = 20)`.
    """

    epsilon: Schedule = Field(
        default=((1.0, 1500), *TENTHS),
        description="[ε, models] pairs, the last ε stays; `short` is a schedule of 100 models",
    )


class QLearning(QLearner):
    Config = QLearningConfig

    def reward(self, trial: Trial) -> float:
        return trial.values[0]
