"""NSAS: Zhang, Li, Pan, Chang, Su, "Overcoming multi-model forgetting in one-shot NAS with diversity
maximization", CVPR 2020.

Training one path makes the paths before it worse, since they share weights. So a step moves the weights
along the loss of the sampled path and those of `constraints` earlier ones (equation 8), which are chosen
for being different from each other: the sampled path takes the place of the one that it is most alike,
if that makes the set more diverse (Algorithm 1, greedy novelty search). Then as random search with
weight sharing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from .choices import Choice
from .data import Batch
from .random_sharing import RandomSharingConfig, RandomSharingMethod
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine


class NsasConfig(RandomSharingConfig):
    constraints: int = Field(
        default=8, ge=1, description="earlier paths that are not to be forgotten"
    )
    share: float = Field(
        default=0.5, gt=0, lt=1, description="of the loss that is theirs, their mean"
    )


class NsasMethod(RandomSharingMethod):
    """Random paths with a memory."""

    config: NsasConfig

    def __init__(
        self, config: NsasConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        self.kept: list[Genotype] = []

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        new, share = self.sample(engine), self.config.share
        engine.optimizer.zero_grad(set_to_none=True)
        weight = 1 - share if self.kept else 1.0
        loss = engine.loss(batch, engine.supernet.path(new), count=True)
        engine.fabric.backward(weight * loss)
        for genotype in self.kept:
            loss = engine.loss(batch, engine.supernet.path(genotype))
            engine.fabric.backward(share / len(self.kept) * loss)
        engine.descend()
        self.kept = diverse(self.space, self.kept, new, self.config.constraints)

    def state(self) -> dict[str, Any]:
        return {"kept": list(map(self.space.text, self.kept))}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.kept = list(map(self.space.read, state["kept"]))


def diverse(space: Space, kept: list[Genotype], new: Genotype, count: int) -> list[Genotype]:
    """The set with a new member, if it is further from the others than the one that it is most alike."""
    if new in kept:
        return kept
    if len(kept) < count:
        return [*kept, new]
    nearest = min(range(len(kept)), key=lambda i: space.distance(kept[i], new))
    others = kept[:nearest] + kept[nearest + 1 :]

    def apart(genotype: Genotype) -> int:
        return sum(space.distance(genotype, other) for other in others)

    return [*others, new] if apart(new) > apart(kept[nearest]) else kept


class Nsas(OneShot):
    Config = NsasConfig
    method = NsasMethod
