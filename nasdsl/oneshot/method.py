"""The contract of methods: what of a search in a supernet differs from one paper to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .choices import Choice
from .config import OneShotConfig
from .data import Batch

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .contract import Gates
    from .engine import Engine

C = TypeVar("C", bound=OneShotConfig)


class Method(Generic[C]):
    """Made for one supernet; the engine calls its hooks, on every process alike.

    All randomness comes from `engine.rng` and `engine.noise`, which are new in each epoch, so what
    `state` has to hold is what was learnt. Attributes: `space`, `choices` (of the supernet, by path).
    """

    def __init__(self, config: C, space: Space, choices: Mapping[str, Choice], seed: int) -> None:
        self.config, self.space, self.choices, self.seed = config, space, choices, seed

    @classmethod
    def options(cls, config: C) -> dict[str, Any]:
        """How the supernet is made: options of nasdsl.compiler.supernet.compile_supernet."""
        return {}

    def begin(self, engine: Engine) -> None:
        """Before a checkpoint is read and the first epoch: place parameters on the device."""

    def before_epoch(self, engine: Engine) -> None:
        """Set what changes from epoch to epoch, such as temperatures."""

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        """One step on samples of the weights, and of the architecture. The weights alone here."""
        engine.learn(batch, self.gates(engine))

    def gates(self, engine: Engine) -> Gates:
        """The gates of a step of the weights."""
        raise TypeError(f"{type(self).__name__} has no gates of its own")

    def after_epoch(self, engine: Engine) -> bool:
        """Whether to end here."""
        return False

    def derive(self, engine: Engine) -> list[Genotype]:
        """The genotypes of the trained supernet, the best first: members of the space."""
        raise TypeError(f"{type(self).__name__} derives nothing")

    def curves(self) -> Mapping[str, float]:
        """Numbers to be drawn over the epochs."""
        return {}

    def state(self) -> dict[str, Any]:
        """What nasdsl.oneshot.checkpoint can save."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """The inverse of `state`."""
