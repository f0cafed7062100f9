"""Methods that learn logits of options by gradients: what DARTS and its successors share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor

from .alphas import Alphas, Shape
from .choices import Choice
from .config import RelaxedConfig
from .data import Batch
from .derive import elements, strongest
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
    A subclass says what weights the logits have in a step: `weigh`.
    """

    architecture_first: ClassVar[bool] = True

    def __init__(self, config: R, space: Space, choices: Mapping[str, Choice], seed: int) -> None:
        super().__init__(config, space, choices, seed)
        self.absent = {p for p, c in choices.items() if self._may_be_absent(c)}
        self.whole = {choices[p].element[0] for p in self.absent}  # type: ignore[index]
        shapes = {p: s for p, c in choices.items() if (s := self.shape(c)) is not None}
        rng = generator_of(seed, "alphas")
        self.alphas = Alphas(shapes, rng, deviation=config.arch_init)
        self.optimizer = torch.optim.Adam(
            list(self.alphas), lr=config.arch_lr, betas=config.arch_betas,
            weight_decay=config.arch_decay,
        )  # fmt: skip
        self._last: dict[str, list[float]] = {}

    def _may_be_absent(self, choice: Choice) -> bool:
        return self.config.absent and choice.kind == "one" and choice.element is not None

    def shape(self, choice: Choice) -> Shape | None:
        """The logits of a choice; None if it has none."""
        if choice.path in self.whole:
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
        return self.assemble(self.weights(engine))

    def assemble(self, weights: Mapping[str, Tensor]) -> dict[str, Gate]:
        """The gates of weights: absences cut off, whole picks open."""
        return {
            path: Gate() if path in self.whole else self.gate(weights[path][: choice.n])
            for path, choice in self.choices.items()
        }

    def gate(self, weights: Tensor) -> Gate:
        """The gate of the weights of one choice."""
        return Gate(weights)

    # -------------------------------------------------------------- learning

    def begin(self, engine: Engine) -> None:
        dtype = torch.float64 if self.config.precision == "fp64" else torch.float32
        self.alphas.to(engine.device, dtype)

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
        return torch.autograd.grad(loss, list(self.alphas), allow_unused=True)

    def loss(self, engine: Engine, batch: Batch) -> Tensor:
        """What the logits minimise."""
        return engine.loss(batch, self.gates(engine))

    def move(self, engine: Engine, gradients: Sequence[Tensor | None]) -> None:
        """A step of Adam; what took no part has a gradient of zero."""
        params = list(self.alphas)
        for param, gradient in zip(params, gradients, strict=True):
            param.grad = torch.zeros_like(param) if gradient is None else gradient
        engine.average(params)
        self.optimizer.step()

    # -------------------------------------------------------------- the outcome

    def probabilities(self) -> dict[str, list[float]]:
        """The softmax of each choice's logits without the absence's share of the list."""
        with torch.no_grad():
            soft = self.alphas.map(
                lambda shape, rows: (
                    with_absence(rows).softmax(-1) if shape.kind == "bit" else rows.softmax(-1)
                )
            )
        return {path: row[: self.choices[path].n].tolist() for path, row in soft.items()}

    def strengths(self) -> dict[str, list[float]]:
        """Probabilities, and elements of picks as strong as the best option within."""
        found = self.probabilities()
        return found | {p: s for p, s in elements(self.choices, found).items() if p not in found}

    def derive(self, engine: Engine) -> list[Genotype]:
        return [strongest(self.space, self.strengths(), engine.rng)]

    def curves(self) -> dict[str, float]:
        found = self.probabilities()
        return {
            f"alpha/{path}/{option}": value
            for path, row in found.items()
            for option, value in enumerate(row)
        }

    def state(self) -> dict[str, Any]:
        return {"alphas": self.alphas.dump(), "optimizer": self.optimizer.state_dict()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.alphas.load(state["alphas"])
        self.optimizer.load_state_dict(state["optimizer"])
