"""The contract of strategies, and the record of a trial.

A strategy is written against Space alone. `ask` proposes, the caller evaluates, `tell` reports; the
caller tells every proposal sooner or later, done or not, in any order and in batches of any size.
All randomness comes from the seed, so the same seed and the same tells give the same asks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from nasdsl.diagnostics import Diagnostic, NasError

if TYPE_CHECKING:
    from nasdsl.evaluators.config import TrainConfig
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

State = Literal["pending", "done", "failed", "infeasible"]
Values = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One evaluation. `values` are the objectives with signs such that larger is better.

    Values are there exactly when the state is "done"; they compare as tuples, so the first
    objective leads and the others break ties. `curve`: the metrics of every epoch, if reported.
    """

    number: int
    genotype: Genotype
    state: State = "done"
    values: Values = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    duration: float = 0.0
    reason: str = ""
    curve: tuple[Mapping[str, float], ...] = ()


@runtime_checkable
class Strategy(Protocol):
    """Proposes genotypes of one space."""

    def ask(self, n: int = 1) -> list[Genotype]:
        """At most n genotypes, [] when there is nothing left to propose."""

    def tell(self, trials: Sequence[Trial]) -> None:
        """Report trials; failed and infeasible ones carry no values."""

    def state(self) -> dict[str, Any]:
        """Plain JSON: `restore` of it continues exactly, the random numbers included."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from a state of a strategy with the same space and configuration."""


@runtime_checkable
class Learner(Protocol):
    """A strategy that trains something itself before it proposes, and is to be told where and on what."""

    def attach(self, folder: Path, evaluator: TrainConfig | None) -> None:
        """The folder of the run, for what must survive a stop, and what an evaluator trains by."""

    def listen(self, listen: Callable[[Any], None]) -> None:
        """Whom to tell of every epoch: an object with number, epochs, loss, accuracy and seconds."""


def several(propose: Callable[[], Genotype | None], n: int) -> list[Genotype]:
    """Up to `n` proposals, fewer if there are no more: then `propose` gives None."""
    return list(islice(iter(propose, None), n))


def dump_rng(rng: random.Random) -> list[Any]:
    """The state of a generator as JSON."""
    version, internal, gauss = rng.getstate()
    return [version, list(internal), gauss]


def load_rng(rng: random.Random, state: Sequence[Any]) -> None:
    """The inverse of dump_rng."""
    version, internal, gauss = state
    rng.setstate((version, tuple(internal), gauss))


def need_finite(space: Space, what: str) -> int:
    """The size of the space; NAS320 if it has none."""
    if space.size is None:
        message = f"space `{space.name}` has ranges of real numbers: no {what}"
        help = "use another strategy, or write lists of values instead of those ranges"
        raise NasError(Diagnostic("NAS320", message, help=help))
    return space.size


class Seen:
    """The genotypes proposed so far, kept only if duplicates are to be avoided.

    Space is the bound on memory: one genotype a proposal.
    """

    TRIES = 100

    def __init__(self, space: Space, enabled: bool) -> None:
        self._space = space
        self._enabled = enabled
        self._known: set[Genotype] = set()

    def exhausted(self) -> bool:
        """Whether every genotype of the space has been proposed."""
        size = self._space.size
        return self._enabled and size is not None and len(self._known) >= size

    def __contains__(self, genotype: Genotype) -> bool:
        """Whether the genotype was proposed and may not be proposed again."""
        return genotype in self._known

    def add(self, genotype: Genotype) -> bool:
        """Whether the genotype may be proposed: it is new, or duplicates do not matter."""
        if not self._enabled:
            return True
        before = len(self._known)
        self._known.add(genotype)
        return len(self._known) > before

    def sample(self, rng: random.Random, uniform: bool = False) -> Genotype | None:
        """A feasible genotype that may be proposed, None when the space is exhausted.

        Rejection while it works, then the next unseen rank from a random one on.
        """
        if self.exhausted():
            return None
        draw = self._uniform if uniform else self._space.sample_feasible
        for _ in range(self.TRIES if self._enabled else 1):
            genotype = draw(rng)
            if self.add(genotype):
                return genotype
        size = self._space.size
        if size is None:
            return genotype
        rank = rng.randrange(size)
        while not self.add(genotype := self._space.unrank(rank)):
            rank = (rank + 1) % size
        return genotype

    def _uniform(self, rng: random.Random) -> Genotype:
        for _ in range(self.TRIES):
            genotype = self._space.sample_uniform(rng)
            if self._space.feasible(genotype):
                break
        return genotype

    def dump(self) -> list[str]:
        return sorted(self._space.text(g) for g in self._known)

    def load(self, texts: Sequence[str]) -> None:
        self._known = {self._space.read(text) for text in texts}
