"""SETN: Dong, Yang, "One-shot neural architecture search via self-evaluated template network", ICCV 2019.

The weights learn along paths that are drawn uniformly, so that all are treated alike; the logits
learn which options have a low held-out loss, in a softmax mixture of all. Then genotypes are drawn by
the logits, and the best by inherited weights is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from .config import RelaxedConfig
from .data import Batch
from .derive import best_of, draw_feasible
from .relaxed import Relaxed
from .sampled import scorer
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .engine import Engine


class SetnConfig(RelaxedConfig):
    epochs: int = Field(default=250, ge=1, description="passes over the samples of the weights")
    samples: int = Field(default=100, ge=1, description="genotypes that are drawn in the end")
    keep: int = Field(default=1, ge=1, description="genotypes that are derived, the best ones")
    batches: int = Field(
        default=0, ge=0, description="held-out batches that score a genotype; 0 for all of them"
    )


class SetnMethod(Relaxed[SetnConfig]):
    """Uniform paths for the weights, a mixture for the logits."""

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        path = engine.supernet.path(self.space.sample_feasible(engine.rng))
        engine.learn(batch, path)
        if engine.epoch >= self.config.warm_up:
            self.adapt(engine, batch, held)

    def derive(self, engine: Engine) -> list[Genotype]:
        strengths: Any = self.strengths()
        config, score = self.config, scorer(engine, engine.held(self.config.batches or None))
        drawn = (draw_feasible(self.space, strengths, engine.rng) for _ in range(config.samples))
        return best_of(drawn, score, config.keep)


class Setn(OneShot):
    Config = SetnConfig
    method = SetnMethod
