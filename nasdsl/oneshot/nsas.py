"""NSAS: Zhang, Li, Pan, Chang, Su, "Overcoming multi-model forgetting in one-shot NAS with diversity
maximization", CVPR 2020.

Training one path spoils what others share with it. So every step also descends the losses of a few
earlier paths, the constraints: L = (1 - ε) L(θ) + ε / |M| Σ L(θ_i), θ_i in M. M is kept as diverse as
can be: the novelty of a path is its mean distance to its nearest neighbours in M, and a new path
takes the place of the constraint that is most like it if it is the more novel of the two against the
rest (greedy novelty search). Paths are uniform, and the result is found as by random search with
weight sharing (RandomNAS-NSAS); the paper's variant over GDAS is not here. The paper looks for novel
paths by more draws at each replacement: `draws` of them compete with the new path.

The defaults of `constraints`, `forgetting`, `neighbours` and `draws` are from memory of the paper and its
code; they were not compared with either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from .data import Batch
from .derive import best_of
from .sampled import Sampled, SampledConfig, scorer
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine


class NsasConfig(SampledConfig):
    constraints: int = Field(default=8, ge=1, description="earlier paths that each step remembers")
    forgetting: float = Field(
        default=0.5, ge=0, lt=1, description="ε, the share of the loss that is theirs"
    )
    neighbours: int = Field(default=3, ge=1, description="the nearest paths that novelty counts")
    draws: int = Field(default=10, ge=0, description="random paths that compete with a new one")
    samples: int = Field(default=1000, ge=1, description="architectures that are drawn in the end")
    finalists: int = Field(default=10, ge=1, description="of them that are scored on all batches")
    batches: int = Field(default=1, ge=0, description="held-out batches of the first scores")


class NsasMethod(Sampled[NsasConfig]):
    """Single paths, with constraints."""

    def begin(self, engine: Engine) -> None:
        self.constraints: list[Genotype] = []

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        genotype = self.sample(engine)
        share = self.config.forgetting if self.constraints else 0.0
        engine.optimizer.zero_grad(set_to_none=True)
        loss = engine.loss(batch, engine.supernet.path(genotype), count=True)
        engine.fabric.backward((1 - share) * loss)
        for other in self.constraints:
            part = engine.loss(batch, engine.supernet.path(other))
            engine.fabric.backward(share / len(self.constraints) * part)
        engine.descend()
        self.remember(engine, genotype)

    def remember(self, engine: Engine, genotype: Genotype) -> None:
        """Let a path that was trained be a constraint, if that makes them more diverse."""
        if len(self.constraints) < self.config.constraints:
            if genotype not in self.constraints:
                self.constraints.append(genotype)
            return
        draws = [self.sample(engine) for _ in range(self.config.draws)]
        self.constraints = replaced(
            self.space, self.constraints, [genotype, *draws], self.config.neighbours
        )

    def derive(self, engine: Engine) -> list[Genotype]:
        config = self.config
        drawn = [self.sample(engine) for _ in range(config.samples)]
        first = best_of(drawn, self.scorer(engine), max(config.finalists, config.keep))
        return best_of(first, scorer(engine, engine.held()), config.keep)

    def curves(self) -> dict[str, float]:
        found = [novelty(self.space, g, _without(self.constraints, g), self.config.neighbours) for g in self.constraints]  # fmt: skip
        return {"novelty": sum(found) / len(found)} if found else {}

    def state(self) -> dict[str, Any]:
        return {"constraints": list(map(self.space.text, self.constraints))}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.constraints = list(map(self.space.read, state["constraints"]))


def novelty(space: Space, genotype: Genotype, others: Sequence[Genotype], nearest: int) -> float:
    """The mean distance, in decisions, to the `nearest` of the others; 0 if there are none."""
    found = sorted(space.distance(genotype, other) for other in others)[:nearest]
    return sum(found) / len(found) if found else 0.0


def replaced(
    space: Space, constraints: Sequence[Genotype], candidates: Sequence[Genotype], nearest: int
) -> list[Genotype]:
    """The constraints, the one most like the first candidate replaced by the most novel candidate if
    that is more novel against the rest."""
    like = min(constraints, key=lambda g: space.distance(g, candidates[0]))
    rest = _without(constraints, like)
    best = max([like, *candidates], key=lambda g: (g not in rest, novelty(space, g, rest, nearest)))
    return [best if g == like else g for g in constraints]


def _without(constraints: Sequence[Genotype], genotype: Genotype) -> list[Genotype]:
    return [g for g in constraints if g != genotype]


class Nsas(OneShot):
    Config = NsasConfig
    method = NsasMethod
