"""Methods that learn logits of options by gradients: what DARTS and its successors share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor

from .alphas import Alphas, Shape
from .choices import Choice
from .config import RelaxedConfig
from .curves import alpha
from .data import Batch
from .derive import elements, strongest
from .drawn import Drawn
from .gates import Gate, with_absence
from .method import Method
from .seeds import generator_of

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .contract import Gates
    from .engine import Engine

R = TypeVar("R", bound=RelaxedConfig)


class Relaxed(Method[R], Generic[R]):
    """Logits for every choice, moved by Adam on held-out samples, the weights by SGD on the others.

    With `absent`, a choice of one within an element of a pick has one logit more, last, whose weight
    goes nowhere; such a pick has no logits of its own, and all its elements are there in the search.
    What can only be taken is drawn (nasdsl.oneshot.drawn). A subclass says what weights the logits of
    the others have in a step: `weigh`.
    """

    architecture_first: ClassVar[bool] = True

    def __init__(self, config: R, space: Space, choices: Mapping[str, Choice], seed: int) -> None:
        super().__init__(config, space, choices, seed)
        self.absent = {p for p, c in choices.items() if self._may_be_absent(c)}
        self.whole = {choices[p].element[0] for p in self.absent}  # type: ignore[index]  # see _may_be_absent
        shapes = {p: s for p, c in choices.items() if (s := self.shape(c)) is not None}
        rng = generator_of(seed, "alphas")
        self.alphas = Alphas(shapes, rng, deviation=config.arch_init)
        self.drawn = Drawn({p: c for p, c in choices.items() if c.hard and p not in self.whole})
        self.optimizer = torch.optim.Adam(
            [*self.alphas, *self.drawn.alphas] or [torch.zeros(1)], lr=config.arch_lr,
            betas=config.arch_betas, weight_decay=config.arch_decay,
        )  # fmt: skip

    def _may_be_absent(self, choice: Choice) -> bool:
        can = choice.kind == "one" and choice.element is not None and not choice.hard
        return self.config.absent and can

    def shape(self, choice: Choice) -> Shape | None:
        """The logits of a choice; None if it has none."""
        if choice.path in self.whole or choice.hard:
            return None
        if choice.kind == "one":
            return Shape("one", choice.n + (choice.path in self.absent))
        return Shape(choice.kind, choice.n, choice.count)

    # -------------------------------------------------------------- gates

    def weigh(self, engine: Engine, rows: Tensor, count: int) -> Tensor:
        """The weights of options from logits (D, n), `count` of which are taken; their softmax."""
        return count * rows.softmax(-1)

    def weights(self, engine: Engine) -> dict[str, Tensor]:
        """The weights of the options of each choice that has logits, the absence last."""

        def relax(shape: Shape, rows: Tensor) -> Tensor:
            if shape.kind == "bit":
                return self.weigh(engine, with_absence(rows), 1)[:, :1]
            return self.weigh(engine, rows, shape.count)

        return self.alphas.map(relax)

    def gates(self, engine: Engine) -> Gates:
        return self.assemble(self.weights(engine), self.drawn.draw(engine.noise))

    def assemble(self, weights: Mapping[str, Tensor], drawn: Mapping[str, Gate]) -> dict[str, Gate]:
        """The gates of weights: absences cut off, whole picks open."""
        gates = {p: self.gate(p, row[: self.choices[p].n]) for p, row in weights.items()}
        whole = {p: self.opened(p) for p in self.whole if p in self.choices and p not in gates}
        return {**gates, **whole, **drawn}

    def gate(self, path: str, weights: Tensor) -> Gate:
        """The gate of the weights of one choice."""
        return Gate(weights)

    def opened(self, path: str) -> Gate:
        """The gate of a pick whose elements are told apart by their operators."""
        return Gate(None, tuple(range(self.choices[path].n)))

    # -------------------------------------------------------------- learning

    def params(self) -> list[torch.nn.Parameter]:
        """All that moves along gradients of the loss."""
        return list(self.alphas)

    def begin(self, engine: Engine) -> None:
        dtype = torch.float64 if self.config.precision == "fp64" else torch.float32
        for param in [*self.alphas, *self.params()]:
            param.data = param.data.to(engine.device, dtype)

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        learns = engine.epoch >= self.config.warm_up
        if learns and self.architecture_first:
            self.adapt(engine, batch, held)
        with torch.no_grad():
            gates = self.gates(engine)
        engine.learn(batch, gates)
        if learns and not self.architecture_first:
            self.adapt(engine, batch, held)

    def adapt(self, engine: Engine, batch: Batch, held: Batch) -> None:
        """One step of the architecture."""
        self.move(engine, self.gradients(engine, batch, held))

    def gradients(self, engine: Engine, batch: Batch, held: Batch) -> Sequence[Tensor | None]:
        """The gradients of the logits."""
        loss = self.loss(engine, held)
        params = self.params()
        return torch.autograd.grad(loss, params, allow_unused=True) if params else []

    def loss(self, engine: Engine, batch: Batch) -> Tensor:
        """What the logits minimise."""
        loss = engine.loss(batch, self.gates(engine))
        self.drawn.hear(loss)
        return loss

    def move(self, engine: Engine, gradients: Sequence[Tensor | None]) -> None:
        """A step of Adam; what took no part has a gradient of zero."""
        params = self.params()
        for param, gradient in zip(params, gradients, strict=True):
            param.grad = torch.zeros_like(param) if gradient is None else gradient
        self.drawn.learn()
        engine.average([*params, *self.drawn.alphas])
        self.optimizer.step()

    # -------------------------------------------------------------- the outcome

    def probabilities(self) -> dict[str, list[float]]:
        """The softmax of each choice's logits, the absence left out of the list."""
        with torch.no_grad():
            soft = self.alphas.map(
                lambda shape, rows: (
                    with_absence(rows).softmax(-1) if shape.kind == "bit" else rows.softmax(-1)
                )
            )
        found = {path: row[: self.choices[path].n].tolist() for path, row in soft.items()}
        return found | self.drawn.probabilities()

    def strengths(self) -> dict[str, list[float]]:
        """Probabilities, and elements of picks as strong as the best option within."""
        found = self.probabilities()
        return elements(self.choices, found) | found

    def derive(self, engine: Engine) -> list[Genotype]:
        return [strongest(self.space, self.strengths(), engine.rng)]

    def curves(self) -> dict[str, float]:
        found = self.probabilities()
        return {
            alpha(path, option): value
            for path, row in found.items()
            for option, value in enumerate(row)
        }

    def state(self) -> dict[str, Any]:
        return {
            "alphas": self.alphas.dump(),
            "drawn": self.drawn.state(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.alphas.load(state["alphas"])
        self.drawn.restore(state["drawn"])
        self.optimizer.load_state_dict(state["optimizer"])
