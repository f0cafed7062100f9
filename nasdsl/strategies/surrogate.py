"""A Gaussian process over genotypes, given a metric and hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Literal

import numpy as np

from nasdsl.distances import bourgain

from .gaussian_process import Array, Kernel, Posterior, negative_type, raised

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .metrics import Metric


class Geometry:
    """Distances raised to their powers, in a space in which they make a valid kernel of `points`.

    That is a Euclidean one if the metric is to be embedded; otherwise the distances among `points` are
    made ones of negative type, and those to other genotypes are taken as they are (NASBOT).
    """

    def __init__(self, metric: Metric, points: Sequence[Genotype]) -> None:
        self._metric, self._points = metric, tuple(points)
        self._places: dict[Genotype, Array] = {}
        self._sets: list[list[int]] = []
        if metric.embedded:
            self._sets = bourgain.reference_sets(len(self._points), Random(len(self._points)))
            self.raised = self.between(points, points)
        else:
            self.raised = np.stack([negative_type(m) for m in self.between(points, points)])

    def between(self, first: Sequence[Genotype], second: Sequence[Genotype]) -> Array:
        """(distances, len(first), len(second))."""
        if not self._sets:
            return raised(self._metric(first, second), self._metric.groups)
        found = bourgain.euclidean(self._place(first), self._place(second))
        return raised(found[None], self._metric.groups)

    def _place(self, genotypes: Sequence[Genotype]) -> Array:
        unknown = [g for g in dict.fromkeys(genotypes) if g not in self._places]
        if unknown:
            places = bourgain.embed(self._metric(unknown, self._points)[0], self._sets)
            self._places.update(zip(unknown, places, strict=True))
        return np.stack([self._places[g] for g in genotypes])


class Surrogate:
    """The posterior, with genotypes that are believed to be measured besides those that are.

    A pool of candidates can be attended to: its predictions follow each belief at little cost.
    """

    def __init__(
        self, geometry: Geometry, kernel: Kernel, points: Sequence[Genotype], targets: Array
    ) -> None:
        self._geometry, self._kernel = geometry, kernel
        self._points, self._targets = list(points), targets
        self._covariance = kernel(geometry.raised)
        self._lowest = float(targets.min())
        self._posterior = Posterior(kernel, self._covariance, targets)
        self._pool: list[Genotype] = []
        self._pool_covariance = np.zeros((0, len(targets)))

    def predict(self, genotypes: Sequence[Genotype]) -> tuple[Array, Array]:
        """Means and standard deviations of the function."""
        return self._posterior.predict(self._between(genotypes, self._points))

    def _between(self, first: Sequence[Genotype], second: Sequence[Genotype]) -> Array:
        return self._kernel(self._geometry.between(first, second))

    def believe(self, genotypes: Sequence[Genotype], how: Literal["believer", "liar"]) -> None:
        """Take genotypes for measured: at their predicted means, or at the worst of all values."""
        if not genotypes:
            return
        cross = self._between(genotypes, self._points)
        among = self._between(genotypes, genotypes)
        means, _ = self._posterior.predict(cross)
        values = means if how == "believer" else np.full(len(genotypes), self._lowest)
        self._covariance = np.block([[self._covariance, cross.T], [cross, among]])
        self._targets = np.concatenate([self._targets, values])
        self._points += genotypes
        self._posterior = Posterior(self._kernel, self._covariance, self._targets)
        if self._pool:
            more = self._between(self._pool, genotypes)
            self._pool_covariance = np.hstack([self._pool_covariance, more])

    def attend(self, pool: Sequence[Genotype]) -> None:
        """Candidates whose predictions `attended` gives from now on."""
        self._pool = list(pool)
        self._pool_covariance = self._between(self._pool, self._points)

    def attended(self) -> tuple[Array, Array]:
        """Means and standard deviations of the pool."""
        return self._posterior.predict(self._pool_covariance)
