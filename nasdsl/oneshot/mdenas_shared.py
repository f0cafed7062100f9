"""MDENAS in one supernet: Zheng, Ji, Tang, Zhang, Liu, Tian, "Multinomial distribution learning", ICCV 2019.

An epoch trains the path that was drawn from the distribution, and its held-out accuracy teaches the
distribution, as the paper has it: options that are better with less training gain probability. The
distribution is that of the strategy `mdenas`, which evaluates each architecture for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.strategies import Strategy
from nasdsl.strategies.atoms import Atom, compose

from .asked import Asked
from .choices import Choice
from .sampled import SampledConfig
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine


class MdenasSharedConfig(SampledConfig):
    epochs: int = Field(default=100, ge=1, description="passes over the samples, one path each")
    alpha: float = Field(default=0.01, gt=0, le=1, description="what is moved between two options")
    warm_up: int = Field(default=0, ge=0, description="epochs before the probabilities are learnt")


class MdenasSharedMethod(Asked[MdenasSharedConfig]):
    """One path an epoch."""

    def __init__(
        self, config: MdenasSharedConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        self._path: Genotype | None = None

    def proposer(self, seed: int) -> Strategy:
        options = {"alpha": self.config.alpha, "warm_up": self.config.warm_up}
        return self.make("mdenas", options, seed)

    def before_epoch(self, engine: Engine) -> None:
        self._path = self.ask(engine)

    def sample(self, engine: Engine) -> Genotype:
        assert self._path is not None
        return self._path

    def after_epoch(self, engine: Engine) -> bool:
        self.tell(engine, self.sample(engine), engine.held(self.config.batches or None))
        return False

    def derive(self, engine: Engine) -> list[Genotype]:
        """The likeliest options, and with `keep` further draws, best first by accuracy."""
        known: Any = self.strategy

        def likeliest(atom: Atom) -> int:
            chances = known._of(atom).p
            return max(atom.options, key=lambda option: chances[option])

        best = compose(self.space, likeliest, engine.rng)
        if not self.space.feasible(best):
            best = self.ask(engine)
        others = [g for g in (self.ask(engine) for _ in range(10 * self.config.keep)) if g != best]
        return [best, *dict.fromkeys(others)][: self.config.keep]


class MdenasShared(OneShot):
    Config = MdenasSharedConfig
    method = MdenasSharedMethod
