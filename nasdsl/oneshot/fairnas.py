"""FairNAS: Chu, Zhang, Xu, "FairNAS: rethinking evaluation fairness of weight sharing", ICCV 2021.

Strict fairness: each step takes the options of every choice in a random order of its own, makes as
many paths of them, and moves the weights along the sum of their gradients, so that all options are
trained equally often (Algorithm 1). Where choices differ in size, those of small ones come again,
and where an option is not feasible beside the others, another stands in. Then evolution, as SPOS.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from .data import Batch
from .spos import SposConfig, SposMethod
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine


class FairnasConfig(SposConfig):
    pass


class FairnasMethod(SposMethod):
    """One step of the weights along several paths."""

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        engine.optimizer.zero_grad(set_to_none=True)
        for genotype in fair(self.space, self.sizes(), engine.rng):
            engine.fabric.backward(engine.loss(batch, engine.supernet.path(genotype), count=True))
        engine.descend()

    def sizes(self) -> dict[str, int]:
        """The number of indices of every decision that the supernet has."""
        found: dict[str, int] = {}
        for path, domain in self.space.all_decisions(10**6):
            if domain.size is not None and (path in self.choices or f"{path}[0]" in self.choices):
                found[path] = max(found.get(path, 0), domain.size)
        return found


def fair(space: Space, sizes: dict[str, int], rng: Random) -> list[Genotype]:
    """As many genotypes as the widest choice of one has options, every option in its turn."""
    rounds = max(sizes.values(), default=1)
    orders = {}
    for path, size in sizes.items():
        order: list[int] = []
        while len(order) < rounds:
            order += rng.sample(range(size), size)
        orders[path] = order
    found = []
    for place in range(rounds):
        genotype = space.genotype({path: order[place] for path, order in orders.items()}, rng)
        found.append(genotype if space.feasible(genotype) else space.sample_feasible(rng))
    return found


class Fairnas(OneShot):
    Config = FairnasConfig
    method = FairnasMethod
