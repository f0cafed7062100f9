"""Methods that train one path at a time, and then choose among genotypes by inherited weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import Field

from .config import OneShotConfig
from .data import Batch
from .method import Method

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .contract import Gates
    from .engine import Engine


class SampledConfig(OneShotConfig):
    """Methods that train single paths."""

    keep: int = Field(default=1, ge=1, description="genotypes that are derived, the best ones")
    batches: int = Field(
        default=0, ge=0, description="held-out batches that score a genotype; 0 for all of them"
    )


S = TypeVar("S", bound=SampledConfig)


class Sampled(Method[S], Generic[S]):
    """Uniform paths within the cost limits; a subclass says how the best are found."""

    def gates(self, engine: Engine) -> Gates:
        gates: Gates = engine.supernet.path(self.sample(engine))
        return gates

    def sample(self, engine: Engine) -> Genotype:
        """The genotype of a step: every decision uniform over its options."""
        return self.space.sample_feasible(engine.rng)

    def scorer(self, engine: Engine) -> Callable[[Genotype], float]:
        """The accuracy of a genotype with inherited weights, on the same samples for all."""
        return scorer(engine, engine.held(self.config.batches or None))


def scorer(engine: Engine, batches: list[Batch]) -> Callable[[Genotype], float]:
    """The accuracy on some batches, remembered."""
    known: dict[Genotype, float] = {}

    def score(genotype: Genotype) -> float:
        if genotype not in known:
            known[genotype] = engine.score(engine.supernet.path(genotype), batches).accuracy
        return known[genotype]

    return score
