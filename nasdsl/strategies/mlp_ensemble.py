"""An ensemble of small perceptrons that predicts the value of feature vectors, trained at once.

The members have the same shape and are trained on the same data in different orders from different
initial weights: their layers are stacked, so that a step trains them all. All random numbers come from
one seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Shape:
    """members: how many networks. layers: hidden ones, of `width` units each."""

    members: int = 5
    layers: int = 10
    width: int = 20


@dataclass(frozen=True, slots=True)
class Training:
    """Adam on the mean absolute error, with batches drawn anew for each member and epoch."""

    epochs: int = 150
    batch: int = 32
    lr: float = 0.01


class Ensemble:
    """Trained when it is made."""

    def __init__(
        self, features: NDArray[np.float64], values: NDArray[np.float64], shape: Shape,
        training: Training, seed: int,
    ) -> None:  # fmt: skip
        self._generator = torch.Generator().manual_seed(seed)
        inputs, targets = torch.tensor(features).float(), torch.tensor(values).float()
        sizes = [inputs.shape[1], *[shape.width] * shape.layers, 1]
        self._weights = [self._initial(shape.members, a, b) for a, b in pairwise(sizes)]
        self._biases = [torch.zeros(shape.members, 1, b) for b in sizes[1:]]
        with torch.enable_grad():
            self._train(inputs, targets, shape.members, training)

    def _initial(self, members: int, before: int, after: int) -> Tensor:
        """Uniform within Glorot and Bengio's bounds, the default of Keras."""
        bound = (6.0 / max(1, before + after)) ** 0.5
        draws = torch.rand(members, before, after, generator=self._generator)
        found: Tensor = (2 * draws - 1) * bound
        return found

    def _train(self, inputs: Tensor, targets: Tensor, members: int, training: Training) -> None:
        parameters = [*self._weights, *self._biases]
        for parameter in parameters:
            parameter.requires_grad_(True)
        optimizer = torch.optim.Adam(parameters, lr=training.lr)
        for _ in range(training.epochs):
            draws = torch.rand(members, len(inputs), generator=self._generator)
            for rows in torch.split(draws.argsort(dim=1), training.batch, dim=1):
                loss = (self._forward(inputs[rows]) - targets[rows]).abs().mean(dim=1).sum()
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                optimizer.step()
        for parameter in parameters:
            parameter.requires_grad_(False)

    def _forward(self, inputs: Tensor) -> Tensor:
        """(members, rows, features) to (members, rows)."""
        last = len(self._weights) - 1
        for number, (weight, bias) in enumerate(zip(self._weights, self._biases, strict=True)):
            inputs = torch.baddbmm(bias, inputs, weight)
            if number < last:
                inputs = nn.functional.relu(inputs)
        return inputs.squeeze(-1)

    def predict(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """(members, rows)."""
        inputs = torch.tensor(features).float().expand(len(self._weights[0]), -1, -1)
        with torch.no_grad():
            found: NDArray[np.float64] = self._forward(inputs).double().numpy()
        return found
