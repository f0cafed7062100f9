"""Gates, and the ways from logits to the weights of options. Logits are (D, n): D alike decisions.

Every function is differentiable in the logits; noise comes from outside, so that nothing here is
random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

_TINY = 1e-20


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """How much of each option of a decision is used: see nasdsl.oneshot.contract.GateLike."""

    weights: Tensor | None = None
    active: tuple[int, ...] | None = None


def gumbel(shape: Sequence[int], rng: torch.Generator) -> Tensor:
    """Standard Gumbel noise, drawn on the CPU so that it is the same on every device."""
    uniform = torch.rand(*shape, generator=rng, dtype=torch.float64)
    return -torch.log(-torch.log(uniform.clamp(_TINY, 1 - 1e-16)))


def concrete(logits: Tensor, noise: Tensor, temperature: float) -> Tensor:
    """The concrete distribution (Maddison et al. 2017; SNAS, equation 3) over the last axis."""
    return ((logits.log_softmax(-1) + noise.to(logits)) / temperature).softmax(-1)


def top(soft: Tensor, count: int = 1) -> Tensor:
    """1 at the `count` largest entries of each row, 0 elsewhere, without a gradient."""
    largest = soft.detach().topk(min(count, soft.shape[-1]), -1).indices
    return torch.zeros_like(soft).scatter(-1, largest, 1.0)


def straight_through(soft: Tensor, hard: Tensor) -> Tensor:
    """The values of `hard`, to the bit, with the gradient of `soft`."""
    return hard + (soft - soft.detach())


def active(weights: Tensor) -> tuple[int, ...]:
    """The options whose weight is not zero."""
    return tuple(i for i, w in enumerate(weights.tolist()) if w != 0)


def with_absence(logits: Tensor) -> Tensor:
    """Logits (D, 1) of presence as (D, 2): presence first, then an absence of logit 0."""
    return torch.cat([logits, torch.zeros_like(logits)], -1)
