from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from nasdsl.evaluators.config import TrainConfig
from nasdsl.evaluators.schedule import DropPathRamp, make_optimizer, rate

STEPS, EPOCH = 200, 20


def rates(**settings: object) -> list[float]:
    config = TrainConfig.model_validate(settings)
    return [rate(config, step, STEPS, EPOCH) for step in range(STEPS)]


def test_schedules_follow_their_closed_forms() -> None:
    for step, (cosine, linear, constant) in enumerate(
        zip(
            rates(schedule="cosine"),
            rates(schedule="linear", final_lr=0.1),
            rates(schedule="constant"),
            strict=True,
        )
    ):
        assert cosine == pytest.approx(0.5 + 0.5 * math.cos(math.pi * step / STEPS))
        assert linear == pytest.approx(1 - 0.9 * step / STEPS)
        assert constant == 1.0


def test_steps_fall_at_the_milestones() -> None:
    found = rates(schedule="step", milestones=[0.5, 0.75], gamma=0.1)
    assert found[99] == 1.0
    assert found[100] == found[149] == pytest.approx(0.1)
    assert found[150] == found[199] == pytest.approx(0.01)


def test_the_cosine_agrees_with_torch() -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    reference = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for value in rates(schedule="cosine"):
        assert value == pytest.approx(reference.get_last_lr()[0], abs=1e-6)
        optimizer.step()
        reference.step()


@given(
    st.sampled_from(["cosine", "linear", "step", "constant"]),
    st.floats(0, 12),
    st.floats(0, 1),
)
def test_rates_rise_in_the_warmup_and_never_after(kind: str, warmup: float, final: float) -> None:
    found = rates(schedule=kind, warmup=warmup, final_lr=final)
    assert all(0 <= r <= 1 for r in found)
    top = max(0, min(STEPS, round(warmup * EPOCH)) - 1)
    assert found[top] == 1.0
    assert found[: top + 1] == sorted(found[: top + 1])
    assert all(a >= b - 1e-12 for a, b in zip(found[top:], found[top + 1 :], strict=False))


class DropPath(nn.Module):
    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p


class Gate(nn.Module):
    drop_prob = 0.4


def test_drop_path_rises_linearly_and_is_given_back() -> None:
    path, gate, plain = DropPath(0.2), Gate(), nn.Dropout(0.5)
    ramp = DropPathRamp(nn.Sequential(path, gate, plain).modules())
    assert len(ramp) == 2
    for progress in (0.0, 0.25, 0.5, 1.0):
        ramp.set(progress)
        assert path.p == pytest.approx(0.2 * progress)
        assert gate.drop_prob == pytest.approx(0.4 * progress)
        assert plain.p == 0.5
    ramp.set(0.0)
    ramp.restore()
    assert (path.p, gate.drop_prob) == (0.2, 0.4)


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "rmsprop"])
def test_optimizers_descend(name: str) -> None:
    config = TrainConfig.model_validate({"optimizer": name, "lr": 0.05, "nesterov": True})
    layer = nn.Linear(3, 1)
    optimizer = make_optimizer(layer, config, torch.device("cpu"))
    x = torch.randn(32, 3, generator=torch.Generator().manual_seed(0))
    losses = []
    for _ in range(60):
        loss = (layer(x) - x.sum(1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]
