"""The contract of evaluators: from a genotype to metrics.

An evaluator knows a data set, a table or a device; it never sees the strategy. It returns finite
numbers under names of its own choice (`accuracy`, `loss`, …) and raises what it likes: the runner
records an exception as a failed trial with its reason. A NasError is different: it says that the
set-up is wrong for every trial (a missing file, a key that no table has), and ends the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture
    from nasdsl.genotype import Genotype


@dataclass(frozen=True, slots=True)
class Budget:
    """What one evaluation may spend; None leaves it to the evaluator's own configuration.

    An evaluator that goes on in epochs may `report` the metrics of each, to be stored with the trial.
    """

    epochs: int | None = None
    seconds: float | None = None
    report: Callable[[Mapping[str, float]], None] | None = field(default=None, compare=False)

    def numbers(self) -> dict[str, float]:
        """The limits that are set, by name."""
        pairs = {"epochs": self.epochs, "seconds": self.seconds}
        return {name: value for name, value in pairs.items() if value is not None}


@runtime_checkable
class Evaluator(Protocol):
    """Anything with this method; `seed` is the only source of randomness it may use.

    If it also has `metrics`, the names of all that it gives, a search for another ends at once.
    """

    def evaluate(
        self,
        genotype: Genotype,
        architecture: Architecture,
        *,
        seed: int,
        budget: Budget,
    ) -> Mapping[str, float]: ...
