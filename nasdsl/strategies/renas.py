"""Evolution with a learned mutation: Chen, Meng, Zhang, Xiang, Huang, Mu, Wang, "RENAS: reinforced
evolutionary neural architecture search", CVPR 2019.

A random population; then each proposal is a change of the best of `sample` members, which the
mutation controller (nasdsl.strategies.mutator) makes; when the child has joined, the worst of as many
members goes. The controller learns by REINFORCE from the change of the objective from parent to child.

The paper lets children inherit their parents' weights: that is the evaluator's affair. The numbers of
its search are not public in code; the defaults here are ours, and so is the baseline (the mean
change so far: a random mutation makes a good parent worse).
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import torch
from pydantic import Field

from nasdsl.configure import Config

from .atoms import atoms
from .base import Seen, Trial, Values, dump_rng, load_rng, several
from .mutator import Change, Mutator, changed, log_probabilities
from .policy_search import OUT, MovingAverage, reward
from .rows import descend
from .torch_state import dump_torch, load_torch

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class RenasConfig(Config):
    """Evolution, and the controller of its mutations."""

    population: int = Field(default=20, ge=1, description="members that are kept")
    sample: int = Field(
        default=5, ge=1, description="members of a tournament, for parents and for removal"
    )
    removal: Literal["worst", "oldest"] = Field(
        default="worst", description="who goes: the worst of a tournament, or the oldest of all"
    )
    hidden: int = Field(default=32, ge=1, description="units of the encoder in each direction")
    init: float = Field(default=0.1, gt=0, description="its parameters begin uniform in ±init")
    lr: float = Field(default=1e-3, gt=0, description="learning rate of Adam")
    batch: int = Field(default=4, ge=1, description="mutations for an update of the controller")
    decay: float = Field(
        default=0.95, ge=0, lt=1, description="of the baseline, a moving average of changes"
    )
    entropy: float = Field(default=1e-3, ge=0, description="weight of the entropy bonus")


Birth = tuple["Genotype", "Change", float]  # the parent, what was changed, the parent's value


class Renas:
    """Members are trials that are done; what failed or is infeasible teaches nothing."""

    Config = RenasConfig

    def __init__(self, space: Space, config: RenasConfig, seed: int) -> None:
        self._space, self._options = space, config
        self._rng = random.Random(seed)
        self.mutator = Mutator(hidden=config.hidden, init=config.init, seed=seed)
        self._optimizer = torch.optim.Adam(self.mutator.parameters(), lr=config.lr)
        self._baseline = MovingAverage(config.decay)
        self._asked = 0  # initial proposals that are out or in the population
        self._members: list[tuple[Values, Genotype]] = []  # by age
        self._out: deque[tuple[Genotype, Birth]] = deque(maxlen=OUT)
        self._told: list[tuple[Birth, float]] = []  # with the change of the objective

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def _propose(self) -> Genotype:
        if self._asked < self._options.population or not self._members:
            self._asked += 1
            return self._space.sample_feasible(self._rng)
        values, parent = max(self._tournament(), key=lambda member: member[0])
        made = self._child(parent)
        if made is None:
            return parent
        self._out.append((made[0], (parent, made[1], values[0])))
        return made[0]

    def _child(self, parent: Genotype) -> tuple[Genotype, Change] | None:
        """A mutation, within the cost limits if some draws can be; None of a space of one member."""
        word = atoms(self._space, parent)
        found: tuple[Genotype, Change] | None = None
        for _ in range(Seen.TRIES):
            change = self.mutator.draw(word, self._rng)
            if change is None:
                break
            found = changed(self._space, parent, change, self._rng), change
            if self._space.feasible(found[0]):
                break
        return found

    def _tournament(self) -> list[tuple[Values, Genotype]]:
        count = min(self._options.sample, len(self._members))
        return self._rng.sample(self._members, count)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            birth = self._birth(trial.genotype)
            if trial.state != "done":
                if len(self._members) < self._options.population:
                    self._asked -= 1  # the initial population gets another random member
                continue
            self._admit(trial.values, trial.genotype)
            if birth is not None:
                self._told.append((birth, reward(trial.values[0] - birth[2], 1.0)))
                if len(self._told) >= self._options.batch:
                    self._learn()

    def _birth(self, child: Genotype) -> Birth | None:
        """How a proposal came about; None if it is no child."""
        for place, (other, birth) in enumerate(self._out):
            if other == child:
                del self._out[place]
                return birth
        return None

    def _admit(self, values: Values, genotype: Genotype) -> None:
        self._members.append((values, genotype))
        if len(self._members) <= self._options.population:
            return
        gone = self._members[0]
        if self._options.removal == "worst":
            gone = min(self._tournament(), key=lambda member: member[0])
        self._members = [m for m in self._members if m is not gone]

    def _learn(self) -> None:
        """One step of REINFORCE on the changes told since the last time."""
        told, self._told = self._told, []
        gains = [gain for _, gain in told]
        baseline = self._baseline.value
        if baseline is None:
            baseline = sum(gains) / len(gains)
        for gain in gains:
            self._baseline.update(gain)
        words = [atoms(self._space, parent) for (parent, _, _), _ in told]
        logs, entropies = log_probabilities(self.mutator, words, [c for (_, c, _), _ in told])
        advantages = torch.tensor([gain - baseline for gain in gains])
        loss = -(logs * advantages).mean() - self._options.entropy * entropies.mean()
        descend(self._optimizer, loss)

    def state(self) -> dict[str, Any]:
        text = self._space.text
        return {
            "rng": dump_rng(self._rng),
            "mutator": self.mutator.dump(),
            "optimizer": dump_torch(self._optimizer.state_dict()),
            "baseline": list(self._baseline.sums),
            "asked": self._asked,
            "members": [[list(values), text(g)] for values, g in self._members],
            "out": [[text(child), self._dump(birth)] for child, birth in self._out],
            "told": [[self._dump(birth), gain] for birth, gain in self._told],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        read = self._space.read
        load_rng(self._rng, state["rng"])
        self.mutator.load(state["mutator"])
        self._optimizer.load_state_dict(load_torch(state["optimizer"]))
        self._baseline.sums = tuple(state["baseline"])
        self._asked = state["asked"]
        self._members = [(tuple(values), read(text)) for values, text in state["members"]]
        out = [(read(text), self._load(birth)) for text, birth in state["out"]]
        self._out = deque(out, maxlen=OUT)
        self._told = [(self._load(birth), gain) for birth, gain in state["told"]]

    def _dump(self, birth: Birth) -> list[Any]:
        parent, change, value = birth
        return [self._space.text(parent), change.key, change.option, value]

    def _load(self, birth: Sequence[Any]) -> Birth:
        text, key, option, value = birth
        return self._space.read(text), Change(key, option), value
