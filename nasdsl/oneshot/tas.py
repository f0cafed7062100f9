"""TAS: Dong, Yang, "Network pruning via transformable architecture search", NeurIPS 2019.

A width is a distribution over its options. Each step draws two of them (without replacement, by the
Gumbel softmax at temperature τ, which falls linearly); their features, brought to equally many channels
by channel-wise interpolation, are summed by their probabilities among the two (equations 2 to 5). Other
choices are drawn likewise. The logits learn on samples held out, with a loss that pulls the expected
cost to the target: λ log E outside a tolerance, up or down by where the likeliest network is (equations
6 and 7). The likeliest options make the derived network. It then learns from the largest network of the
space by its soft labels (equation 9), so that the weights that the search leaves are those of
transfer: the largest network is trained first, anew, then the derived path, anew.

The cost is that of the relaxed graph (nasdsl.oneshot.chained). Shares of the epochs stand for the
paper's separate trainings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import torch
from pydantic import Field
from torch import Tensor

from .chained import expected_cost
from .config import RelaxedConfig
from .data import Batch
from .derive import strongest
from .distil import lesson, snapshot, taught
from .gates import Gate, gumbel, top
from .largest import largest
from .relaxed import Relaxed
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .contract import Gates
    from .engine import Engine


class TasConfig(RelaxedConfig):
    epochs: int = Field(default=1200, ge=1, description="of search, teacher and transfer together")
    teaching: float = Field(
        default=0.25, ge=0, lt=1, description="share of the epochs that train the largest network"
    )
    transfer: float = Field(
        default=0.25,
        ge=0,
        lt=1,
        description="share of the epochs in which the derived network learns",
    )
    lr: float = Field(default=0.1, gt=0, description="of the weights, at first; cosine")
    final_lr: float = Field(default=0.0, ge=0, description="of the weights, in the end")
    weight_decay: float = Field(default=5e-4, ge=0, description="of the weights")
    nesterov: bool = Field(default=True, description="Nesterov's form of momentum")
    arch_lr: float = Field(default=1e-3, gt=0, description="of the logits' Adam")
    absent: bool = Field(
        default=False, description="DARTS's `none`, of operators of elements of picks"
    )
    tau: float = Field(default=10.0, gt=0, description="temperature of the first epoch")
    final_tau: float = Field(default=0.1, gt=0, description="temperature of the last epoch")
    drawn: int = Field(default=2, ge=1, description="options of a choice that a step draws")
    metric: Literal["macs", "params"] = Field(default="macs", description="what is counted as cost")
    ratio: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="the target, in shares of the cost of the largest network",
    )
    tolerance: float = Field(default=0.05, ge=0, lt=1, description="t, about the target")
    cost_weight: float = Field(default=2.0, ge=0, description="λ, of the cost")
    soft: float = Field(
        default=0.1, ge=0, le=1, description="share of the soft labels in the loss of the transfer"
    )
    temperature: float = Field(default=4.0, gt=0, description="of the soft labels")


class TasMethod(Relaxed[TasConfig]):
    """Interpolated widths, then distillation."""

    architecture_first = False

    @classmethod
    def options(cls, config: TasConfig) -> dict[str, Any]:
        return {"interpolate": True}

    def begin(self, engine: Engine) -> None:
        super().begin(engine)
        config = self.config
        self.searching = max(1, round(config.epochs * (1 - config.teaching - config.transfer)))
        self.teaching = max(self.searching, round(config.epochs * (1 - config.transfer)))
        self.full = largest(self.space)
        gates = engine.supernet.path(self.full)
        self.target = config.ratio * float(expected_cost(engine.supernet, gates, config.metric))
        self.initial = snapshot(engine.supernet)
        self.teacher: dict[str, Tensor] = {}
        self.found: Genotype | None = None

    # -------------------------------------------------------------- the search

    def temperature(self, engine: Engine) -> float:
        share = engine.epoch / max(1, self.searching - 1)
        return self.config.tau + (self.config.final_tau - self.config.tau) * min(1.0, share)

    def gates(self, engine: Engine) -> Gates:
        """What a step draws."""
        return {**super().gates(engine), **self.two(engine)}

    def two(self, engine: Engine) -> dict[str, Gate]:
        """Gates of the drawn options of each choice of one, weighed among themselves."""
        found = {}
        for path, logits in self.alphas.params.items():
            choice = self.choices[path]
            if choice.kind != "one":
                continue
            noise = gumbel(logits.shape, engine.noise).to(logits)
            noisy = (logits.log_softmax(0) + noise) / self.temperature(engine)
            other = gumbel(logits.shape, engine.noise).to(logits)
            chance = noisy.detach().softmax(0).clamp_min(1e-7).log()
            chosen = top(chance + other, self.config.drawn).nonzero().flatten()
            weights = torch.zeros_like(logits).index_put((chosen,), noisy[chosen].softmax(0))
            active = tuple(i for i in chosen.tolist() if i < choice.n) or (
                int(chosen[0]) % choice.n,
            )
            found[path] = Gate(weights[: choice.n], active)
        return found

    def loss(self, engine: Engine, batch: Batch) -> Tensor:
        loss = engine.loss(batch, self.gates(engine))
        total = loss + self.config.cost_weight * self.cost_loss(engine)
        self.drawn.hear(total)
        return total

    def cost_loss(self, engine: Engine) -> Tensor:
        """log E above the target, - log E below it, 0 within the tolerance of it."""
        config = self.config
        gates = engine.supernet.path(self.likeliest(engine))
        now = float(expected_cost(engine.supernet, gates, config.metric))
        side = outside(now, self.target, config.tolerance)
        if not side:
            return torch.zeros((), device=engine.device)
        soft = self.assemble(super().weights(engine), self.drawn.draw(engine.noise))
        expected = expected_cost(engine.supernet, soft, config.metric)
        return side * torch.log(expected.clamp_min(1.0)).to(engine.device)

    def likeliest(self, engine: Engine) -> Genotype:
        return strongest(self.space, self.strengths(), engine.rng)

    # -------------------------------------------------------------- the transfer

    def before_epoch(self, engine: Engine) -> None:
        bounds = [0, self.searching, self.teaching, engine.config.epochs]
        if engine.epoch in bounds[1:3]:
            self.turn(engine)
        phase = max(i for i, begin in enumerate(bounds[:3]) if engine.epoch >= begin)
        share = (engine.epoch - bounds[phase]) / max(1, bounds[phase + 1] - bounds[phase])
        low, high = self.config.final_lr, self.config.lr
        engine.set_rate(low + (high - low) * (1 + math.cos(math.pi * share)) / 2)

    def turn(self, engine: Engine) -> None:
        """The search is over, or the teacher is ready: what comes next begins anew."""
        if self.found is None:
            self.found = self.likeliest(engine)
        if engine.epoch == self.teaching and self.teaching > self.searching:
            self.teacher = snapshot(engine.supernet)
        engine.supernet.load_state_dict(self.initial)
        engine.optimizer.state.clear()

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        if self.found is None:
            super().step(engine, batch, held)
        elif engine.epoch < self.teaching:
            engine.learn(batch, engine.supernet.path(self.full))
        else:
            self.learn_from_teacher(engine, batch, self.found)

    def learn_from_teacher(self, engine: Engine, batch: Batch, genotype: Genotype) -> None:
        """(1 - s) CE + s times the soft cross entropy at the temperature."""
        share = self.config.soft if self.teacher else 0.0
        engine.optimizer.zero_grad(set_to_none=True)
        terms: list[Tensor] = []
        if share:
            known = taught(engine.supernet, self.teacher, batch.x, engine.supernet.path(self.full))

            def soft(out: Any) -> Tensor:
                terms.append(
                    lesson(out, known, batch.y, ratio=1.0, temperature=self.config.temperature)
                )
                return terms[0] * 0.0

            loss = engine.loss(batch, engine.supernet.path(genotype), count=True, more=soft)
            loss = (1 - share) * loss + share * terms[0]
        else:
            loss = engine.loss(batch, engine.supernet.path(genotype), count=True)
        engine.fabric.backward(loss)
        engine.descend()

    def derive(self, engine: Engine) -> list[Genotype]:
        return [self.found or self.likeliest(engine)]

    def state(self) -> dict[str, Any]:
        text = None if self.found is None else self.space.text(self.found)
        return super().state() | {"teacher": self.teacher, "found": text}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.teacher = dict(state["teacher"])
        self.found = None if state["found"] is None else self.space.read(state["found"])


def outside(cost: float, target: float, tolerance: float) -> int:
    """1 above the tolerance of a target, -1 below it, 0 within (equation 7)."""
    if cost > (1 + tolerance) * target:
        return 1
    return -1 if cost < (1 - tolerance) * target else 0


class Tas(OneShot):
    Config = TasConfig
    method = TasMethod
