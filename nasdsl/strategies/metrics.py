"""What a kernel compares genotypes by: decisions, operator paths, edits or optimal transport.

A metric gives one or several distances; what it needs of a genotype is worked out once and kept, up to
a bound, and so are the distances that are costly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypeVar

import numpy as np

from nasdsl.distances import hamming, paths
from nasdsl.distances.edit import edit_distance
from nasdsl.distances.layers import Layers, layers
from nasdsl.distances.otmann import normalised, otmann
from nasdsl.extras import need

from .gaussian_process import Array, Group

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Name: TypeAlias = Literal["hamming", "path", "edit", "otmann"]
T = TypeVar("T")
Measure: TypeAlias = Callable[[Layers, Layers], Sequence[float]]

KEPT = 4096  # genotypes whose description is kept
PAIRS = 100_000  # distances that are kept


class Metric(Protocol):
    """groups: how the distances stand in a kernel. embedded: whether they are to be embedded into a
    Euclidean space first."""

    @property
    def groups(self) -> tuple[Group, ...]: ...

    @property
    def embedded(self) -> bool: ...

    def __call__(self, first: Sequence[Genotype], second: Sequence[Genotype]) -> Array:
        """(distances, len(first), len(second))."""


class Kept(Generic[T]):
    """A function of genotypes whose latest results are kept."""

    def __init__(self, make: Callable[[Genotype], T], most: int = KEPT) -> None:
        self._make, self._most = make, most
        self._known: dict[Genotype, T] = {}

    def __call__(self, genotype: Genotype) -> T:
        found = self._known.get(genotype)
        if found is None:
            found = self._known[genotype] = self._make(genotype)
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]
        return found


class Hamming:
    """The decisions that differ."""

    groups = (Group((0,)),)
    embedded = False

    def __init__(self, space: Space) -> None:
        self._row = Kept(lambda genotype: hamming.row(space, genotype))

    def __call__(self, first: Sequence[Genotype], second: Sequence[Genotype]) -> Array:
        rows = [self._row(g) for g in first], [self._row(g) for g in second]
        return hamming.distances(*rows)[None]


class Paths:
    """The operator paths that only one of two networks has."""

    groups = (Group((0,)),)
    embedded = False

    def __init__(self, space: Space) -> None:
        self._features = Kept(lambda genotype: paths.paths(space.build(genotype)))

    def __call__(self, first: Sequence[Genotype], second: Sequence[Genotype]) -> Array:
        sets = [self._features(g) for g in first], [self._features(g) for g in second]
        return paths.distances(*sets)[None]


class OfLayers:
    """A metric of networks as layers: costly, so its distances are kept by pairs of networks."""

    embedded = False

    def __init__(
        self, space: Space, groups: tuple[Group, ...], measure: Measure, fold: bool = True
    ) -> None:
        self.groups = groups
        self._measure = measure
        self._network = Kept(lambda genotype: _named(layers(space.build(genotype), fold)))
        self._pairs: dict[tuple[bytes, bytes], Sequence[float]] = {}

    def __call__(self, first: Sequence[Genotype], second: Sequence[Genotype]) -> Array:
        rows, columns = [self._network(g) for g in first], [self._network(g) for g in second]
        table = np.array([[self._pair(a, b) for b in columns] for a in rows], dtype=np.float64)
        return np.moveaxis(table.reshape(len(rows), len(columns), -1), 2, 0)

    def _pair(self, a: tuple[bytes, Layers], b: tuple[bytes, Layers]) -> Sequence[float]:
        """In an order that is the networks' own: a solver may round otherwise the other way round,
        and a search that goes on elsewhere has met them in another order."""
        first, second = (a, b) if a[0] <= b[0] else (b, a)
        key = first[0], second[0]
        found = self._pairs.get(key)
        if found is None:
            found = self._pairs[key] = self._measure(first[1], second[1])
            if len(self._pairs) > PAIRS:
                self._pairs.clear()
        return found


def _named(network: Layers) -> tuple[bytes, Layers]:
    """A network with a digest; equal ones, however drawn, have the same."""
    return blake2b(repr(network.key).encode(), digest_size=16).digest(), network


class Edit(OfLayers):
    """Auto-Keras's edit distance, embedded so that it makes a valid kernel: exp(-ρ²)."""

    embedded = True

    def __init__(self, space: Space, skip_weight: float = 1.0) -> None:
        def measure(first: Layers, second: Layers) -> Sequence[float]:
            return (edit_distance(first, second, skip_weight),)

        super().__init__(space, (Group((0,), 2.0),), measure)


class Otmann(OfLayers):
    """NASBOT's distances: for each ν_str one with power 1, and one normalised with power 2, which make
    the two terms of its kernel."""

    def __init__(self, space: Space, nu_str: Sequence[float]) -> None:
        def measure(first: Layers, second: Layers) -> Sequence[float]:
            found = otmann(first, second, nu_str)
            return (*found, *normalised(found, first, second))

        count = len(nu_str)
        plain, shares = tuple(range(count)), tuple(range(count, 2 * count))
        super().__init__(space, (Group(plain), Group(shares, 2.0)), measure)


def make_metric(name: Name, space: Space, nu_str: Sequence[float], skip_weight: float) -> Metric:
    """The metric of a name. NAS323 if it takes a library that is not installed."""
    if name == "otmann":
        need("ot", "bo")
        return Otmann(space, nu_str)
    if name == "edit":
        return Edit(space, skip_weight)
    return Paths(space) if name == "path" else Hamming(space)
