"""Supernets under test, and what is compared of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from nasdsl.architecture import Architecture
from nasdsl.compiler.supernet import Gate, Supernet, compile_supernet
from tests.relax.spaces import small


@cache
def supernet(name: str, **options: Any) -> Supernet:
    """The supernet of a small space in float64, its weights disturbed: norms are not the identity."""
    torch.manual_seed(0)
    net = compile_supernet(small(name), **options).double()
    return disturbed(net)


def disturbed(net: Supernet) -> Supernet:
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return net


def one_hot(net: Supernet, gates: Mapping[str, Gate]) -> dict[str, Gate]:
    """Soft gates that say the same as hard ones; those of decisions that can only be taken stay."""
    found = {}
    for path, gate in gates.items():
        choice = net.decisions[path]
        weights = torch.zeros(choice.n, dtype=torch.float64)
        weights[list(gate.active or ())] = 1.0
        found[path] = gate if choice.hard else Gate(weights)
    return found


def inputs_of(architecture: Architecture, batch: int = 3) -> list[Tensor]:
    out = []
    for one in architecture.inputs:
        if one.kind == "tokens":
            out.append(torch.randint(0, one.classes or 2, (batch, *one.shape)))
        else:
            out.append(torch.randn(batch, *one.shape, dtype=torch.float64))
    return out


def trace(run: Callable[..., Any], inputs: Sequence[Tensor]) -> list[Tensor]:
    """The outputs, and the gradients of a function of them by the inputs."""
    given = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    torch.manual_seed(3)
    outputs = run(*given)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    total = sum(
        (y * torch.linspace(0.5, 1.5, y.numel(), dtype=y.dtype).view(y.shape)).sum()
        for y in outputs
    )
    total.backward()  # type: ignore[union-attr]
    return [y.detach() for y in outputs] + [x.grad for x in given if x.grad is not None]


def steered(net: Supernet, gates: Mapping[str, Gate], inputs: Sequence[Tensor]) -> list[Tensor]:
    """The trace of a supernet under gates."""
    return trace(lambda *x: net(*x, gates=gates), inputs)
