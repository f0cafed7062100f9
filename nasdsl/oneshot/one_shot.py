"""One-shot: Bender, Kindermans, Zoph, Vasudevan, Le, ICML 2018.

The supernet is trained with all paths on, but for path dropout: an option of a choice is left out with
probability r^(1/k), k the options beside it and itself, so that all of them are with probability r.
The rate rises linearly. Then random genotypes are scored by inherited weights: by their accuracy, or
by how little their predictions differ from those of all paths (`rank = kl`; the symmetric divergence
of section 5 needs no labels).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Literal

import torch
from pydantic import Field
from torch import Tensor

from nasdsl.evaluators.checks import main_output

from .choices import Choice
from .derive import best_of
from .gates import Gate
from .losses import batch_statistics, flat
from .sampled import Sampled, SampledConfig
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .contract import Gates
    from .engine import Engine


class OneShotPathsConfig(SampledConfig):
    dropout: float = Field(default=0.1, gt=0, lt=1, description="r, at the end of the training")
    samples: int = Field(default=1000, ge=1, description="genotypes that are drawn in the end")
    rank: Literal["accuracy", "kl"] = Field(
        default="accuracy", description="by what they are chosen"
    )
    batches: int = Field(default=1, ge=0, description="held-out batches that score a genotype")


class OneShotPathsMethod(Sampled[OneShotPathsConfig]):
    """All paths, some dropped."""

    def gates(self, engine: Engine) -> Gates:
        rate = self.config.dropout * engine.progress
        beside = Counter(_group(c) for c in self.choices.values() if c.kind == "bit")
        return {
            path: dropped(c, rate ** (1 / (beside[_group(c)] or c.n)), engine.rng)
            for path, c in self.choices.items()
        }

    def derive(self, engine: Engine) -> list[Genotype]:
        drawn = [self.sample(engine) for _ in range(self.config.samples)]
        score = self.scorer(engine) if self.config.rank == "accuracy" else self.likeness(engine)
        return best_of(drawn, score, self.config.keep)

    def likeness(self, engine: Engine) -> Callable[[Genotype], float]:
        """Minus the symmetric Kullback-Leibler divergence to the predictions of all paths."""
        batches = engine.held(self.config.batches or None)

        @torch.no_grad()
        def predict(gates: Gates) -> list[Tensor]:
            with batch_statistics(engine.supernet):
                outs = [main_output(engine.supernet(b.x, gates=gates)) for b in batches]
            return [flat(o, b.y)[0].log_softmax(-1) for o, b in zip(outs, batches, strict=True)]

        whole = predict({p: dropped(c, 0.0, Random(0)) for p, c in self.choices.items()})

        def score(genotype: Genotype) -> float:
            pairs = zip(predict(engine.supernet.path(genotype)), whole, strict=True)
            apart = [float(((a.exp() - b.exp()) * (a - b)).sum(-1).mean()) for a, b in pairs]
            return -sum(apart) / len(apart)

        return score


def dropped(choice: Choice, rate: float, rng: Random) -> Gate:
    """Each option left out with a probability, one of them at least kept but of a bit.

    What is left of a choice of one is averaged; what can only be taken is drawn.
    """
    if choice.hard:
        count = choice.count if choice.kind == "pick" else 1
        return Gate(None, tuple(sorted(rng.sample(range(choice.n), count))))
    kept = tuple(i for i in range(choice.n) if rng.random() >= rate)
    if choice.kind == "bit":
        return Gate(None, kept)
    kept = kept or (rng.randrange(choice.n),)
    if choice.kind == "pick":
        return Gate(None, kept)
    return Gate(torch.full((choice.n,), 1 / len(kept)), kept)


def _group(choice: Choice) -> str:
    """Bits of one subset have paths that differ in the last index."""
    return choice.path.rpartition("[")[0] if choice.kind == "bit" else ""


class OneShotPaths(OneShot):
    Config = OneShotPathsConfig
    method = OneShotPathsMethod
