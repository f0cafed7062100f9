"""How much a candidate promises, from the mean and standard deviation that a model predicts."""

from __future__ import annotations

from random import Random
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, log_ndtr

Array: TypeAlias = NDArray[np.float64]
Acquisition: TypeAlias = Literal["ei", "ucb", "its", "mean"]


def log_expected_improvement(mean: Array, std: Array, best: float) -> Array:
    """log E[max(0, f - best)], also where the improvement itself is too small for a number (Ament et
    al., "Unexpected improvements to expected improvement", NeurIPS 2023, equation 9)."""
    z = (mean - best) / std
    found: Array = np.log(std) + _log_h(z)
    return found


def _log_h(z: Array) -> Array:
    """log(φ(z) + z Φ(z))."""
    near = np.maximum(z, -1.0)
    density = np.exp(-0.5 * near**2) / np.sqrt(2 * np.pi)
    large = np.log(density + near * np.exp(log_ndtr(near)))
    far = np.clip(z, -1e6, -1.0)
    mills = np.sqrt(np.pi / 2) * erfcx(-far / np.sqrt(2))  # Φ / φ
    rest = np.where(far < -1e3, 1 / far**2, np.maximum(1 + far * mills, 1e-300))
    small = -0.5 * far**2 - 0.5 * np.log(2 * np.pi) + np.log(rest)
    found: Array = np.where(z > -1.0, large, small)
    return found


def acquire(
    kind: Acquisition, mean: Array, std: Array, best: float, beta: float, rng: Random
) -> Array:
    """The worth of candidates; the larger, the better.

    "ei" is log expected improvement, "ucb" mean + beta · std, "its" an independent draw for each
    candidate (BANANAS: independent Thompson sampling).
    """
    if kind == "ei":
        return log_expected_improvement(mean, std, best)
    if kind == "ucb":
        return mean + beta * std
    if kind == "its":
        draws: Array = np.array([rng.gauss(0.0, 1.0) for _ in mean])
        return mean + std * draws
    return mean
