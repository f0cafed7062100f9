"""The networks of trials: what they cost is reckoned once for each genotype, however often it comes.

To build a network takes longer than all else that a study does for a trial, so one that was measured
before is built again only if the evaluator looks at it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nasdsl.architecture import Architecture, Graph, Input

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

MOST = 20_000  # genotypes whose cost is kept: a few MB
Measure = Callable[[Architecture], Mapping[str, float]]
Measured = Mapping[str, float] | None
"""The cost as metrics; None of a network that breaks a requirement of its space."""


class Deferred(Architecture):
    """An architecture that is built when something of it is read."""

    __slots__ = ("_build", "_built")
    _build: Callable[[], Architecture]
    _built: Architecture | None

    def __new__(cls, *build: object, **fields: Any) -> Any:
        """Of fields, as `dataclasses.replace` gives them, a plain architecture."""
        return Architecture(**fields) if fields else super().__new__(cls)

    def __init__(self, build: Callable[[], Architecture]) -> None:
        object.__setattr__(self, "_build", build)
        object.__setattr__(self, "_built", None)

    def _get(self) -> Architecture:
        built = self._built
        if built is None:
            built = self._build()
            object.__setattr__(self, "_built", built)
        return built

    def __reduce__(self) -> tuple[type[Architecture], tuple[object, ...]]:
        return Architecture, (self.name, self.inputs, self.graph)  # copies are plain

    @property
    def name(self) -> str:
        return self._get().name

    @property
    def inputs(self) -> tuple[Input, ...]:
        return self._get().inputs

    @property
    def graph(self) -> Graph:
        return self._get().graph


@dataclass(frozen=True, slots=True)
class Networks:
    """Of the genotypes of a space."""

    space: Space
    measure: Measure
    _known: OrderedDict[Genotype, Measured] = field(default_factory=OrderedDict)

    def look(self, genotype: Genotype) -> tuple[Architecture, Measured]:
        """The network of a genotype and its cost. A NasError if it cannot be built."""
        if genotype in self._known:
            self._known.move_to_end(genotype)
            return Deferred(lambda: self.space.build(genotype)), self._known[genotype]
        architecture = self.space.build(genotype)
        feasible = self.space.feasible(genotype, architecture)
        measured = self.measure(architecture) if feasible else None
        self._known[genotype] = measured
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return architecture, measured
