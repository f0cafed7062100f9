"""What a model-based strategy remembers: measured genotypes up to a number, failures, and what is out.

Repeated measurements of a genotype are averaged. When there are too many, the best half stays, and of
the others the latest. Failures count as the worst value that was seen, so that a model learns to keep
away; infeasible genotypes were not measured and are only not proposed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from .base import Seen, Trial, Values

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Array: TypeAlias = NDArray[np.float64]
Transform: TypeAlias = Literal["rank", "standardize"]
Scalarisation: TypeAlias = Literal["first", "random"]

PENDING = 256  # remembered proposals that are out


class Observations:
    """Measurements in the order of the last one of each genotype."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._measured: dict[Genotype, tuple[Values, int]] = {}
        self._failed: dict[Genotype, None] = {}
        self._barred: dict[Genotype, None] = {}  # infeasible
        self.pending: dict[Genotype, None] = {}

    def __len__(self) -> int:
        return len(self._measured)

    def __contains__(self, genotype: Genotype) -> bool:
        """Whether the genotype is known or out, so that proposing it would bring little."""
        known = (self._measured, self._failed, self._barred, self.pending)
        return any(genotype in where for where in known)

    @property
    def begun(self) -> int:
        """How many genotypes have been tried or are out."""
        return len(self._measured) + len(self._failed) + len(self.pending)

    def draw(self, space: Space, rng: Random) -> Genotype:
        """A genotype that is not known, if a few draws find one; it is out from now on."""
        for _ in range(Seen.TRIES):
            genotype = space.sample_feasible(rng)
            if genotype not in self:
                break
        self.out(genotype)
        return genotype

    def out(self, genotype: Genotype) -> None:
        """A genotype is proposed."""
        self.pending[genotype] = None
        _cut(self.pending, PENDING)

    def tell(self, trial: Trial) -> None:
        genotype = trial.genotype
        self.pending.pop(genotype, None)
        if trial.state == "done":
            values, count = self._measured.pop(genotype, ((0.0,) * len(trial.values), 0))
            pairs = zip(values, trial.values, strict=True)
            mean = tuple([v + (new - v) / (count + 1) for v, new in pairs])
            self._measured[genotype] = mean, count + 1
            self._failed.pop(genotype, None)
            if len(self._measured) > self._most:
                self._forget()
        elif genotype not in self._measured:
            where = self._failed if trial.state == "failed" else self._barred
            where[genotype] = None
            _cut(where, max(1, self._most // 4))

    def _forget(self) -> None:
        """Leave out the oldest one that is not among the best half."""
        order = sorted((v for v, _ in self._measured.values()), reverse=True)
        bound = order[len(order) // 2]
        worse = (g for g, (values, _) in self._measured.items() if values <= bound)
        del self._measured[next(worse)]

    def targets(
        self, transform: Transform, scalarisation: Scalarisation, rng: Random
    ) -> tuple[list[Genotype], Array]:
        """Every tried genotype with one standardised number each, the failures with the worst."""
        genotypes = [*self._measured, *self._failed]
        values = [values for values, _ in self._measured.values()]
        worst = tuple(min(column) for column in zip(*values, strict=True))
        table = np.array([*values, *([worst] * len(self._failed))], dtype=np.float64)
        return genotypes, transformed(_one(table, scalarisation, rng), transform)

    def dump(self, space: Space) -> dict[str, Any]:
        return {
            "measured": [[space.text(g), list(v), n] for g, (v, n) in self._measured.items()],
            **{
                name: [space.text(g) for g in where]
                for name, where in (
                    ("failed", self._failed), ("barred", self._barred), ("pending", self.pending),
                )
            },
        }  # fmt: skip

    def load(self, space: Space, state: Mapping[str, Any]) -> None:
        read = space.read
        self._measured = {read(t): (tuple(v), n) for t, v, n in state["measured"]}
        self._failed = dict.fromkeys(map(read, state["failed"]))
        self._barred = dict.fromkeys(map(read, state["barred"]))
        self.pending = dict.fromkeys(map(read, state["pending"]))


def _cut(where: dict[Genotype, None], most: int) -> None:
    while len(where) > most:
        del where[next(iter(where))]


def _one(table: Array, scalarisation: Scalarisation, rng: Random) -> Array:
    """One number for each row. "random": the augmented Tchebycheff function of ParEGO (Knowles, IEEE
    TEC 2006, equation 2) with weights drawn anew, over objectives brought to 0 … 1."""
    if table.shape[1] == 1 or scalarisation == "first":
        return np.ascontiguousarray(table[:, 0])
    low, high = table.min(axis=0), table.max(axis=0)
    scaled = (table - low) / np.where(high > low, high - low, 1.0)
    draws = np.array([rng.expovariate(1.0) for _ in range(table.shape[1])])
    weighted = (1.0 - scaled) * draws / draws.sum()  # a loss
    found: Array = -(weighted.max(axis=1) + 0.05 * weighted.sum(axis=1))
    return found


def transformed(values: Array, transform: Transform) -> Array:
    """Numbers of mean 0 and variance about 1: standardised, or the normal scores of their ranks, which
    no outlier moves."""
    if transform == "rank":
        scores: Array = ndtri((rankdata(values) - 0.5) / len(values))
        return scores
    spread = values.std()
    found: Array = (values - values.mean()) / (spread if spread > 0 else 1.0)
    return found


def finite(trials: Sequence[Trial]) -> list[Trial]:
    """The trials, those with values that are no finite numbers as failed ones."""
    return [
        t
        if t.state != "done" or np.isfinite(t.values).all()
        else Trial(t.number, t.genotype, "failed", reason="its values are no finite numbers")
        for t in trials
    ]
