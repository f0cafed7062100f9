"""Random search with weight sharing: Li, Talwalkar, UAI 2019.

Every step trains one architecture drawn at random. Then many are drawn, scored by inherited weights
on one batch of held-out samples, and the best of these on all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from .derive import best_of
from .sampled import Sampled, SampledConfig, scorer
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .engine import Engine


class RandomSharingConfig(SampledConfig):
    samples: int = Field(default=1000, ge=1, description="architectures that are drawn in the end")
    finalists: int = Field(default=10, ge=1, description="of them that are scored on all batches")
    batches: int = Field(default=1, ge=0, description="held-out batches of the first scores")


class RandomSharingMethod(Sampled[RandomSharingConfig]):
    """Two rounds of scores."""

    def derive(self, engine: Engine) -> list[Genotype]:
        config = self.config
        drawn = [self.sample(engine) for _ in range(config.samples)]
        first = best_of(drawn, self.scorer(engine), max(config.finalists, config.keep))
        return best_of(first, scorer(engine, engine.held()), config.keep)


class RandomSharing(OneShot):
    Config = RandomSharingConfig
    method = RandomSharingMethod
