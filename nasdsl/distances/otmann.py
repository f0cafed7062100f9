"""OTMANN, the optimal transport of the computation of one network onto another: Kandasamy, Neiswanger,
Schneider, Poczos, Xing, "Neural architecture search with Bayesian optimisation and optimal
transport", NeurIPS 2018, section 3.

Layers are moved onto layers at the cost of a different operator (`mismatch`) plus ν_str times the
difference of their path lengths; mass may also be created or destroyed, at cost 1. A pair whose cost
is 2 or more is never matched, so costs are cut there, as the paper's infinite ones are.

`otmann` is a pseudo-metric: 0 for equal networks, symmetric, with the triangle inequality, since the
costs are a metric of layers. Divided by the mass of both networks (`normalised`) it is symmetric and
within 0 … 1, but no metric (the paper, section 3).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasdsl.extras import need

from .layers import Label, Layers

Array = NDArray[np.float64]

NOTHING = 1.0  # the cost of a unit of mass that has no counterpart
MOST = 2.0 * NOTHING
KERNEL_SCALE = 2**0.5 / 10  # per square root of a difference of kernel sizes (the paper's code)
RECTIFIERS = frozenset(
    ["relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "mish", "hard_swish",
     "softplus"]
)  # fmt: skip
SIGMOIDS = frozenset(["sigmoid", "tanh", "hard_sigmoid"])


@lru_cache(maxsize=100_000)
def mismatch(first: Label, second: Label) -> float:
    """The cost of taking one operator for another: a metric of labels.

    Kernels of convolutions and pools differ by √2/10 per square root of the difference of their sizes,
    pools of another kind by 1/2 more, activations by 0.1 within their group and 0.25 across (the
    paper's tables and code); of what the paper has not, another convolution costs 1/4, other
    attributes 0.1, and other trimmings as much as activations do. Families do not mix.
    """
    if first == second:
        return 0.0
    if {first.op, second.op} <= RECTIFIERS | SIGMOIDS:
        return _activation(first.op, second.op)
    if first.family != second.family:
        return MOST
    cost = KERNEL_SCALE * math.sqrt(abs(first.kernel - second.kernel))
    if first.op != second.op:
        cost += 0.5 if first.family == "pool" else 0.25
    cost += 0.1 * (first.details != second.details)
    return min(MOST, cost + _trimmings(first.trimmings, second.trimmings))


def _activation(first: str, second: str) -> float:
    if first == second:
        return 0.0
    same = {first, second} <= RECTIFIERS or {first, second} <= SIGMOIDS
    return 0.1 if same else 0.25


def _trimmings(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """0.1 if they differ by activations of one group, 0.25 otherwise."""
    if first == second:
        return 0.0
    return 0.1 if _kinds(first) == _kinds(second) else 0.25


@cache
def _kinds(trimmings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        "rectifier" if t in RECTIFIERS else "sigmoid" if t in SIGMOIDS else t for t in trimmings
    )


def otmann(first: Layers, second: Layers, nu_str: Sequence[float]) -> list[float]:
    """The distance for each ν_str, in units of mass. NAS323 if POT is not installed."""
    transport = need("ot", "bo")
    labels = _mismatches(first, second)
    apart = np.abs(first.lengths[:, None] - second.lengths[None]).mean(axis=2)
    masses = first.masses, second.masses
    return [_transport(transport, *masses, labels + nu * apart) for nu in nu_str]


def normalised(distances: Sequence[float], first: Layers, second: Layers) -> list[float]:
    """Distances as shares of all mass."""
    total = float(first.masses.sum() + second.masses.sum())
    return [d / total for d in distances]


def _mismatches(first: Layers, second: Layers) -> Array:
    (kinds, rows), (others, columns) = first.kinds, second.kinds
    table = np.array([[mismatch(a, b) for b in others] for a in kinds])
    found: Array = table[rows[:, None], columns]
    return found


def _transport(transport: Any, first: Array, second: Array, costs: Array) -> float:
    """The least cost; the last row and column stand for no counterpart."""
    rows, columns = costs.shape
    padded = np.full((rows + 1, columns + 1), NOTHING)
    padded[:rows, :columns] = np.minimum(costs, MOST)
    padded[rows, columns] = 0.0
    total = first.sum() + second.sum()
    supply = np.append(first, second.sum()) / total
    demand = np.append(second, first.sum()) / total
    demand *= supply.sum() / demand.sum()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = transport.emd2(supply, demand, padded, check_marginals=False, center_dual=False)
    return max(0.0, float(found)) * float(total)
