"""The decisions that differ: the distance of vectors of choices.

A decision that only one of two genotypes has counts 1, and so does one with another option; numbers
in order (a range, an interval of reals) count by how far apart they are in their range. Of "k of n" and
permutations every position counts 1/k. The distance is a metric, and a sum of differences of
coordinates: exp(-d) is a valid kernel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nasdsl.domains import Domain
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Array: TypeAlias = NDArray[np.float64]
Key: TypeAlias = tuple[str, bool, float]  # path, whether its values are numbers in order, weight
Row: TypeAlias = Mapping[Key, float]


def row(space: Space, genotype: Genotype) -> Row:
    """The active decisions as numbers."""
    out: dict[Key, float] = {}
    for decision in space.decisions(genotype):
        out.update(_entries(decision.path, decision.domain, decision.index))
    return out


def _entries(path: str, domain: Domain, index: float) -> dict[Key, float]:
    if domain.kind == "float":
        return {(path, True, 1.0): _share(domain, index)}
    if domain.kind == "one" and domain.ordered and len(domain.labels) > 1:
        return {(path, True, 1.0): index / (len(domain.labels) - 1)}
    if domain.kind in ("one", "bit"):
        return {(path, False, 1.0): float(index)}
    word = domain.positions(int(index))
    weight = 1.0 / max(1, len(word))
    if domain.kind == "pick" and not (domain.ordered or domain.repeated):
        return {(f"{path}={p}", False, weight / 2): 1.0 for p in word}  # a swap changes two
    return {(f"{path}#{i}", False, weight): float(p) for i, p in enumerate(word)}


def _share(domain: Domain, value: float) -> float:
    low, high = domain.low, domain.high
    if domain.log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low) if high > low else 0.0


def distances(first: Sequence[Row], second: Sequence[Row]) -> Array:
    """Every distance between two lists of rows: (len(first), len(second))."""
    keys = list(dict.fromkeys(key for r in (*first, *second) for key in r))
    a, b = _table(first, keys), _table(second, keys)
    total = np.zeros((len(first), len(second)))
    for column, (_, ordered, weight) in enumerate(keys):
        x, y = a[:, column, None], b[None, :, column]
        if ordered:
            apart = np.abs(x - y)
            apart[np.isnan(x) != np.isnan(y)] = 1.0
            apart[np.isnan(x) & np.isnan(y)] = 0.0
        else:
            apart = (x != y) & ~(np.isnan(x) & np.isnan(y))
        total += weight * apart
    return total


def _table(rows: Sequence[Row], keys: Sequence[Key]) -> Array:
    return np.array([[r.get(key, np.nan) for key in keys] for r in rows]).reshape(
        len(rows), len(keys)
    )
