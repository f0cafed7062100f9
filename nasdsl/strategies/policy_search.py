"""What the strategies that follow a policy's gradient share: rewards, baseline, batches, state."""

from __future__ import annotations

import math
import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import torch
from pydantic import BeforeValidator, Field

from nasdsl.configure import Config

from .atoms import atoms
from .base import Seen, Trial, dump_rng, load_rng, several
from .controller import Controller
from .policies import Independent
from .rows import descend, normal
from .skips import skips
from .torch_state import dump_torch, load_torch

if TYPE_CHECKING:
    from torch import Tensor

    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

LARGEST = 1e6  # rewards are bounded by it: one diverged trial does not end the learning
OUT = 4096  # log-probabilities of proposals that are remembered until their trials are told


Patterns = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]


class PolicyConfig(Config):
    """The policy, and what is common to the ways of training it."""

    policy: Literal["lstm", "independent"] = Field(
        default="lstm",
        description="a recurrent controller, or one distribution a decision whatever the others are",
    )
    hidden: int = Field(default=35, ge=1, description="units of each layer of the LSTM")
    layers: int = Field(default=2, ge=1, le=8, description="layers of the LSTM")
    init: float = Field(default=0.08, gt=0, description="its parameters begin uniform in ±init")
    skips: Patterns = Field(
        default=("auto",),
        description="skip connections, decided by attention to earlier layers: their paths with [i] "
        "for a layer and [j] for an earlier one; auto finds them, none turns it off",
    )
    temperature: float = Field(default=1.0, gt=0, description="logits are divided by it")
    tanh_constant: float | None = Field(
        default=None, gt=0, description="logits are bounded to ± this by tanh; none if left out"
    )
    lr: float = Field(default=6e-4, gt=0, description="learning rate of Adam")
    batch: int = Field(default=8, ge=1, description="trials for an update of the policy")
    decay: float = Field(
        default=0.95, ge=0, lt=1, description="of the baseline, a moving average of rewards"
    )
    entropy: float = Field(default=0.0, ge=0, description="weight of the entropy bonus")
    power: float = Field(
        default=1.0, gt=0, description="the reward is the first objective to this power"
    )
    failure: float | None = Field(
        default=None,
        description="the objective that failed and infeasible trials count as; left out, they teach "
        "nothing",
    )


class MovingAverage:
    """The exponential moving average of what it is given, without a bias to where it began."""

    def __init__(self, decay: float) -> None:
        self._decay = decay
        self.sums = (0.0, 0.0)

    def update(self, value: float) -> None:
        total, weight = self.sums
        keep = self._decay
        self.sums = keep * total + (1 - keep) * value, keep * weight + (1 - keep)

    @property
    def value(self) -> float | None:
        """None before the first update."""
        total, weight = self.sums
        return total / weight if weight else None


def make_policy(space: Space, config: PolicyConfig, seed: int) -> Controller | Independent:
    """The policy of a configuration; its initial parameters come from the seed."""
    if config.policy == "independent":
        return Independent(normal(1e-3), seed)
    return Controller(
        hidden=config.hidden, layers=config.layers, init=config.init, seed=seed,
        skips=skips(space, config.skips), temperature=config.temperature, tanh_constant=config.tanh_constant,
    )  # fmt: skip


class PolicySearch(ABC):
    """Proposals are drawn from the policy; every `batch` trials it is trained on them.

    A proposal that breaks the cost limits is drawn again, some times. Unasked trials teach like its
    own. The baseline of a batch is the moving average of the rewards before it, of the first batch
    its mean: neither moves the expected gradient but by a constant factor.
    """

    def __init__(self, space: Space, config: PolicyConfig, seed: int) -> None:
        self._space = space
        self._options = config
        self._rng = random.Random(seed)
        self.policy = make_policy(space, config, seed)
        self._optimizer = torch.optim.Adam(self.policy.parameters(), lr=config.lr)
        self._baseline = MovingAverage(config.decay)
        self._told: list[tuple[Genotype, float, float | None]] = []  # with reward, log-probability
        self._out: deque[tuple[Genotype, float]] = deque(maxlen=OUT)

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def _propose(self) -> Genotype:
        for _ in range(Seen.TRIES):
            genotype, log = self.policy.sample(self._space, self._rng)
            if self._space.feasible(genotype):
                break
        self._out.append((genotype, log))
        return genotype

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            log = self._drawn(trial.genotype)
            reward = self._reward(trial)
            if reward is None:
                continue
            self._told.append((trial.genotype, reward, log))
            if len(self._told) >= self._options.batch:
                self._learn()

    def _drawn(self, genotype: Genotype) -> float | None:
        """The log-probability of a proposal when it was drawn; None if it was not."""
        for place, (other, log) in enumerate(self._out):
            if other == genotype:
                del self._out[place]
                return log
        return None

    def _reward(self, trial: Trial) -> float | None:
        value = trial.values[0] if trial.state == "done" else self._options.failure
        return None if value is None else reward(value, self._options.power)

    def _learn(self) -> None:
        """Train on the trials told since the last time."""
        told, self._told = self._told, []
        rewards = [reward for _, reward, _ in told]
        baseline = self._baseline.value
        if baseline is None:
            baseline = math.fsum(rewards) / len(rewards)
        for reward in rewards:
            self._baseline.update(reward)
        words = [atoms(self._space, genotype) for genotype, _, _ in told]
        if any(words):  # a space of one member has nothing to learn
            self._train(words, [r - baseline for r in rewards], [log for _, _, log in told])

    @abstractmethod
    def _train(
        self, words: Sequence[Any], advantages: Sequence[float], logs: Sequence[float | None]
    ) -> None:
        """Make steps on genotypes with their advantages and log-probabilities when drawn."""

    def _step(self, loss: Tensor) -> None:
        descend(self._optimizer, loss)

    def state(self) -> dict[str, Any]:
        text = self._space.text
        return {
            "rng": dump_rng(self._rng),
            "policy": self.policy.dump(),
            "optimizer": dump_torch(self._optimizer.state_dict()),
            "baseline": list(self._baseline.sums),
            "told": [[text(g), reward, log] for g, reward, log in self._told],
            "out": [[text(g), log] for g, log in self._out],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        read = self._space.read
        load_rng(self._rng, state["rng"])
        self.policy.load(state["policy"])
        self._optimizer.load_state_dict(load_torch(state["optimizer"]))
        self._baseline.sums = tuple(state["baseline"])
        self._told = [(read(text), reward, log) for text, reward, log in state["told"]]
        self._out = deque([(read(text), log) for text, log in state["out"]], maxlen=OUT)


def reward(value: float, power: float) -> float:
    """The value to a power, its sign kept, within ±LARGEST."""
    small = min(abs(value), LARGEST)  # a power of more would overflow
    return math.copysign(min(small**power, LARGEST), value)
