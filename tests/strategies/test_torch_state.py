"""A module, its optimiser and a generator go on exactly after a trip through JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from torch import nn

from nasdsl.strategies.torch_state import dump_torch, load_torch


def parts() -> tuple[nn.Module, torch.optim.Optimizer, torch.Generator]:
    module = nn.Linear(3, 2)
    return module, torch.optim.Adam(module.parameters()), torch.Generator().manual_seed(1)


def step(module: nn.Module, optimizer: torch.optim.Optimizer, rng: torch.Generator) -> torch.Tensor:
    optimizer.zero_grad()
    loss: torch.Tensor = module(torch.randn(4, 3, generator=rng)).square().sum()
    loss.backward()
    optimizer.step()
    return loss.detach()


def test_training_goes_on_exactly() -> None:
    first, second = parts(), parts()
    for _ in range(3):
        step(*first)
    module, optimizer, rng = first
    states = [
        dump_torch(module.state_dict()),
        dump_torch(optimizer.state_dict()),
        dump_torch(rng.get_state()),
    ]
    found: list[Any] = json.loads(json.dumps(states))
    second[0].load_state_dict(load_torch(found[0]))
    second[1].load_state_dict(load_torch(found[1]))
    second[2].set_state(load_torch(found[2]))
    for _ in range(3):
        assert torch.equal(step(*first), step(*second))


def test_what_has_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        dump_torch(object())
