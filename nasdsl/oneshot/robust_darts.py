"""RobustDARTS: Zela, Elsken, Saikia, Marrakchi, Brox, Hutter, ICLR 2020.

DARTS that stops early (DARTS-ES): λ, the largest eigenvalue of the Hessian of the held-out loss in the
logits, rises when the search is about to collapse to skip connections. Every epoch it is measured on
one batch and smoothed over `window` epochs; when λ(i - window) / λ(i) falls below `ratio`, the search
ends with the logits of epoch i - window. More weight decay or drop-path, the other remedies of the
paper, are settings of the search.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from .choices import Choice
from .darts import DartsConfig, DartsMethod
from .hessian import largest_eigenvalue
from .strategy import OneShot

if TYPE_CHECKING:
    from torch import Tensor

    from nasdsl.space import Space

    from .engine import Engine


class RobustDartsConfig(DartsConfig):
    window: int = Field(default=5, ge=1, description="epochs of the mean, and how far it goes back")
    ratio: float = Field(
        default=0.75, ge=0, description="of earlier to present λ at which it ends; 0 for never"
    )


class RobustDartsMethod(DartsMethod):
    """DARTS with an eye on the curvature."""

    config: RobustDartsConfig

    def __init__(
        self, config: RobustDartsConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        self.eigenvalues: list[float] = []
        self._kept: list[dict[str, Tensor]] = []  # logits of the last epochs

    def after_epoch(self, engine: Engine) -> bool:
        batch = engine.held(1)[0]
        with_buffers = {k: v.clone() for k, v in engine.supernet.named_buffers()}
        params = self.params()
        self.eigenvalues.append(
            largest_eigenvalue(lambda: engine.loss(batch, self.gates(engine)), params)
        )
        for key, buffer in engine.supernet.named_buffers():
            buffer.copy_(with_buffers[key])
        window = self.config.window
        self._kept = [*self._kept, self.alphas.dump()][-window - 1 :]
        if not collapses(self.eigenvalues, window, self.config.ratio):
            return False
        self.alphas.load(self._kept[0])
        return True

    def curves(self) -> dict[str, float]:
        last = {"eigenvalue": self.eigenvalues[-1]} if self.eigenvalues else {}
        return super().curves() | last

    def state(self) -> dict[str, Any]:
        more = {"eigenvalues": self.eigenvalues, "kept": self._kept}
        return super().state() | more

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.eigenvalues, self._kept = list(state["eigenvalues"]), list(state["kept"])


def collapses(eigenvalues: list[float], window: int, ratio: float) -> bool:
    """Whether the smoothed λ of `window` epochs ago is below `ratio` of the present one."""
    if len(eigenvalues) < 2 * window + 1:
        return False
    now = sum(eigenvalues[-window:]) / window
    then = sum(eigenvalues[-2 * window : -window]) / window
    return math.isfinite(now) and now > 0 and then / now < ratio


class RobustDarts(OneShot):
    Config = RobustDartsConfig
    method = RobustDartsMethod
