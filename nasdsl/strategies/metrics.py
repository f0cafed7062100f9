"""What a kernel compares genotypes by: decisions, operator paths, edits or optimal transport.

A metric gives one or several distances; what it needs of a genotype is worked out once and kept, up to
a bound, and so are the distances that are costly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypeVar

from nasdsl.distances import hamming

from .gaussian_process import Array, Group

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Name: TypeAlias = Literal["hamming", "path", "edit", "otmann"]
T = TypeVar("T")

KEPT = 4096  # genotypes whose description is kept
PAIRS = 400_000  # distances that are kept


class Metric(Protocol):
    """groups: how the distances stand in a kernel. embedded: whether they are to be embedded into a
    Euclidean space first."""

    groups: tuple[Group, ...]
    embedded: bool

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


def make_metric(name: Name, space: Space) -> Metric:
    """The metric of a name."""
    return Hamming(space)
