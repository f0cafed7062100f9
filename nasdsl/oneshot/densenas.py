"""DenseNAS: Fang, Sun, Zhang, Li, Liu, Wang, "Densely connected search space for more flexible neural
architecture search", CVPR 2020.

Blocks of many widths, each of which reads one of several blocks before it. Two kinds of logits: α of
operators, β of which block is read. The weights learn with one operator of every choice, drawn by its
probability, and the probabilities of all connections; α with two drawn operators, the probabilities
of the two between them (as ProxylessNAS), and β with it, on samples held out. The loss is
CE + λ log_τ(cost), with the cost expected along the chain of connections (nasdsl.oneshot.chained).
The logits begin to learn after a third of the epochs. The derived network has the path through the blocks of
the highest probability, found as by Viterbi, and the strongest operators on it.

Connections are picks and choices of tensors; operators are all other choices of one. The cost is
counted in multiply-adds or parameters, where the paper measures latency. Without a cost (factor = 0) a
step of α leaves the probability of the two drawn operators together, and of all others, as it was:
their logits are shifted back, as in ProxylessNAS and the released code. With a cost nothing is
shifted, as its gradient reaches the operators that were not drawn, too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Literal

import torch
from pydantic import Field
from torch import Tensor

from .chained import expected_cost
from .choices import Choice
from .config import RelaxedConfig
from .data import Batch
from .derive import strongest
from .gates import Gate, gumbel, top
from .relaxed import Relaxed
from .strategy import OneShot
from .viterbi import likeliest

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .contract import Gates
    from .engine import Engine

LOOKS = 50


class DenseNasConfig(RelaxedConfig):
    epochs: int = Field(default=150, ge=1, description="passes over the samples of the weights")
    warm_up: int = Field(default=50, ge=0, description="epochs before the logits learn")
    lr: float = Field(default=0.1, gt=0, description="of the weights, at first; cosine")
    final_lr: float = Field(default=1e-4, ge=0, description="of the weights, in the end")
    weight_decay: float = Field(default=4e-5, ge=0, description="of the weights")
    valid_share: float = Field(
        default=0.2, gt=0, lt=1, description="share of samples that architectures are chosen by"
    )
    absent: bool = Field(
        default=False, description="DARTS's `none`, of operators of elements of picks"
    )
    metric: Literal["macs", "params"] = Field(default="macs", description="what is counted as cost")
    factor: float = Field(default=0.15, ge=0, description="λ, of the logarithm of the cost")
    base: float = Field(default=15.0, gt=1, description="τ, of that logarithm")


class DenseNasMethod(Relaxed[DenseNasConfig]):
    """Sampled operators, soft connections, and a chained cost."""

    def __init__(
        self, config: DenseNasConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        inputs = connections_of(space)
        self.operators = {
            p for p in self.alphas.params if choices[p].kind == "one" and p not in inputs
        }

    def sampled(self, engine: Engine, count: int) -> dict[str, Gate]:
        """Gates with so many operators of each choice drawn, without replacement, by their softmax;
        their weights are the softmax among them."""
        found = {}
        for path in sorted(self.operators):
            logits = self.alphas.params[path]
            n = self.choices[path].n
            noise = gumbel(logits.shape, engine.noise).to(logits)
            chosen = [
                i for i, one in enumerate(top(logits.detach() + noise, count).tolist()) if one
            ]
            among = logits[chosen].softmax(-1)
            place = torch.tensor(chosen, device=logits.device)
            weights = torch.zeros_like(logits).index_put((place,), among)
            active = tuple(i for i in chosen if i < n) or (chosen[0] % n,)
            found[path] = Gate(weights[:n], active)
        return found

    def gates(self, engine: Engine) -> Gates:
        """Those that the weights learn with."""
        return {**super().gates(engine), **self.sampled(engine, 1)}

    def loss(self, engine: Engine, batch: Batch) -> Tensor:
        gates = {**super().gates(engine), **self.sampled(engine, 2)}
        loss = engine.loss(batch, gates)
        if self.config.factor:
            loss = loss + self.config.factor * self.cost(engine)
        self.drawn.hear(loss)
        return loss

    def cost(self, engine: Engine) -> Tensor:
        """log_τ of the expected cost, all operators by their probabilities."""
        found = expected_cost(engine.supernet, super().gates(engine), self.config.metric)
        return torch.log(found.clamp_min(1.0)) / math.log(self.config.base)

    def move(self, engine: Engine, gradients: Sequence[Tensor | None]) -> None:
        """A step, after which what was not drawn has the probabilities it had among all."""
        before = {p: self.alphas.params[p].detach().clone() for p in self.operators}
        slopes = dict(zip(self.alphas.params, gradients, strict=False))
        super().move(engine, gradients)
        with torch.no_grad():
            for path, old in before.items():
                slope = slopes.get(path)
                if slope is None or self.config.factor:
                    continue  # with a cost every operator has learnt
                rescale(self.alphas.params[path], old, slope != 0)

    def derive(self, engine: Engine) -> list[Genotype]:
        strengths = self.strengths()
        taken = likeliest(engine.supernet, strengths)
        rest = strongest(self.space, strengths, engine.rng)
        known = {p: i for p, _, i in self.space.places(rest)}
        found = self.space.genotype(known | taken, Random(0))
        return [found if self.space.feasible(found) else rest]


def rescale(logits: Tensor, before: Tensor, drawn: Tensor) -> None:
    """Shift the drawn logits so that their probability in all is what it was (ProxylessNAS)."""
    shift = before[drawn].logsumexp(0) - logits[drawn].logsumexp(0)
    logits[drawn] += shift
    logits[~drawn] = before[~drawn]


def connections_of(space: Space) -> set[str]:
    """The choices of which tensor is read, as random genotypes show them."""
    rng = Random(0)
    found: set[str] = set()
    for _ in range(LOOKS):
        found |= {s.path for s in space.steps(space.sample(rng)) if s.role == "input"}
    return found


class DenseNas(OneShot):
    Config = DenseNasConfig
    method = DenseNasMethod
