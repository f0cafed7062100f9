"""DARTS: Liu, Simonyan, Yang, "DARTS: differentiable architecture search", ICLR 2019.

Every choice is a softmax mixture of its options. On each step the logits α move along the gradient
of the loss on held-out samples, the weights w along that on the others (Algorithm 1). First order
takes the gradient where w is; second order (`order = 2`) where one step of SGD on the weights' loss
leads to, w' = w - ξ ∇w L_train(w, α), with the Hessian-vector product of equation 7 by finite
differences of w ± ε ∇w' L_valid(w', α), ε = 0.01 / ‖∇w' L_valid‖, as equation 8. The derived genotype
keeps, of each pick, the elements whose best operator is strongest, `none` aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from pydantic import Field
from torch import Tensor

from .config import RelaxedConfig
from .data import Batch
from .relaxed import Relaxed
from .strategy import OneShot

if TYPE_CHECKING:
    from .engine import Engine

RADIUS = 0.01
SEARCH_NETWORK = {"affine": False, "pool_norm": True}
"""Of DARTS: norms without parameters in mixtures, which would undo what the logits do."""


class DartsConfig(RelaxedConfig):
    order: int = Field(
        default=1, ge=1, le=2, description="of the gradient; 2 costs about three times as much"
    )


class DartsMethod(Relaxed[DartsConfig]):
    """Softmax mixtures, in either order."""

    @classmethod
    def options(cls, config: DartsConfig) -> dict[str, Any]:
        return SEARCH_NETWORK

    def gradients(self, engine: Engine, batch: Batch, held: Batch) -> Sequence[Tensor | None]:
        if self.config.order == 1:
            return super().gradients(engine, batch, held)
        return unrolled(self, engine, batch, held)


def unrolled(method: Relaxed[Any], engine: Engine, batch: Batch, held: Batch) -> list[Tensor]:
    """The gradient of L_valid(w - ξ ∇w L_train(w, α), α) in α; weights and buffers stay as they are."""
    weights, alphas = engine.weights, method.params()
    before = [w.detach().clone() for w in weights]
    buffers = [(b, b.clone()) for b in engine.supernet.buffers()]
    try:
        slopes = torch.autograd.grad(
            engine.loss(batch, method.gates(engine)), weights, allow_unused=True
        )
        _move(weights, virtual_step(engine, slopes), -engine.lr)
        found = torch.autograd.grad(
            method.loss(engine, held),
            [*alphas, *weights],
            allow_unused=True,
            materialize_grads=True,
        )
        direct, vector = found[: len(alphas)], found[len(alphas) :]
        _restore(weights, before)
        product = hessian_product(method, engine, batch, vector, before)
    finally:
        _restore(weights, before)
        for buffer, value in buffers:
            buffer.copy_(value)
    return [d - engine.lr * p for d, p in zip(direct, product, strict=True)]


def virtual_step(engine: Engine, slopes: Sequence[Tensor | None]) -> list[Tensor]:
    """The direction of the next step of SGD with momentum and weight decay, without its size."""
    moves = []
    for weight, slope in zip(engine.weights, slopes, strict=True):
        move = engine.config.weight_decay * weight.detach()
        if slope is not None:
            move = move + slope
        moment = engine.optimizer.state.get(weight, {}).get("momentum_buffer")
        moves.append(move if moment is None else move + engine.config.momentum * moment)
    return moves


def hessian_product(
    method: Relaxed[Any], engine: Engine, batch: Batch, vector: Sequence[Tensor],
    before: Sequence[Tensor],
) -> list[Tensor]:  # fmt: skip
    """∇²αw L_train(w, α) · vector, by central differences (equation 8)."""
    norm = torch.sqrt(
        sum(
            (v.double().square().sum() for v in vector),
            torch.zeros((), device=engine.device, dtype=torch.float64),
        )
    )
    if not norm > 0:
        return [torch.zeros_like(a) for a in method.params()]
    radius = RADIUS / float(norm)
    sides = []
    for sign in (1.0, -1.0):
        _move(engine.weights, vector, sign * radius)
        loss = engine.loss(batch, method.gates(engine))
        sides.append(
            torch.autograd.grad(loss, method.params(), allow_unused=True, materialize_grads=True)
        )
        _restore(engine.weights, before)
    return [(up - down) / (2 * radius) for up, down in zip(*sides, strict=True)]


@torch.no_grad()
def _move(weights: Sequence[Tensor], direction: Sequence[Tensor], size: float) -> None:
    torch._foreach_add_(list(weights), list(direction), alpha=size)


@torch.no_grad()
def _restore(weights: Sequence[Tensor], values: Sequence[Tensor]) -> None:
    torch._foreach_copy_(list(weights), list(values))


class Darts(OneShot):
    Config = DartsConfig
    method = DartsMethod
