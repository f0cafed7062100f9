"""The cost of members of a space, and its cheapest ones, by formulae alone."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Literal

from nasdsl.costs import cost

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Kind = Literal["params", "macs", "activations", "depth"]

STEPS = 500  # architectures that a descent looks at
KEPT = 2048


class Costs:
    """One kind of cost of the members of a space; the last ones are remembered."""

    def __init__(self, space: Space, kind: Kind) -> None:
        self._space, self._kind = space, kind
        self._known: dict[Genotype, tuple[float, bool]] = {}

    def of(self, genotype: Genotype) -> float:
        return self._look(genotype)[0]

    def feasible(self, genotype: Genotype) -> bool:
        """Whether it is within the limits of the space."""
        return self._look(genotype)[1]

    def _look(self, genotype: Genotype) -> tuple[float, bool]:
        found = self._known.get(genotype)
        if found is None:
            architecture = self._space.build(genotype)
            amount = float(getattr(cost(architecture), self._kind))
            found = amount, self._space.feasible(genotype, architecture)
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[genotype] = found
        return found

    def cheapest(self, rng: Random) -> Genotype:
        """A feasible member that random changes of one decision do not make cheaper."""
        genotype = self._space.sample_feasible(rng)
        failures = 0
        for _ in range(STEPS if self._space.size != 1 else 0):
            other = self._space.mutate(genotype, rng)
            if self.of(other) < self.of(genotype) and self.feasible(other):
                genotype, failures = other, 0
                continue
            failures += 1
            if failures > 20 + 5 * len(genotype.choices):
                break
        return genotype
