"""The networks of trials: what they cost is reckoned once for each genotype, however often it comes.

The network itself is built for every trial, as evaluators read it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nasdsl.architecture import Architecture

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

MOST = 20_000  # genotypes whose cost is kept: a few MB
Measure = Callable[[Architecture], Mapping[str, float]]
Measured = Mapping[str, float] | None
"""The cost as metrics; None of a network that breaks a requirement of its space."""


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
            return self.space.build(genotype), self._known[genotype]
        architecture = self.space.build(genotype)
        feasible = self.space.feasible(genotype, architecture)
        measured = self.measure(architecture) if feasible else None
        self._known[genotype] = measured
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return architecture, measured
