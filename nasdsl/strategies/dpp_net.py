"""Progressive search for a front: Dong, Cheng, Juan, Wei, Sun, "DPP-Net: device-aware progressive search
for Pareto-optimal neural architectures", ECCV 2018.

As `pnas`, level by level, with a recurrent surrogate; but what is evaluated of the children is not
the best by one number. They are sorted into fronts by the value expected and by their costs, and taken
front by front, of the last one the least crowded.

The costs are those that formulae give. The paper measures latency and memory on devices too; where
such a metric matters, it can be an objective of the search and a limit of the space. At most
`candidates` children are looked at, since each is built for its costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from nasdsl.costs import cost

from . import fronts
from .pnas import Pnas, PnasConfig

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

CostName = Literal["params", "macs", "activations", "depth"]


class DppNetConfig(PnasConfig):
    """Options as of `pnas`, and the costs."""

    kind: Literal["mlp", "lstm"] = Field(
        default="lstm", description="over the mean of the words, or in their order"
    )
    members: int = Field(
        default=1,
        ge=1,
        description="how many, and into how many parts the trials are cut: each sees all but one",
    )
    candidates: int = Field(default=1000, ge=1, description="children looked at at a level")
    costs: tuple[CostName, ...] = Field(
        default=("params", "macs"), min_length=1, description="what is to be small"
    )


class DppNet(Pnas):
    """Pareto-optimal in what is expected of the first objective, and in the costs."""

    Config = DppNetConfig

    def __init__(self, space: Space, config: DppNetConfig, seed: int) -> None:
        fronts.load()
        super().__init__(space, config, seed)
        self._costs = config.costs

    def _order(self, candidates: Sequence[Genotype], expected: Sequence[float]) -> list[int]:
        values = [
            (value, *self._negative_costs(genotype))
            for genotype, value in zip(candidates, expected, strict=True)
        ]
        standings = fronts.standings(values)
        return sorted(range(len(values)), key=lambda i: (standings[i], i))

    def _negative_costs(self, genotype: Genotype) -> list[float]:
        found = cost(self._space.build(genotype))
        return [-float(getattr(found, name)) for name in self._costs]
