"""What the Q-learning strategies share: ε by a schedule, a memory of trials, and its replay."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field, field_validator

from nasdsl.configure import Config

from .abstraction import check_names, feature
from .base import Seen, Trial, dump_rng, load_rng, several
from .q_table import Episode, QTable, episode_of

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Schedule = tuple[tuple[float, int], ...]

SHORT: Schedule = ((1.0, 30), (0.5, 20), (0.3, 20), (0.1, 30))


class QConfig(Config):
    """The options that have the same meaning for all of them."""

    state: tuple[str, ...] = Field(
        default=("decision", "last"),
        description="what the state of a choice is made of: kind, decision, position, options, "
        'last, history(k), all, value("name"), count("name")',
    )
    epsilon: Schedule = Field(
        default=SHORT,
        description="[ε, iterations] pairs, the last ε stays; `short` is a schedule of 100",
    )
    alpha: float = Field(default=0.01, gt=0, le=1, description="the rate of learning")
    gamma: float = Field(default=1.0, ge=0, le=1, description="the discount")
    initial: float | Literal["average"] = Field(
        default=0.5,
        description="the value of an untried choice: about that of an average architecture, rather "
        "less; `average` is the mean of the values so far, whatever their scale",
    )
    batch: int = Field(default=1, ge=1, description="architectures of an iteration")
    replay: int = Field(default=100, ge=0, description="trajectories replayed an iteration")
    shaped: bool = Field(
        default=False,
        description="reward every choice by its share of the whole, not the last one alone",
    )
    avoid_duplicates: bool = Field(
        default=True,
        description="what is sampled again is not tried again: its value is replayed from memory, "
        "and the policy sampled anew",
    )

    @field_validator("state", mode="before")
    @classmethod
    def _features(cls, value: object) -> object:
        several = value if isinstance(value, list | tuple) else [value]
        return tuple(feature(item) for item in several)

    @field_validator("epsilon", mode="before")
    @classmethod
    def _preset(cls, value: object) -> object:
        if isinstance(value, str) and value != "short":
            raise ValueError("a list of [ε, iterations] pairs, or `short`")
        return SHORT if value == "short" else value

    @field_validator("epsilon")
    @classmethod
    def _schedule(cls, value: Schedule) -> Schedule:
        if not value or any(not 0 <= epsilon <= 1 or count < 1 for epsilon, count in value):
            raise ValueError(
                "a list of [ε, iterations] with ε of 0..1 and iterations of at least 1"
            )
        return value


class Memory(NamedTuple):
    """A trial to learn from."""

    genotype: Genotype
    reward: float
    episode: Episode


class QLearner(ABC):
    """Asks the ε-greedy policy; learns by replay after each `batch` of trials that are done.

    It remembers every trial. What is infeasible or known is drawn again, at last at random; trials
    that fail teach nothing.
    """

    TRIES = 20

    def __init__(self, space: Space, config: Any, seed: int) -> None:
        check_names(config.state, space)
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)
        initial = None if config.initial == "average" else config.initial
        self._table = QTable(config.alpha, config.gamma, initial)
        self._asked = self._told = 0
        self._memory: list[Memory] = []
        self._known: dict[Genotype, Memory] = {}

    @abstractmethod
    def reward(self, trial: Trial) -> float:
        """What a trial is worth."""

    def epsilon(self) -> float:
        """The ε of the next proposal."""
        schedule: Schedule = self._config.epsilon
        left = self._asked // self._config.batch
        for epsilon, iterations in schedule:
            if left < iterations:
                return epsilon
            left -= iterations
        return schedule[-1][0]

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def _propose(self) -> Genotype | None:
        if self._seen.exhausted():
            return None
        config, epsilon = self._config, self.epsilon()
        for _ in range(self.TRIES):
            genotype = self._table.compose(self._space, config.state, epsilon, self._rng)
            if self._seen.add(genotype):
                if self._space.feasible(genotype):
                    self._asked += 1
                    return genotype
            elif genotype in self._known:
                self._memory.append(self._known[genotype])
                self._replay()
        self._asked += 1
        return self._seen.sample(self._rng)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state != "done":
                continue
            self._remember(trial.genotype, self.reward(trial))
            self._told += 1
            if self._told % self._config.batch == 0:
                self._replay()

    def _remember(self, genotype: Genotype, reward: float) -> None:
        self._seen.add(genotype)
        known = self._known.get(genotype)
        if known is not None:
            episode = known.episode
        else:
            episode = episode_of(self._space, genotype, self._config.state)
        memory = Memory(genotype, reward, episode)
        self._memory.append(memory)
        self._known[genotype] = memory
        self._table.noted(reward)

    def _replay(self) -> None:
        memory = self._memory
        for _ in range(self._config.replay):
            found = memory[int(len(memory) * self._rng.random())]
            step = found.reward / max(1, len(found.episode)) if self._config.shaped else 0.0
            self._table.learn(found.episode, found.reward, step)

    def state(self) -> dict[str, Any]:
        text = self._space.text
        return {
            "rng": dump_rng(self._rng),
            "table": self._table.dump(),
            "asked": self._asked,
            "told": self._told,
            "memory": [[text(m.genotype), m.reward] for m in self._memory],
            "seen": self._seen.dump(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._seen.load(state["seen"])
        self._memory.clear()
        self._known.clear()
        for text, reward in state["memory"]:
            self._remember(self._space.read(text), reward)
        self._table.load(state["table"])
        self._asked, self._told = state["asked"], state["told"]
