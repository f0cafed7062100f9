"""Gaussian processes over distances: k(a, b) = Σ_g α_g exp(-Σ_{i in g} β_i d_i(a, b)^p_g).

The form of NASBOT's kernel (Kandasamy et al., NeurIPS 2018, equation 4), and with one distance the
usual exponential kernels. `Kernel` holds the hyperparameters, `Posterior` the exact posterior
(Rasmussen, Williams; algorithm 2.1); nasdsl.strategies.marginal_likelihood fits the former.

Not every distance makes a valid kernel. Matrices between known points are therefore brought to the
nearest one of negative type (Schoenberg) by `negative_type`, once for all β.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """Distances that stand in one exponential, by number, and their power p."""

    members: tuple[int, ...]
    power: float = 1.0


@dataclass(frozen=True, slots=True)
class Kernel:
    """scales: α by group. betas: β by distance. noise: the variance of a measurement. All are in units
    of standardised measurements."""

    groups: tuple[Group, ...]
    scales: tuple[float, ...]
    betas: tuple[float, ...]
    noise: float

    def __call__(self, raised: Array) -> Array:
        """Covariances from distances that are raised to their powers: (distances, …) to (…)."""
        total = np.zeros(raised.shape[1:])
        for group, scale in zip(self.groups, self.scales, strict=True):
            total += scale * np.exp(-sum(self.betas[i] * raised[i] for i in group.members))
        return total

    @property
    def variance(self) -> float:
        return sum(self.scales)

    def dump(self) -> dict[str, Any]:
        return {"scales": self.scales, "betas": self.betas, "noise": self.noise}

    @classmethod
    def load(cls, groups: tuple[Group, ...], state: Mapping[str, Any]) -> Kernel:
        return cls(groups, tuple(state["scales"]), tuple(state["betas"]), state["noise"])


def first_kernel(groups: tuple[Group, ...], raised: Array) -> Kernel:
    """A kernel to begin with: distances count by their means, the noise is small."""
    means = raised.mean(axis=(1, 2))
    betas = [0.0] * len(raised)
    for group in groups:
        for i in group.members:
            betas[i] = float(1.0 / (len(group.members) * means[i])) if means[i] > 0 else 1.0
    return Kernel(groups, (1.0 / len(groups),) * len(groups), tuple(betas), 0.01)


def raised(distances: Array, groups: Sequence[Group]) -> Array:
    """Distances raised to the powers of their groups."""
    out = distances.copy()
    for group in groups:
        if group.power != 1.0:
            out[list(group.members)] **= group.power
    return out


def negative_type(matrix: Array) -> Array:
    """The matrix itself if exp(-β matrix) is positive semidefinite for every β > 0; otherwise with the
    negative part of its Gram matrix left out, which makes it so (multidimensional scaling)."""
    n = len(matrix)
    centre = np.eye(n) - 1.0 / n
    gram = -0.5 * centre @ matrix @ centre
    values, vectors = np.linalg.eigh((gram + gram.T) / 2)
    if values[0] >= -1e-9 * max(1.0, values[-1]):
        return matrix
    gram = (vectors * np.maximum(values, 0.0)) @ vectors.T
    diagonal = np.diag(gram)
    found: Array = np.maximum(diagonal[:, None] + diagonal[None] - 2 * gram, 0.0)
    return found


class Posterior:
    """What is known of the function after measurements with zero prior mean."""

    def __init__(self, kernel: Kernel, covariance: Array, measured: Array) -> None:
        """covariance: (n, n) of the n points that were measured, without noise."""
        self._variance = kernel.variance
        self._factor = _factor(covariance, kernel.noise)
        self._weights = cho_solve((self._factor, True), measured)

    def predict(self, covariance: Array) -> tuple[Array, Array]:
        """Means and standard deviations of the function at q points, from their covariances (q, n)
        with the measured ones."""
        mean = covariance @ self._weights
        half = solve_triangular(self._factor, covariance.T, lower=True)
        variance = self._variance - (half**2).sum(axis=0)
        return mean, np.sqrt(np.maximum(variance, 1e-12))


def _factor(covariance: Array, noise: float) -> Array:
    """The Cholesky factor; where rounding prevents it, with more and more noise."""
    n = len(covariance)
    for attempt in range(12):
        try:
            factor: Array = cholesky(covariance + noise * np.eye(n), lower=True)
        except np.linalg.LinAlgError:
            noise = max(noise, 1e-8) * 10
            if attempt == 11:
                raise
        else:
            break
    return factor
