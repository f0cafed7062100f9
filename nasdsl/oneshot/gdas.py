"""GDAS: Dong, Yang, "Searching for a robust neural architecture in four GPU hours", CVPR 2019.

On each step every choice draws one option by the Gumbel-max trick, and only that option runs, with
the gradient of the softmax of temperature τ, straight through (equations 5 to 7). τ falls linearly
from `tau` to `final_tau`. The weights move on their samples, then the logits on the held-out ones,
each with draws of their own. Norms in mixtures have no parameters, as in the authors' search networks:
a norm's own scale would do what the logit is to learn. Memory does not grow with the number of options.

The gradient g of the loss in what a choice puts out reaches the logits through the weight of the drawn
option alone, as the product of g with that option's output. The authors' code also adds the
other weights, which are zero, to the output, so that their gradient is the sum of g: in the
softmax that is the same as subtracting this sum from the drawn option's. The sum does not depend on
which option was drawn, so it tells none from another and is left out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field
from torch import Tensor

from .config import RelaxedConfig
from .gates import Gate, active, concrete, gumbel, straight_through, top
from .relaxed import Relaxed
from .strategy import OneShot

if TYPE_CHECKING:
    from .engine import Engine


class GdasConfig(RelaxedConfig):
    epochs: int = Field(default=250, ge=1, description="passes over the samples of the weights")
    tau: float = Field(default=10.0, gt=0, description="temperature of the first epoch")
    final_tau: float = Field(default=0.1, gt=0, description="temperature of the last epoch")


class GdasMethod(Relaxed[GdasConfig]):
    """Hard Gumbel samples."""

    architecture_first = False

    @classmethod
    def options(cls, config: GdasConfig) -> dict[str, Any]:
        return {"affine": False}

    def temperature(self, engine: Engine) -> float:
        last = max(1, self.config.epochs - 1)
        share = engine.epoch / last
        return self.config.tau + (self.config.final_tau - self.config.tau) * share

    def weigh(self, engine: Engine, rows: Tensor, count: int) -> Tensor:
        noise = gumbel(rows.shape, engine.noise)
        soft = concrete(rows, noise, self.temperature(engine))
        return straight_through(soft, top(soft, count))

    def gate(self, path: str, weights: Tensor) -> Gate:
        """What has a weight runs; where absence was drawn, the likeliest option with a weight of 0."""
        taken = active(weights)
        if not taken and self.choices[path].kind == "one":
            taken = (int(self.alphas.params[path][: len(weights)].argmax()),)
        return Gate(weights, taken)


class Gdas(OneShot):
    Config = GdasConfig
    method = GdasMethod
