"""The edit distance of Auto-Keras: Jin, Song, Hu, "Auto-Keras: an efficient neural architecture search
system", KDD 2019, section 3.1, equations 2 to 6.

d = D_layers + λ · D_skips. Layers are matched in order (edit distance with unit insertions; a layer
becomes another at the relative difference of their widths, at cost 1 if they do different things). Skip
connections are matched by the Hungarian algorithm, at the relative difference of their begins and
spans; each one without a counterpart costs 1. Both parts are metrics up to networks with equal layers
and connections.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from .layers import Label, Layers
from .lengths import LONGEST

Array = NDArray[np.float64]
Skip = tuple[int, int]  # begin and span, in layers


def edit_distance(first: Layers, second: Layers, skip_weight: float = 1.0) -> float:
    """skip_weight: the paper's λ, 1 in its code."""
    return layer_distance(first, second) + skip_weight * skip_distance(skips(first), skips(second))


def layer_distance(first: Layers, second: Layers) -> float:
    """The least cost of the insertions, deletions and changes that turn one sequence of layers into
    the other; inputs and outputs do not count."""
    changes = _changes(first, second)
    places = np.arange(changes.shape[1] + 1, dtype=np.float64)
    row = places
    for costs in changes:
        best = row + 1.0  # the layer is deleted
        best[1:] = np.minimum(best[1:], row[:-1] + costs)
        row = np.minimum.accumulate(best - places) + places  # insertions before each place
    return float(row[-1])


def _changes(first: Layers, second: Layers) -> Array:
    """The cost of making each inner layer of one network into each of the other, 0 … 1."""
    (kinds, rows), (others, columns) = first.kinds, second.kinds
    labels = np.array([[_change(a, b) for b in others] for a in kinds])
    before, after = _units(first)[:, None], _units(second)[None]
    costs = np.abs(before - after) / np.maximum(before, after)
    costs = np.maximum(costs, labels[rows[:, None], columns])
    inner: Array = costs[np.ix_(_inner(first), _inner(second))]
    return inner


def _units(network: Layers) -> Array:
    return np.array([m.units for m in network.layers], np.float64)


def _inner(network: Layers) -> list[bool]:
    return [m.label.family not in ("input", "output") for m in network.layers]


def _change(a: Label, b: Label) -> float:
    """The part of the cost that is not of the widths."""
    if a.op != b.op or a.kernel != b.kernel or a.details != b.details:
        return 1.0
    return 0.0 if a.trimmings == b.trimmings else 0.5


def skips(network: Layers) -> list[Skip]:
    """The connections that leave out a layer on the longest path between their ends."""
    depth = [
        0 if layer.label.family == "input" else 1 + round(layer.before[LONGEST])
        for layer in network.layers
    ]
    spans = [(depth[source], depth[target] - depth[source]) for source, target in network.edges]
    return sorted(skip for skip in spans if skip[1] > 1)


def skip_distance(first: Sequence[Skip], second: Sequence[Skip]) -> float:
    """The least cost of a matching, and 1 for each connection left over."""
    if not first or not second:
        return float(len(first) + len(second))
    a, b = np.array(first, dtype=np.float64), np.array(second, dtype=np.float64)
    difference = np.abs(a[:, None] - b[None]).sum(axis=2)
    costs: Array = difference / np.maximum(a[:, None], b[None]).sum(axis=2)
    rows, columns = linear_sum_assignment(costs)
    return float(costs[rows, columns].sum()) + abs(len(first) - len(second))
