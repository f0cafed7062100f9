"""Learning rates and drop-path rates as functions of progress, and the optimizers they drive."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch
from torch import nn

from .config import TrainConfig


def rate(config: TrainConfig, step: int, steps: int, steps_per_epoch: int) -> float:
    """The learning rate of a step (from 0), as a share of the peak.

    Warm-up rises linearly and reaches 1 at its end; the schedule then runs over the steps left.
    """
    warm = min(steps, round(config.warmup * steps_per_epoch))
    if step < warm:
        return (step + 1) / warm
    progress = (step - warm) / max(1, steps - warm)
    match config.schedule:
        case "cosine":
            shape = (1 + math.cos(math.pi * progress)) / 2
        case "linear":
            shape = 1 - progress
        case "step":
            return config.gamma ** sum(progress >= m for m in config.milestones)
        case "constant":
            return 1.0
    return config.final_lr + (1 - config.final_lr) * shape


def make_optimizer(
    module: nn.Module, config: TrainConfig, device: torch.device
) -> torch.optim.Optimizer:
    """The configured optimizer, in its one-kernel form where torch has one."""
    params = [p for p in module.parameters() if p.requires_grad]
    lr, decay = config.lr, config.weight_decay
    match config.optimizer:
        case "sgd":
            return torch.optim.SGD(
                params,
                lr=lr,
                weight_decay=decay,
                momentum=config.momentum,
                nesterov=config.nesterov and config.momentum > 0,
                fused=True,
            )
        case "adam":
            return torch.optim.Adam(params, lr=lr, weight_decay=decay, fused=True)
        case "adamw":
            return torch.optim.AdamW(params, lr=lr, weight_decay=decay, fused=True)
        case "rmsprop":
            return torch.optim.RMSprop(
                params,
                lr=lr,
                weight_decay=decay,
                momentum=config.momentum,
                foreach=device.type == "cuda",
            )


class DropPathRamp:
    """ScheduledDropPath (Zoph et al. 2018): p(t) = p_max · t / T for every drop-path module.

    A module takes part when it has a number `drop_prob`, or is of a class whose name contains
    DropPath and has a number `p`. `restore` gives every module its own rate back.
    """

    def __init__(self, modules: Iterable[nn.Module]) -> None:
        self._found = [(m, *found) for m in modules if (found := _drop_rate(m)) is not None]

    def __len__(self) -> int:
        return len(self._found)

    def set(self, progress: float) -> None:
        for module, name, peak in self._found:
            setattr(module, name, peak * progress)

    def restore(self) -> None:
        self.set(1.0)


def _drop_rate(module: nn.Module) -> tuple[str, float] | None:
    names: Sequence[str] = (
        ("drop_prob", "p") if "DropPath" in type(module).__name__ else ("drop_prob",)
    )
    for name in names:
        value = getattr(module, name, None)
        if isinstance(value, int | float):
            return name, float(value)
    return None
