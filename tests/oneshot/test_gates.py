"""Weights of options by hand-computed numbers, and what holds of all of them."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nasdsl.oneshot.gates import (
    active,
    concrete,
    gumbel,
    straight_through,
    top,
    with_absence,
)

LOGITS = st.lists(st.floats(-5, 5), min_size=2, max_size=8)


def tensor(*values: float) -> Tensor:
    return torch.tensor([values], dtype=torch.float64)


def test_the_concrete_distribution_by_hand() -> None:
    """Probabilities 1/4 and 3/4, noise 0 and -log 3: with τ = 1 the options are even."""
    logits, noise = tensor(0.0, math.log(3)), tensor(0.0, -math.log(3))
    assert concrete(logits, noise, 1.0).tolist() == [[pytest.approx(0.5), pytest.approx(0.5)]]
    sharper = concrete(logits, torch.zeros(1, 2), 0.5)  # shares 1 and 9
    assert sharper.tolist() == [[pytest.approx(0.1), pytest.approx(0.9)]]


def test_gumbel_noise_has_its_distribution() -> None:
    noise = gumbel((20_000,), torch.Generator().manual_seed(1))
    assert float(noise.mean()) == pytest.approx(0.5772, abs=0.03)
    assert float(noise.var()) == pytest.approx(math.pi**2 / 6, abs=0.08)
    assert torch.isfinite(noise).all()


def test_gumbel_maxima_are_drawn_by_the_softmax() -> None:
    logits = tensor(0.0, 1.0, 2.0).expand(30_000, 3)
    drawn = concrete(logits, gumbel(logits.shape, torch.Generator().manual_seed(2)), 1.0)
    shares = top(drawn).mean(0)
    torch.testing.assert_close(shares, logits[0].softmax(-1), atol=0.01, rtol=0)


@settings(deadline=None)
@given(LOGITS, st.integers(1, 8))
def test_top_takes_the_largest(values: list[float], count: int) -> None:
    chosen = top(tensor(*values), count)[0]
    kept = [v for v, c in zip(values, chosen.tolist(), strict=True) if c]
    left = [v for v, c in zip(values, chosen.tolist(), strict=True) if not c]
    assert len(kept) == min(count, len(values))
    assert not left or min(kept) >= max(left)


@settings(deadline=None)
@given(LOGITS)
def test_straight_through_has_hard_values_and_soft_gradients(values: list[float]) -> None:
    logits = tensor(*values).requires_grad_()
    soft = logits.softmax(-1)
    mixed = straight_through(soft, top(soft))
    assert set(mixed.flatten().tolist()) <= {0.0, 1.0}
    (option,) = active(mixed[0])
    assert soft[0, option] == soft.max()
    towards = torch.arange(float(len(values)), dtype=torch.float64)
    (found,) = torch.autograd.grad((mixed * towards).sum(), logits, retain_graph=True)
    (expected,) = torch.autograd.grad((soft * towards).sum(), logits)
    torch.testing.assert_close(found, expected)


@settings(deadline=None)
@given(st.floats(-6, 6))
def test_presence_is_the_sigmoid(logit: float) -> None:
    weight = with_absence(tensor(logit)).softmax(-1)[0, 0]
    assert float(weight) == pytest.approx(1 / (1 + math.exp(-logit)))
