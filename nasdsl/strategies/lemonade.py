"""LEMONADE: Elsken, Metzen, Hutter, "Efficient multi-objective neural architecture search via
Lamarckian evolution", ICLR 2019, algorithm 1.

The population is the Pareto front. A kernel density estimate over its cheap objectives (costs that
formulae give) says where it is sparse: parents are drawn with probabilities proportional to one over
the density (equation 1), many children are made of them, and only a part of these, drawn by one over
the density again (equation 2), is evaluated.

Deviations: a child is its parent with one decision changed, where the paper applies a network
morphism (inherited weights are the evaluator's matter); the first members are random, not trivial
networks; children that break a cost limit or were proposed before are dropped in the cheap step;
densities are of logarithms of the costs; the front has a bound. A search of one objective takes the
cheap ones as further objectives, as in the paper; with more, the front is of those alone.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field
from sklearn.neighbors import KernelDensity

from nasdsl.configure import Config
from nasdsl.costs import cost
from nasdsl.diagnostics import NasError

from .base import Seen, Trial, dump_rng, load_rng, several
from .fronts import extend_front, load, survivors

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Cheap = tuple[float, ...]
Cost = Literal["params", "macs", "activations", "depth"]


class LemonadeConfig(Config):
    """The paper names no numbers for these; `proposals` and `accepted` are its n_pc and n_ac."""

    initial: int = Field(default=10, ge=1, description="random members to begin with")
    proposals: int = Field(default=50, ge=1, description="children whose cost is measured")
    accepted: int = Field(default=10, ge=1, description="of these, how many are evaluated")
    cheap: tuple[Cost, ...] = Field(
        default=("params", "macs"), min_length=1, description="the costs whose density counts"
    )
    front: int = Field(
        default=200, ge=2, description="members kept at most; the most crowded ones go"
    )
    avoid_duplicates: bool = Field(default=True, description="propose no genotype twice")


class Lemonade:
    """Members are trials that are done; a generation ends when its children have been asked for."""

    Config = LemonadeConfig

    def __init__(self, space: Space, config: LemonadeConfig, seed: int) -> None:
        """NAS323 without pymoo."""
        load()
        self._space = space
        self._config = config
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)
        self._asked = self._done = 0  # initial proposals
        self._front: list[Trial] = []  # with the values that make the front, and its costs
        self._queue: list[Genotype] = []  # accepted children, the next one last

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state == "done":
                self._done = min(self._done + 1, self._config.initial)
                self._admit(trial)
            elif self._done < self._config.initial:
                self._asked -= 1  # the initial population gets another random member

    def _propose(self) -> Genotype | None:
        if self._asked < self._config.initial or not self._front:
            self._asked += 1
            return self._seen.sample(self._rng)
        if not self._queue:
            self._queue = self._generation()
        return self._queue.pop() if self._queue else self._seen.sample(self._rng)

    def _admit(self, trial: Trial) -> None:
        costs = self._measured(trial)
        if costs is None:
            return
        values = trial.values
        if len(values) == 1:
            values += tuple(-c for c in costs)
        metrics: dict[str, float] = dict(zip(self._config.cheap, costs, strict=True))
        extend_front(self._front, replace(trial, values=values, metrics=metrics))
        if len(self._front) > self._config.front:
            kept = survivors([t.values for t in self._front], self._config.front)
            self._front = [self._front[i] for i in kept]

    def _measured(self, trial: Trial) -> Cheap | None:
        names = self._config.cheap
        if all(name in trial.metrics for name in names):
            return tuple(float(trial.metrics[name]) for name in names)
        return self._costs_of(trial.genotype)

    def _costs_of(self, genotype: Genotype) -> Cheap | None:
        """The cheap objectives; None if the architecture breaks a cost limit or cannot be built."""
        try:
            architecture = self._space.build(genotype)
            if not self._space.feasible(genotype, architecture):
                return None
        except NasError:
            return None
        found = cost(architecture)
        return tuple(float(getattr(found, name)) for name in self._config.cheap)

    def _generation(self) -> list[Genotype]:
        """The children to evaluate, by two steps of algorithm 1; [] if there are none."""
        if self._space.size == 1:
            return []
        costs = [tuple(trial.metrics.values()) for trial in self._front]
        density = Density(costs)
        weights = rarities(density.log(costs))
        parents = self._rng.choices(self._front, weights, k=self._config.proposals)
        children: dict[Genotype, Cheap] = {}
        for parent in parents:
            child = self._space.mutate(parent.genotype, self._rng)
            if child in children or child in self._seen:
                continue
            if (measured := self._costs_of(child)) is not None:
                children[child] = measured
        if not children:
            return []
        weights = rarities(density.log(list(children.values())))
        accepted = draw(list(children), weights, self._config.accepted, self._rng)
        return [child for child in accepted if self._seen.add(child)]

    def state(self) -> dict[str, Any]:
        text = self._space.text
        front = [[list(t.values), text(t.genotype), dict(t.metrics)] for t in self._front]
        return {
            "rng": dump_rng(self._rng),
            "asked": [self._asked, self._done],
            "front": front,
            "queue": [text(g) for g in self._queue],
            "seen": self._seen.dump(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        read = self._space.read
        load_rng(self._rng, state["rng"])
        self._asked, self._done = state["asked"]
        self._front = [Trial(0, read(t), "done", tuple(v), m) for v, t, m in state["front"]]
        self._queue = [read(text) for text in state["queue"]]
        self._seen.load(state["seen"])


class Density:
    """A Gaussian kernel density estimate over logarithms of costs, each scaled to unit spread; the
    bandwidth is Scott's."""

    def __init__(self, points: Sequence[Cheap]) -> None:
        logs = np.log1p(np.asarray(points, dtype=float))
        spread = logs.std(axis=0)
        self._scale = np.where(spread > 0, spread, 1.0)
        self._estimate = KernelDensity(bandwidth="scott").fit(logs / self._scale)

    def log(self, points: Sequence[Cheap]) -> list[float]:
        logs = np.log1p(np.asarray(points, dtype=float))
        return [float(x) for x in self._estimate.score_samples(logs / self._scale)]


def rarities(log_densities: Sequence[float]) -> list[float]:
    """Weights proportional to one over the density, the largest 1 (equations 1 and 2)."""
    least = min(log_densities)
    return [math.exp(least - x) for x in log_densities]


def draw(
    items: Sequence[Any], weights: Sequence[float], count: int, rng: random.Random
) -> list[Any]:
    """`count` of the items, or all, one after the other without replacement by their weights."""
    # The keys of Efraimidis and Spirakis: the largest log(u) / w are such a draw, in its order.
    keys = [math.log(1.0 - rng.random()) / max(w, 1e-300) for w in weights]
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=True)
    return [items[i] for i in order[:count]]
