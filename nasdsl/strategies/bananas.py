"""BANANAS: White, Neiswanger, Savani, "BANANAS: Bayesian optimization with neural architectures for
neural architecture search", AAAI 2021, algorithm 1.

After some random genotypes, an ensemble of perceptrons is trained on all measurements; candidates are
mutations of the best genotypes; the `batch` best of them by independent Thompson sampling are
proposed; and so on. Networks are encoded by the paths of operators that they have
(nasdsl.distances.paths); `encoding = decisions` takes the decisions instead, as a bit for each option.
The paper's truncation leaves the unlikely paths out; here the `features` most common among the
measured networks stay. An earlier genotype is not proposed again while others are found.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from nasdsl.configure import Config
from nasdsl.distances import paths
from nasdsl.distances.paths import Features

from .acquisition import Acquisition, acquire
from .atoms import atoms
from .base import Trial, dump_rng, load_rng
from .metrics import Kept
from .mlp_ensemble import Ensemble, Shape, Training
from .observations import Observations, Scalarisation, Transform, finite

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class BananasConfig(Config):
    """The defaults are those of the paper and its code."""

    initial: int = Field(default=10, ge=2, description="random genotypes before the first model")
    batch: int = Field(default=10, ge=1, description="proposals of one model, the paper's k")
    encoding: Literal["path", "decisions"] = Field(
        default="path", description="what the model sees: paths of operators, or decisions"
    )
    features: int = Field(default=512, ge=1, description="bits of the encoding at most")
    acquisition: Acquisition = Field(
        default="its", description="independent Thompson sampling, EI, UCB or the mean"
    )
    beta: float = Field(default=0.5, ge=0, description="standard deviations that `ucb` adds")
    candidates: int = Field(default=100, ge=1, description="mutations that a model ranks")
    parents: int = Field(default=5, ge=1, description="best genotypes that are mutated")
    members: int = Field(default=5, ge=2, description="networks of the ensemble")
    layers: int = Field(default=10, ge=1, description="hidden layers of a network")
    width: int = Field(default=20, ge=1, description="units of a hidden layer")
    epochs: int = Field(default=150, ge=1, description="of training a model")
    lr: float = Field(default=0.01, gt=0, description="of Adam")
    transform: Transform = Field(
        default="standardize", description="of values: standardised, or normal scores of ranks"
    )
    objectives: Scalarisation = Field(
        default="random", description="of several: the first, or a random mixture for each batch"
    )
    points: int = Field(default=500, ge=4, description="measurements that the model sees at most")


class Bananas:
    """A model lives for one batch: what is kept are the measurements and the rest of the batch."""

    Config = BananasConfig

    def __init__(self, space: Space, config: BananasConfig, seed: int) -> None:
        self._space = space
        self._config = config
        self._rng = random.Random(seed)
        self._known = Observations(config.points)
        self._queue: list[Genotype] = []
        self._features = Kept(self._describe)

    def ask(self, n: int = 1) -> list[Genotype]:
        return [self._propose() for _ in range(n)]

    def _propose(self) -> Genotype:
        known = self._known
        if known.begun < self._config.initial or len(known) < 2 or self._space.size == 1:
            return self._random()
        if not self._queue:
            self._queue = self._plan()
        if not self._queue:
            return self._random()
        genotype = self._queue.pop(0)
        known.out(genotype)
        return genotype

    def _random(self) -> Genotype:
        return self._known.draw(self._space, self._rng)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in finite(trials):
            self._known.tell(trial)

    # ---------------------------------------------------------------- a batch

    def _plan(self) -> list[Genotype]:
        """The next batch, the best first."""
        config = self._config
        known, targets = self._known.targets(config.transform, config.objectives, self._rng)
        best = np.argsort(-targets, kind="stable")[: config.parents]
        candidates = self._mutations([known[int(i)] for i in best])
        if not candidates:
            return []
        columns = self._columns(known)
        shape = Shape(config.members, config.layers, config.width)
        training = Training(epochs=config.epochs, lr=config.lr)
        seed = self._rng.getrandbits(32)
        model = Ensemble(self._table(known, columns), targets, shape, training, seed)
        found = model.predict(self._table(candidates, columns))
        mean, std = found.mean(axis=0), np.maximum(found.std(axis=0), 1e-9)
        worth = acquire(config.acquisition, mean, std, float(targets.max()), config.beta, self._rng)
        order = np.argsort(-worth, kind="stable")[: config.batch]
        return [candidates[int(i)] for i in order]

    def _mutations(self, parents: Sequence[Genotype]) -> list[Genotype]:
        """Unknown mutations of the parents, of the first one first."""
        found: dict[Genotype, None] = {}
        for parent in parents:
            for _ in range(self._config.candidates):
                if len(found) >= self._config.candidates:
                    return list(found)
                child = self._space.mutate(parent, self._rng)
                if child not in self._known and child not in found and self._space.feasible(child):
                    found[child] = None
        return list(found)

    # ---------------------------------------------------------------- the encoding

    def _describe(self, genotype: Genotype) -> Features:
        if self._config.encoding == "path":
            return paths.paths(self._space.build(genotype))
        return frozenset(f"{atom.key}={option}" for atom, option in atoms(self._space, genotype))

    def _columns(self, known: Sequence[Genotype]) -> dict[str, int]:
        """The features that tell the known networks apart, the most common first."""
        counts = Counter(f for genotype in known for f in self._features(genotype))
        telling = [f for f, count in counts.items() if count < len(known)]
        telling.sort(key=lambda f: (-counts[f], f))
        return {f: column for column, f in enumerate(telling[: self._config.features])}

    def _table(self, genotypes: Sequence[Genotype], columns: dict[str, int]) -> Any:
        return paths.table([self._features(g) for g in genotypes], columns)

    # ---------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        return {
            "rng": dump_rng(self._rng),
            "known": self._known.dump(self._space),
            "queue": [self._space.text(g) for g in self._queue],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._known.load(self._space, state["known"])
        self._queue = [self._space.read(text) for text in state["queue"]]
