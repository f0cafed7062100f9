"""Multinomial distribution learning: Zheng, Ji, Tang, Zhang, Liu, Tian, ICCV 2019.

A probability for every option of every choice, uniform at first. Each trial draws an architecture
from their product, and records for each of its options that it was tried once more (H^e, the paper's
epochs) and the value it had (H^a). Then any two options i, j of a choice are compared:

    p_i ← p_i + α (Σ_j 1(H^e_i < H^e_j, H^a_i > H^a_j) - Σ_j 1(H^e_i > H^e_j, H^a_i < H^a_j))

An option that is better with less training gains what the other loses, as far as that has it, so
that the sum stays 1. In the paper one supernet is trained meanwhile, and a trial is one epoch of the
sampled path; here each architecture is evaluated for itself. `accuracy = mean` compares the means of
an option's values instead of its latest, which are noisier the more choices there are.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from nasdsl.configure import Config

from .atoms import Atom, atoms, compose
from .base import Seen, Trial, dump_rng, load_rng, several

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class MdenasConfig(Config):
    alpha: float = Field(default=0.01, gt=0, le=1, description="what is moved between two options")
    warm_up: int = Field(default=0, ge=0, description="trials before the probabilities are learnt")
    accuracy: Literal["last", "mean"] = Field(
        default="last", description="which of an option's values are compared"
    )
    avoid_duplicates: bool = Field(default=False, description="draw anew what was tried before")


class Choice:
    """The options of one choice: probabilities, how often each was tried, latest and mean value."""

    __slots__ = ("epochs", "last", "mean", "p")

    def __init__(self, count: int) -> None:
        self.p = [1.0 / count] * count
        self.epochs = [0] * count
        self.last = [0.0] * count
        self.mean = [0.0] * count

    def record(self, option: int, value: float) -> None:
        self.epochs[option] += 1
        self.last[option] = value
        self.mean[option] += (value - self.mean[option]) / self.epochs[option]

    def learn(self, alpha: float, values: Sequence[float]) -> None:
        """One comparison of all pairs; options that were never tried take no part."""
        tried = [i for i, count in enumerate(self.epochs) if count]
        moves = [
            (j, i)
            for i in tried
            for j in tried
            if self.epochs[i] < self.epochs[j] and values[i] > values[j]
        ]
        for loser, winner in moves:
            moved = min(alpha, self.p[loser])
            self.p[loser] -= moved
            self.p[winner] += moved


class Mdenas:
    """Failed trials teach nothing; options whose probability is 0 are drawn where no other is left."""

    Config = MdenasConfig
    TRIES = 20

    def __init__(self, space: Space, config: MdenasConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)
        self._told = 0
        self._choices: dict[str, Choice] = {}  # by the atom's key

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def _propose(self) -> Genotype | None:
        if self._seen.exhausted():
            return None
        for _ in range(self.TRIES):
            genotype = compose(self._space, self._draw, self._rng)
            if self._seen.add(genotype) and self._space.feasible(genotype):
                return genotype
        return self._seen.sample(self._rng)

    def _draw(self, atom: Atom) -> int:
        p = self._of(atom).p
        weights = [p[option] for option in atom.options]
        left = self._rng.random() * sum(weights)
        for option, weight in zip(atom.options, weights, strict=True):
            left -= weight
            if left < 0:
                return option
        return atom.options[int(self._rng.random() * len(atom.options))]

    def _of(self, atom: Atom) -> Choice:
        choice = self._choices.get(atom.key)
        if choice is None:
            choice = self._choices[atom.key] = Choice(atom.count)
        return choice

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state == "done":
                self._learn(trial)

    def _learn(self, trial: Trial) -> None:
        self._told += 1
        met = {atom.key: self._of(atom) for atom, _ in atoms(self._space, trial.genotype)}
        for atom, option in atoms(self._space, trial.genotype):
            met[atom.key].record(option, trial.values[0])
        if self._told > self._config.warm_up:
            for choice in met.values():
                values = choice.last if self._config.accuracy == "last" else choice.mean
                choice.learn(self._config.alpha, values)

    def state(self) -> dict[str, Any]:
        rows = {k: [list(c.p), list(c.epochs), list(c.last), list(c.mean)]
                for k, c in self._choices.items()}  # fmt: skip
        return {
            "rng": dump_rng(self._rng),
            "told": self._told,
            "choices": rows,
            "seen": self._seen.dump(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._told = state["told"]
        self._choices.clear()
        for key, columns in state["choices"].items():
            choice = self._choices[key] = Choice(len(columns[0]))
            choice.p, choice.epochs, choice.last, choice.mean = map(list, columns)
        self._seen.load(state["seen"])
