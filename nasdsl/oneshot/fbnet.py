"""FBNet: Wu, Dai, Zhang, Wang, Sun, Wu, Tian, Vajda, Jia, Keutzer, CVPR 2019.

Soft Gumbel samples of every choice, whose temperature falls by a factor an epoch, and a loss that
multiplies: CE · α · log(LAT)^β, with the latency from a table by operator and place (equation 2). The
weights move on their samples, then the logits on the held-out ones. The strongest options make the
derived genotype; the paper also draws some by the softmax, and trains these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field
from torch import Tensor

from .costly import Costly
from .costs import CostConfig
from .gates import concrete, gumbel
from .strategy import OneShot

if TYPE_CHECKING:
    from .engine import Engine


class FbnetConfig(CostConfig):
    epochs: int = Field(default=90, ge=1, description="passes over the samples of the weights")
    valid_share: float = Field(
        default=0.2, gt=0, lt=1, description="share of samples that architectures are chosen by"
    )
    arch_lr: float = Field(default=0.01, gt=0, description="of the logits' Adam")
    arch_betas: tuple[float, float] = Field(default=(0.9, 0.999), description="of the logits' Adam")
    arch_decay: float = Field(default=5e-4, ge=0, description="weight decay of the logits")
    warm_up: int = Field(default=10, ge=0, description="epochs before the logits learn")
    tau: float = Field(default=5.0, gt=0, description="temperature of the first epoch")
    decay: float = Field(default=0.956, gt=0, le=1, description="of the temperature, an epoch")
    cost: Literal["none", "macs", "params"] = Field(
        default="macs", description="what is counted; `table` counts instead of it"
    )
    form: Literal["add", "power", "log"] = Field(
        default="log",
        description="of the loss: CE + weight·C, CE·C^weight or CE·weight·log(target·C)^power, with C "
        "the expected cost over the target",
    )
    weight: float = Field(default=0.2, ge=0, description="α, of the cost")
    power: float = Field(default=0.6, gt=0, description="β, of the logarithm")


class FbnetMethod(Costly[FbnetConfig]):
    """Gumbel softmax with a latency."""

    architecture_first = False

    def weigh(self, engine: Engine, rows: Tensor, count: int) -> Tensor:
        tau = self.config.tau * self.config.decay**engine.epoch
        return count * concrete(rows, gumbel(rows.shape, engine.noise), tau)


class Fbnet(OneShot):
    Config = FbnetConfig
    method = FbnetMethod
