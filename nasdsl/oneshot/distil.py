"""What a network can be taught by another: soft labels (Hinton, Vinyals, Dean 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call

from nasdsl.evaluators.checks import main_output

from .losses import flat

State = Mapping[str, Tensor]


def soft_cross_entropy(logits: Tensor, teacher: Tensor, temperature: float = 1.0) -> Tensor:
    """-Σ p log q of the softmax p of the teacher and q of the pupil, both at a temperature; the mean
    over samples. Logits (N, classes)."""
    soft = (teacher / temperature).softmax(-1)
    return -(soft * (logits / temperature).log_softmax(-1)).sum(-1).mean()


def lesson(
    out: Any, teacher: Any, targets: Tensor, *, ratio: float, temperature: float = 1.0
) -> Tensor:
    """The soft cross entropy of a network's main output, times `ratio`."""
    pupil, _ = flat(main_output(out), targets)
    known, _ = flat(main_output(teacher), targets)
    return ratio * soft_cross_entropy(pupil, known, temperature)


def snapshot(module: torch.nn.Module) -> dict[str, Tensor]:
    """A copy of a module's state."""
    return {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}


@torch.no_grad()
def taught(module: torch.nn.Module, state: State, x: Tensor, gates: Any) -> Any:
    """What a supernet with another state makes of a batch, norms by the statistics of the batch. Its
    own state stays as it is; running statistics in `state` move."""
    return functional_call(module, dict(state), (x,), {"gates": gates})
