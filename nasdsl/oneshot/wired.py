"""Methods that learn which connections there are with the weights, on one level: a number for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from .choices import Choice
from .config import OneShotConfig
from .contract import GateLike
from .data import Batch
from .derive import strongest
from .drawn import Drawn
from .gates import Gate
from .method import Method
from .seeds import generator_of

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine

W = TypeVar("W", bound=OneShotConfig)


class Wired(Method[W], Generic[W]):
    """A real number for each option of each choice, moved by SGD along the same loss as the weights.

    All options are computed. What can only be taken is drawn (nasdsl.oneshot.drawn). A subclass says
    what the numbers begin with (`first`), what gates they make (`weigh`) and which options they
    favour (`strengths`).
    """

    def __init__(self, config: W, space: Space, choices: Mapping[str, Choice], seed: int) -> None:
        super().__init__(config, space, choices, seed)
        rng = generator_of(seed, "scores")
        self.scores = {
            p: nn.Parameter(self.first(c, rng)) for p, c in choices.items() if not c.hard
        }
        self.drawn = Drawn({p: c for p, c in choices.items() if c.hard})
        self.optimizer = self.optimizer_of([*self.scores.values()] or [torch.zeros(1)])
        self.other = torch.optim.Adam([*self.drawn.alphas] or [torch.zeros(1)], lr=3e-4)

    def optimizer_of(self, params: list[Any]) -> torch.optim.Optimizer:
        """That of the numbers, as that of the weights unless a subclass says otherwise."""
        return torch.optim.SGD(
            params, lr=self.config.lr, momentum=self.config.momentum,
            weight_decay=self.config.weight_decay,
        )  # fmt: skip

    def first(self, choice: Choice, rng: torch.Generator) -> Tensor:
        """The numbers of the options of a choice at first."""
        raise TypeError(f"{type(self).__name__} begins nowhere")

    def weigh(self, engine: Engine) -> dict[str, Tensor]:
        """The weights of the options of each choice, differentiable in the numbers."""
        raise TypeError(f"{type(self).__name__} weighs nothing")

    def strengths(self) -> dict[str, list[float]]:
        """As nasdsl.oneshot.derive wants them."""
        raise TypeError(f"{type(self).__name__} favours nothing")

    def after_step(self) -> None:
        """Bring the numbers back to where they may be."""

    def begin(self, engine: Engine) -> None:
        dtype = torch.float64 if self.config.precision == "fp64" else torch.float32
        for param in self.scores.values():
            param.data = param.data.to(engine.device, dtype)

    def before_epoch(self, engine: Engine) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = engine.lr

    def gates(self, engine: Engine) -> dict[str, GateLike]:
        found: dict[str, GateLike] = {p: Gate(row) for p, row in self.weigh(engine).items()}
        return found | dict(self.drawn.draw(engine.noise))

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        engine.optimizer.zero_grad(set_to_none=True)
        loss = engine.loss(batch, self.gates(engine), count=True)
        engine.fabric.backward(loss)
        engine.descend()
        self.drawn.hear(loss)
        self.drawn.learn()
        engine.average([*self.scores.values(), *self.drawn.alphas])
        self.optimizer.step()
        self.other.step()
        with torch.no_grad():
            self.after_step()

    def derive(self, engine: Engine) -> list[Genotype]:
        found = self.strengths() | self.drawn.probabilities()
        return [strongest(self.space, found, engine.rng)]

    def curves(self) -> dict[str, float]:
        return {
            f"score/{path}/{i}": value
            for path, row in self.scores.items()
            for i, value in enumerate(row.tolist())
        }

    def state(self) -> dict[str, Any]:
        return {
            "scores": {p: s.detach().clone() for p, s in self.scores.items()},
            "drawn": self.drawn.state(),
            "optimizer": self.optimizer.state_dict(),
            "other": self.other.state_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        with torch.no_grad():
            for path, score in self.scores.items():
                score.copy_(state["scores"][path])
        self.drawn.restore(state["drawn"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.other.load_state_dict(state["other"])
