"""Points in a Euclidean space whose distances resemble given ones (Bourgain 1985), as Auto-Keras uses
them to make a valid kernel of an edit distance (Jin, Song, Hu; KDD 2019, section 3.1).

A coordinate is the distance to the nearest member of a random set of reference points; the sets have
1, 2, 4, … members, about log n sets of each size. A new point needs its distances to the reference
points alone. Coordinates are divided by the square root of their number, so that the map never
stretches a metric.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray


def reference_sets(count: int, rng: Random) -> list[list[int]]:
    """Random subsets of 0..count-1, at least one."""
    largest = max(0, math.ceil(math.log2(count)) - 1) if count > 1 else 0
    repeats = max(1, math.ceil(math.log(count))) if count > 1 else 1
    return [
        sorted(rng.sample(range(count), min(count, 2**i)))
        for i in range(largest + 1)
        for _ in range(repeats)
    ]


def embed(distances: NDArray[np.float64], sets: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Points (n, sets) from distances (n, reference points)."""
    columns = [distances[:, list(s)].min(axis=1) for s in sets]
    return np.stack(columns, axis=1) / math.sqrt(len(sets))


def euclidean(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every distance between two lists of points."""
    squares = (first**2).sum(1)[:, None] + (second**2).sum(1)[None] - 2 * first @ second.T
    found: NDArray[np.float64] = np.sqrt(np.maximum(squares, 0.0))
    return found
