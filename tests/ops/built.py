"""Build a module from an operator's Code, in the simplest way: literals for all holes."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from nasdsl.compiler import helpers
from nasdsl.ops import TABLE, Code, Shape

BATCH = 2


def fill(text: str, code: Code, arity: int) -> str:
    inputs = [f"x{i}" for i in range(arity)]
    values = {name: repr(value) for name, value in code.values.items()}
    return text.format(*inputs, inputs=", ".join(inputs), self="self.layer", **values)


class Built(nn.Module):
    """One operator call."""

    def __init__(self, code: Code, arity: int) -> None:
        super().__init__()
        self.arity = arity
        self.scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": F}
        if code.helper:
            self.scope[code.helper] = getattr(helpers, code.helper)
        if code.module:
            self.layer = eval(fill(code.module, code, 0), self.scope)
        self.text = fill(code.forward, code, arity)

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        names = {f"x{i}": x for i, x in enumerate(inputs)}
        result: torch.Tensor = eval(self.text, {**self.scope, **names, "self": self})
        return result

    def __deepcopy__(self, memo: dict[int, Any]) -> Built:
        twin = Built.__new__(Built)
        nn.Module.__init__(twin)
        twin.arity, twin.scope, twin.text = self.arity, self.scope, self.text
        if "layer" in self._modules:
            twin.layer = copy.deepcopy(self.layer, memo)
        return twin


def build(name: str, inputs: Sequence[Shape], attrs: dict[str, Any]) -> Built:
    torch.manual_seed(0)
    return Built(TABLE[name].lower(inputs, attrs), len(inputs)).double()


def batch(name: str, inputs: Sequence[Shape], attrs: dict[str, Any]) -> list[torch.Tensor]:
    """A batch for each input; positive numbers, so that no quotient or power goes astray.

    In double precision, for which PyTorch has no fused LSTM that would hide its products.
    """
    torch.manual_seed(1)
    if name == "embedding":
        return [torch.randint(attrs["classes"], (BATCH, *inputs[0]))]
    if name == "lookup":
        tokens = torch.randint(inputs[1][0], (BATCH, *inputs[0]))
        return [tokens, torch.rand(BATCH, *inputs[1], dtype=torch.double).requires_grad_()]
    return [
        (torch.rand(BATCH, *shape, dtype=torch.double) + 0.5).requires_grad_() for shape in inputs
    ]
