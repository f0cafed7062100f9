"""DNW: Wortsman, Farhadi, Rastegari, "Discovering neural wirings", NeurIPS 2019.

Every connection has a weight, and those of the largest magnitude are real: the others are not used in
the forward pass, but learn as if they had been, w ← w + <Z_u, -α ∂L/∂I_v> (Algorithm 1, the gradient
passes straight through the mask), so that they take the place of weaker ones. Search and training
are one process, on one level. A choice of one keeps the option of the largest weight, a pick of k its
k largest elements; of all bits together a share, `density`, is kept.

The paper's connections join channels; here they are what the space decides about. The genotype that
is derived says which connections are real, not their weights: the network is trained anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from pydantic import Field
from torch import Tensor

from .choices import Choice
from .config import OneShotConfig
from .gates import straight_through, top
from .strategy import OneShot
from .wired import Wired

if TYPE_CHECKING:
    from .engine import Engine


class DnwConfig(OneShotConfig):
    epochs: int = Field(default=250, ge=1, description="passes over the samples of the weights")
    lr: float = Field(default=0.1, gt=0, description="of the weights, at first; cosine")
    final_lr: float = Field(default=0.0, ge=0, description="of the weights, in the end")
    weight_decay: float = Field(default=1e-4, ge=0, description="of the weights")
    density: float = Field(
        default=0.5, gt=0, le=1, description="share of the connections that are kept, of bits"
    )


class DnwMethod(Wired[DnwConfig]):
    """The largest magnitudes are real, all learn."""

    def first(self, choice: Choice, rng: torch.Generator) -> Tensor:
        """Normal, with the deviation of He et al. (2015): 2 over the number of options that are summed."""
        return torch.randn(choice.n, generator=rng) * (2 / max(choice.n, 2)) ** 0.5

    def real(self) -> dict[str, Tensor]:
        """1 for each connection that is real."""
        found = {}
        bits = [p for p in self.scores if self.choices[p].kind == "bit"]
        if bits:
            magnitudes = torch.cat([self.scores[p].detach().abs() for p in bits])
            kept = top(magnitudes, max(1, round(self.config.density * len(bits))))
            found = dict(zip(bits, kept.split(1), strict=True))
        for path, score in self.scores.items():
            if path not in found:
                choice = self.choices[path]
                count = choice.count if choice.kind == "pick" else 1
                found[path] = top(score.detach().abs(), count)
        return found

    def weigh(self, engine: Engine) -> dict[str, Tensor]:
        real = self.real()
        return {p: straight_through(s, s.detach() * real[p]) for p, s in self.scores.items()}

    def strengths(self) -> dict[str, list[float]]:
        real = self.real()
        return {
            p: real[p].tolist() if self.choices[p].kind == "bit" else s.detach().abs().tolist()
            for p, s in self.scores.items()
        }


class Dnw(OneShot):
    Config = DnwConfig
    method = DnwMethod
