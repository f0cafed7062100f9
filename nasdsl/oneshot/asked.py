"""Methods whose paths are proposed by a strategy that asks and is told: a controller, a distribution.

The strategy is one of nasdsl.strategies as it is: what it learns from are accuracies of inherited
weights instead of trials.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nasdsl.seeds import derive_seed
from nasdsl.strategies import Strategy, Trial, make_strategy

from .choices import Choice
from .data import Batch
from .sampled import Sampled, SampledConfig

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine

A = TypeVar("A", bound=SampledConfig)


class Asked(Sampled[A], Generic[A]):
    """A strategy is asked for paths and told what they are worth; `proposer` makes it."""

    def __init__(self, config: A, space: Space, choices: Mapping[str, Choice], seed: int) -> None:
        super().__init__(config, space, choices, seed)
        self.strategy = self.proposer(derive_seed(seed, "strategy"))
        self._told = 0

    def proposer(self, seed: int) -> Strategy:
        """A new strategy."""
        raise TypeError(f"{type(self).__name__} names no strategy")

    def make(self, name: str, options: Mapping[str, object], seed: int) -> Strategy:
        return make_strategy(name, self.space, options, seed)

    def ask(self, engine: Engine) -> Genotype:
        """A proposal, drawn at random when there is none."""
        found = self.strategy.ask(1)
        return found[0] if found else self.space.sample_feasible(engine.rng)

    def tell(self, engine: Engine, genotype: Genotype, batches: list[Batch]) -> float:
        """Score a genotype by inherited weights, and tell the strategy."""
        accuracy = engine.score(engine.supernet.path(genotype), batches).accuracy
        self.strategy.tell([Trial(self._told, genotype, "done", (accuracy,))])
        self._told += 1
        return accuracy

    def state(self) -> dict[str, Any]:
        return {"strategy": self.strategy.state(), "told": self._told}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.strategy.restore(state["strategy"])
        self._told = state["told"]
