"""PC-DARTS: Xu, Xie, Zhang, Chen, Qi, Tian, Xiong, ICLR 2020.

DARTS on one in K channels of each mixture, the others pass by it, which takes a K-th of the memory.
Sampling channels makes the operators' logits unsteady, so the elements of each pick have logits β of
their own, whose softmax weighs them (edge normalisation, section 3.3). The strength of an element is
the product of both softmaxes. Logits begin to learn after 15 of 50 epochs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from pydantic import Field
from torch import Tensor, nn

from .alphas import Alphas, Shape
from .choices import Choice
from .config import RelaxedConfig
from .derive import elements
from .relaxed import Relaxed
from .seeds import generator_of
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.space import Space

    from .engine import Engine


class PcDartsConfig(RelaxedConfig):
    batch_size: int = Field(default=256, ge=1, description="samples a step, on each device")
    lr: float = Field(default=0.1, gt=0, description="of the weights, at first; cosine")
    final_lr: float = Field(default=0.0, ge=0, description="of the weights, in the end")
    arch_lr: float = Field(default=6e-4, gt=0, description="of the logits' Adam")
    warm_up: int = Field(default=15, ge=0, description="epochs before the logits learn")
    channels: int = Field(default=4, ge=1, description="one in so many passes a mixture")


class PcDartsMethod(Relaxed[PcDartsConfig]):
    """Operators' logits and elements' logits.

    A pick that leaves nothing to choose has no gate: the weights of its operators carry β then.
    """

    def __init__(
        self, config: PcDartsConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        sizes: dict[str, int] = {}
        for path in self.absent:
            pick, element = choices[path].element or ("", 0)
            sizes[pick] = max(sizes.get(pick, 0), element + 1)
        shapes = {
            p: Shape("pick", choices[p].n if p in choices else n) for p, n in sorted(sizes.items())
        }
        rng = generator_of(seed, "betas")
        self.betas = Alphas(shapes, rng, deviation=config.arch_init)
        self.optimizer.add_param_group({"params": list(self.betas)})

    @classmethod
    def options(cls, config: PcDartsConfig) -> dict[str, Any]:
        return {"affine": False, "pool_norm": True, "partial": config.channels}

    def weights(self, engine: Engine) -> dict[str, Tensor]:
        found = super().weights(engine)
        edges = self.betas.map(lambda shape, rows: rows.softmax(-1))
        for path in self.absent:
            pick, element = self.choices[path].element or ("", 0)
            if pick not in self.choices:
                found[path] = found[path] * edges[pick][element]
        return found | {p: row for p, row in edges.items() if p in self.choices}

    def params(self) -> list[nn.Parameter]:
        return [*super().params(), *self.betas]

    def strengths(self) -> dict[str, list[float]]:
        found = self.probabilities()
        with torch.no_grad():
            edges = self.betas.map(lambda shape, rows: rows.softmax(-1))
        operators = elements(self.choices, found)
        joint = {
            p: [a * b for a, b in zip(row, edges[p].tolist(), strict=True)]
            for p, row in operators.items()
            if p in edges
        }
        return operators | joint | found

    def curves(self) -> dict[str, float]:
        with torch.no_grad():
            edges = self.betas.map(lambda shape, rows: rows.softmax(-1))
        found = {f"beta/{p}/{i}": v for p, row in edges.items() for i, v in enumerate(row.tolist())}
        return super().curves() | found

    def state(self) -> dict[str, Any]:
        return super().state() | {"betas": self.betas.dump()}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.betas.load(state["betas"])


class PcDarts(OneShot):
    Config = PcDartsConfig
    method = PcDartsMethod
