"""Once for All: Cai, Gan, Wang, Zhang, Han, ICLR 2020.

Progressive shrinking: the largest network is trained first, and taught by it the supernet is then
trained with ever more freedom: kernels; depths, first the two largest of each; widths, likewise.
Sizes of the input vary throughout. Before widths shrink, channels are sorted by importance, so that
the first ones are worth most. A step sums the gradients of one path, of two while depths shrink, of
four while widths do. Smaller kernels are learnt functions of larger ones (section 3.3). Then a
predictor learns the accuracies of random paths, and evolution looks for the best within the cost
limits.

Epochs and learning rates of the phases are those of the released code; a phase without decisions to
shrink is left out, and `epochs` scales them all. What is neither a number nor a kernel, such as a
choice of operators, is free from the second phase on: the paper has no such decision. Accuracies come
from norms with the statistics of each batch, where the paper collects statistics for each path.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from pydantic import Field
from torch import Tensor

from nasdsl.relax.diagrams import Branch

from .codes import OneHot
from .data import Batch
from .distil import lesson, snapshot, taught
from .evolution import EvolvedConfig, evolve, predictor
from .largest import largest, value
from .parts import parts_of, paths_of, roles
from .sampled import Sampled
from .sorting import sort_channels
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.walks import Step

    from .engine import Engine

STAGES = ("full", "kernel", "depth", "depth", "width", "width")
OPEN_FROM = {"resolution": 0, "kernel": 1, "operator": 1, "depth": 2, "width": 4}
PATHS = (1, 1, 2, 2, 4, 4)
Phases = tuple[float, float, float, float, float, float]


class OfaConfig(EvolvedConfig):
    epochs: int = Field(default=590, ge=1, description="of all phases together")
    shares: Phases = Field(
        default=(180, 120, 25, 120, 25, 120),
        description="epochs of the largest network, of kernels, of depths (twice) and of widths (twice), "
        "in proportion",
    )
    rates: Phases = Field(
        default=(0.08, 0.03, 0.0025, 0.0075, 0.0025, 0.0075),
        description="learning rates that the phases begin with; cosine to `final_lr`",
    )
    final_lr: float = Field(default=0.0, ge=0, description="of the weights, at the end of a phase")
    weight_decay: float = Field(default=3e-5, ge=0, description="of the weights")
    nesterov: bool = Field(default=True, description="Nesterov's form of momentum")
    label_smoothing: float = Field(default=0.1, ge=0, lt=1, description="of the weights' loss")
    grad_clip: float = Field(default=0.0, ge=0, description="norm of the gradient; 0 for no bound")
    valid_share: float = Field(
        default=0.1, gt=0, lt=1, description="share of samples that architectures are chosen by"
    )
    distil: float = Field(
        default=1.0, ge=0, description="weight of the largest network's soft labels"
    )
    transforms: bool = Field(
        default=True, description="learn smaller kernels as functions of larger ones"
    )
    predictor: int = Field(
        default=16_000, ge=0,
        description="random paths that the predictor of accuracies learns from; 0: evolution scores by "
        "inherited weights",
    )  # fmt: skip
    hidden: int = Field(default=400, ge=1, description="width of the predictor's layers")


class OfaMethod(Sampled[OfaConfig]):
    """Progressive shrinking."""

    @classmethod
    def options(cls, config: OfaConfig) -> dict[str, Any]:
        return {"transforms": config.transforms}

    def begin(self, engine: Engine) -> None:
        self.roles = roles(engine.supernet)
        self.full = {p: i for p, _, i in self.space.places(largest(self.space))}
        there = {OPEN_FROM[role] for role in self.roles.values()}
        kept = [s for i, s in enumerate(self.config.shares) if i > 0]
        open_stages = [1 in there, 2 in there, 2 in there, 4 in there, 4 in there]
        shares = [s if o else 0.0 for s, o in zip(kept, open_stages, strict=True)]
        self.ends = ends(self.config.epochs, [self.config.shares[0], *shares])
        self.teacher: dict[str, Tensor] = {}

    # -------------------------------------------------------------- phases

    def stage(self, epoch: int) -> int:
        """The phase of an epoch."""
        return next((i for i, end in enumerate(self.ends) if epoch < end), len(self.ends) - 1)

    def before_epoch(self, engine: Engine) -> None:
        stage = self.stage(engine.epoch)
        start = self.ends[stage - 1] if stage else 0
        progress = (engine.epoch - start) / max(1, self.ends[stage] - start)
        low, high = self.config.final_lr, self.config.rates[stage]
        engine.set_rate(low + (high - low) * (1 + math.cos(math.pi * progress)) / 2)
        if engine.epoch == start and stage:
            self.enter(engine, stage)

    def enter(self, engine: Engine, stage: int) -> None:
        """The phase begins: its optimizer is new, the largest network teaches, channels are sorted."""
        if not self.teacher:
            self.teacher = snapshot(engine.supernet)
        if STAGES[stage] == "width" and STAGES[self.stage(engine.epoch - 1)] != "width":
            self.sort(engine)
        engine.optimizer.state.clear()

    def sort(self, engine: Engine) -> list[str]:
        """Sort the channels of every width that decisions change."""
        net = engine.supernet
        names = dict.fromkeys(
            name
            for part in parts_of(net)
            for name in (part.target, *(n for n, _ in part.source))
            if name and isinstance(net.relaxed.gates[name], Branch)
        )
        wide = [n for n in names if any(self.roles[p] == "width" for p in paths_of(net, [n]))]
        batch = next(engine.loader.plain(engine.loader.held))
        gates = net.path(self.space.genotype(self.full))

        def output() -> Tensor:
            out = taught(net, snapshot(net), batch.x, gates)
            while isinstance(out, tuple | list):
                out = out[0]
            return out  # type: ignore[no-any-return]  # a module gives a tensor

        return sort_channels(net, wide, output)

    # -------------------------------------------------------------- steps

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        stage = self.stage(engine.epoch)
        engine.optimizer.zero_grad(set_to_none=True)
        for _ in range(PATHS[stage]):
            genotype = self.path(stage, engine.rng)
            gates = engine.supernet.path(genotype)
            known = self.soft(engine, batch, genotype) if stage and self.config.distil else None

            def taught_by(out: Any, known: Any = known) -> Tensor:
                return lesson(out, known, batch.y, ratio=self.config.distil)

            more = None if known is None else taught_by
            engine.fabric.backward(engine.loss(batch, gates, count=True, more=more))
        engine.descend()

    def soft(self, engine: Engine, batch: Batch, genotype: Genotype) -> Any:
        """What the largest network says of a batch, at the size that a genotype reads it."""
        sizes = {p: i for p, _, i in self.space.places(genotype) if self._role(p) == "resolution"}
        gates = engine.supernet.path(self.space.genotype(self.full | sizes))
        return taught(engine.supernet, self.teacher, batch.x, gates)

    def path(self, stage: int, rng: Random) -> Genotype:
        """A path of a phase: what it does not shrink yet is as large as it can be."""
        return self.space.compose(lambda step: self._choose(step, stage, rng))

    def _role(self, path: str) -> str:
        return self.roles.get(path) or self.roles.get(f"{path}[0]", "operator")

    def _choose(self, step: Step, stage: int, rng: Random) -> int | float:
        if step.options is None:
            return step.domain.high
        role = self._role(step.path)
        if stage < OPEN_FROM[role]:
            wanted = self.full.get(step.path)
            if wanted in step.options:
                return wanted  # type: ignore[return-value]  # it is one of them
            return max(step.options, key=lambda i: value(step, i))
        if stage == OPEN_FROM[role] and role in ("depth", "width"):
            two = sorted(step.options, key=lambda i: -value(step, i))[:2]
            return rng.choice(two)
        return rng.choice(step.options)

    # -------------------------------------------------------------- the outcome

    def derive(self, engine: Engine) -> list[Genotype]:
        config, score = self.config, self.scorer(engine)
        sizes = frozenset(p for p in self.roles if self.roles[p] == "resolution")
        guess = score
        if config.predictor:
            code = OneHot(self.space, self.choices)
            guess = predictor(
                self.space, code, score, config.predictor, config.hidden, engine.rng, engine.noise
            )
        return evolve(self.space, guess, config, engine.rng, sizes)

    def state(self) -> dict[str, Any]:
        return {"teacher": self.teacher}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.teacher = dict(state["teacher"])


def ends(epochs: int, shares: Sequence[float]) -> list[int]:
    """The epochs at which phases end that take shares of them, the last at the last."""
    total, done, found = sum(shares) or 1.0, 0.0, []
    for share in shares:
        done += share
        found.append(round(epochs * done / total))
    return found


class Ofa(OneShot):
    Config = OfaConfig
    method = OfaMethod
