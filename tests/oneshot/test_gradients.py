"""Gradients of architectures against finite differences, in double precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from nasdsl.oneshot.darts import DartsMethod
from nasdsl.oneshot.data import Batch
from nasdsl.oneshot.engine import Engine

from .cases import Case, engine_of, space_of

STEP = 1e-5


def batches(engine: Engine) -> tuple[Batch, Batch]:
    engine.method.begin(engine)
    return next(engine.loader.train(engine.loader.weights, 1)), engine.held(1)[0]


def numeric(engine: Engine, value: Callable[[], float]) -> list[torch.Tensor]:
    """Central differences in every logit."""
    found = []
    for alpha in engine.method.alphas:  # type: ignore[attr-defined]
        slopes = torch.zeros_like(alpha)
        for i in range(alpha.numel()):
            before = alpha.detach()[i].item()
            sides = []
            for sign in (1, -1):
                alpha.data[i] = before + sign * STEP
                sides.append(value())
            alpha.data[i] = before
            slopes[i] = (sides[0] - sides[1]) / (2 * STEP)
        found.append(slopes)
    return found


def darts(order: int, **more: Any) -> Engine:
    case = Case("darts", {"order": order, "precision": "fp64", "arch_init": 0.5, **more})
    return engine_of(case, space_of("cell"), lr=0.3)


def test_first_order() -> None:
    engine = darts(1)
    batch, held = batches(engine)
    method: DartsMethod = engine.method  # type: ignore[assignment]
    found = method.gradients(engine, batch, held)
    expected = numeric(engine, lambda: float(method.loss(engine, held).detach()))
    for a, b in zip(found, expected, strict=True):
        assert a is not None
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("moving", [False, True], ids=["first step", "with momentum"])
def test_second_order_is_the_gradient_through_a_step(moving: bool) -> None:
    """d/dα L_valid(w - ξ d(w, α), α) where d is the direction of SGD, momentum and decay included."""
    engine = darts(2, weight_decay=0.01)
    batch, held = batches(engine)
    method: DartsMethod = engine.method  # type: ignore[assignment]
    if moving:
        engine.learn(batch, method.gates(engine))
    weights = engine.weights
    state = [w.detach().clone() for w in weights]
    moments = [engine.optimizer.state.get(w, {}).get("momentum_buffer") for w in weights]

    def value() -> float:
        loss = engine.loss(batch, method.gates(engine))
        slopes = torch.autograd.grad(loss, weights, allow_unused=True, materialize_grads=True)
        with torch.no_grad():
            for w, start, slope, moment in zip(weights, state, slopes, moments, strict=True):
                kept = 0.0 if moment is None else 0.9 * moment
                w.copy_(start - engine.lr * (slope + 0.01 * start + kept))
            valid = float(engine.loss(held, method.gates(engine)))
            for w, start in zip(weights, state, strict=True):
                w.copy_(start)
        return valid

    found = method.gradients(engine, batch, held)
    first = torch.autograd.grad(method.loss(engine, held), list(method.alphas))
    expected = numeric(engine, value)
    for a, b in zip(found, expected, strict=True):
        assert a is not None
        torch.testing.assert_close(a, b, rtol=2e-3, atol=2e-5)
    away = max(float((a - b).abs().max()) for a, b in zip(first, expected, strict=True))
    near = max(float((a - b).abs().max()) for a, b in zip(found, expected, strict=True))
    assert near < away / 100


def test_second_order_leaves_weights_and_statistics() -> None:
    engine = darts(2)
    batch, held = batches(engine)
    before = {k: v.clone() for k, v in engine.supernet.state_dict().items()}
    engine.method.gradients(engine, batch, held)  # type: ignore[attr-defined]
    for key, value in engine.supernet.state_dict().items():
        assert torch.equal(value, before[key]), key
