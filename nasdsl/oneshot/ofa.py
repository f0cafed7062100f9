"""Once for all: Cai, Gan, Wang, Zhang, Han, "Once-for-all: train one network and specialize it", ICLR 2020.

Progressive shrinking: first the largest network alone, then step by step smaller options of numbers,
such as kernels, depths and widths, with the largest network as it was then for a teacher: each step
moves the weights along the sum over `paths` sampled networks of the loss and of the cross entropy with
the teacher's predictions. Then evolution by inherited weights, as SPOS, within the cost limits.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from pydantic import Field
from torch import Tensor

from nasdsl.domains import Domain
from nasdsl.evaluators.checks import main_output

from .choices import Choice
from .config import Texts
from .data import Batch
from .losses import flat
from .spos import SposConfig, SposMethod
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.walks import Step

    from .engine import Engine


class OfaConfig(SposConfig):
    full: float = Field(
        default=0.4,
        ge=0,
        lt=1,
        description="share of the epochs that the largest network has alone",
    )
    order: Texts = Field(
        default=(), description="names of numbers, the last parts of their paths, in the order in which "
        "they shrink, as kernel, count, expand; left out, all at once"
    )  # fmt: skip
    paths: int = Field(default=4, ge=1, description="networks that are sampled a step")
    distillation: float = Field(
        default=1.0, ge=0, description="weight of the teacher's predictions"
    )


class OfaMethod(SposMethod):
    """From the largest network to all of them."""

    config: OfaConfig

    def __init__(
        self, config: OfaConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        self.teacher: Any = None

    def largest(self) -> Genotype:
        """The genotype of the largest option of every number, else the first one."""
        return self.space.compose(lambda step: _allowed(step, 1)[0])

    def before_epoch(self, engine: Engine) -> None:
        if self.teacher is None and self.progress(engine) > 0:
            self.teacher = self._copy(engine)

    def progress(self, engine: Engine) -> float:
        """The share of the shrinking that is over or under way in this epoch; 0 before it begins."""
        epochs = self.config.epochs
        alone = round(self.config.full * epochs)
        return max(0.0, (engine.epoch + 1 - alone) / max(1, epochs - alone))

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        if self.teacher is None:
            engine.learn(batch, engine.supernet.path(self.largest()))
            return
        with torch.no_grad():
            wise = self.teacher(batch.x, gates=engine.supernet.path(self.largest()))
        target = flat(main_output(wise), batch.y)[0].softmax(-1)

        def also(out: object) -> Tensor:
            logits = flat(main_output(out), batch.y)[0].log_softmax(-1)
            return -self.config.distillation * (target * logits).sum(-1).mean()

        engine.optimizer.zero_grad(set_to_none=True)
        for _ in range(self.config.paths):
            path = engine.supernet.path(self.sample(engine))
            engine.fabric.backward(engine.loss(batch, path, count=True, also=also))
        engine.descend()

    def sample(self, engine: Engine) -> Genotype:
        """Uniform among the options that have been reached, in a few draws within the cost limits."""
        progress = self.progress(engine)

        def choose(step: Step) -> int | float:
            return engine.rng.choice(_allowed(step, reached(step, self.config.order, progress)))

        for _ in range(100):
            found = self.space.compose(choose)
            if self.space.feasible(found):
                return found
        return self.space.sample_feasible(engine.rng)

    def _copy(self, engine: Engine) -> Any:
        return copy.deepcopy(engine.supernet).requires_grad_(False).eval()

    def begin(self, engine: Engine) -> None:
        self._engine = engine

    def state(self) -> dict[str, Any]:
        return {"teacher": None if self.teacher is None else self.teacher.state_dict()}

    def restore(self, state: Mapping[str, Any]) -> None:
        if state["teacher"] is not None:
            self.teacher = self._copy(self._engine)
            self.teacher.load_state_dict(state["teacher"])


def reached(step: Step, order: Sequence[str], progress: float) -> int:
    """How many of the largest options of a number there are by now."""
    count = len(step.domain.labels)
    name = step.path.rpartition("/")[2].partition("[")[0]
    if order:
        place = order.index(name) if name in order else -1
        progress = 1.0 if place < 0 else min(1.0, max(0.0, progress * len(order) - place))
    return 1 + round((count - 1) * progress)


def _allowed(step: Step, most: int) -> Sequence[int | float]:
    """The feasible ones of the largest options of a number; all options of another decision."""
    if step.options is None:
        return [step.domain.high]
    if step.domain.kind != "one" or not step.domain.ordered:
        return step.options
    largest = sorted(range(len(step.domain.labels)), key=lambda i: -_size(step.domain, i))
    found = [i for i in largest if i in step.options]
    return found[:most]


def _size(domain: Domain, option: int) -> float:
    return float(domain.labels[option])


class Ofa(OneShot):
    Config = OfaConfig
    method = OfaMethod
