"""The networks of surrogates, and how they begin: every weight from a generator of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

from .words import Batch

M = TypeVar("M", bound=nn.Module)


def seeded(make: Callable[[], M], generator: torch.Generator) -> M:
    """A module whose weights come from the generator, the global one untouched.

    Embeddings are uniform in ±0.1, other matrices in ±1/sqrt(fan in), vectors 0; the embedding of
    padding stays 0.
    """
    with torch.device("meta"):
        module = make()
    module.to_empty(device="cpu")
    for part in module.modules():
        for parameter in part.parameters(recurse=False):
            _fill(part, parameter, generator)
    return module


@torch.no_grad()
def _fill(part: nn.Module, parameter: nn.Parameter, generator: torch.Generator) -> None:
    if parameter.ndim < 2:
        parameter.zero_()
    elif isinstance(part, nn.Embedding):
        parameter.uniform_(-0.1, 0.1, generator=generator)
        if part.padding_idx is not None:
            parameter[part.padding_idx] = 0
    else:
        inputs = parameter.shape[-2] if isinstance(part, Linear) else parameter.shape[1]
        bound = inputs**-0.5
        parameter.uniform_(-bound, bound, generator=generator)


class Words(nn.Module):
    """The embeddings of words, of what is known of them alone and of their stems, one for each member
    of an ensemble: (n, length, members, size)."""

    def __init__(self, sizes: tuple[int, int], members: int, size: int) -> None:
        super().__init__()
        self.shape = (members, size)
        self.own = nn.Embedding(sizes[0], members * size, padding_idx=0)
        self.shared = nn.Embedding(sizes[1], members * size, padding_idx=0)

    def forward(self, batch: Batch) -> torch.Tensor:
        embedded: torch.Tensor = self.own(batch.own) + self.shared(batch.shared)
        return embedded.view(*embedded.shape[:2], *self.shape)


class Linear(nn.Module):
    """A linear layer for each member: (…, members, inputs) to (…, members, outputs)."""

    def __init__(self, members: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(members, inputs, outputs))
        self.bias = nn.Parameter(torch.empty(members * outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = torch.einsum("nmi,mio->nmo", x, self.weight)
        return made + self.bias.view(self.weight.shape[0], -1)


class Bag(nn.Module):
    """The mean of the words' embeddings through two hidden layers: (n, members)."""

    def __init__(self, sizes: tuple[int, int], members: int, embedding: int, hidden: int) -> None:
        super().__init__()
        self.words = Words(sizes, members, embedding)
        self.layers = nn.Sequential(
            Linear(members, embedding, hidden),
            nn.ReLU(),
            Linear(members, hidden, hidden),
            nn.ReLU(),
            Linear(members, hidden, 1),
        )

    def forward(self, batch: Batch) -> torch.Tensor:
        mean = self.words(batch).sum(1) / batch.lengths[:, None, None]
        value: torch.Tensor = self.layers(mean).squeeze(2)
        return value


class Reader(nn.Module):
    """The last state of an LSTM that reads the words, through a linear layer: (n, members)."""

    def __init__(self, sizes: tuple[int, int], members: int, embedding: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.words = Words(sizes, members, embedding)
        self.gates = Linear(members, embedding + hidden, 4 * hidden)
        self.head = Linear(members, hidden, 1)

    def forward(self, batch: Batch) -> torch.Tensor:
        words = self.words(batch)
        state = memory = words.new_zeros(*words.shape[::2], self.hidden)
        for place in range(words.shape[1]):
            gates = self.gates(torch.cat([words[:, place], state], 2))
            take, keep, show, new = gates.chunk(4, 2)
            told = torch.sigmoid(keep + 1) * memory + torch.sigmoid(take) * torch.tanh(new)
            reads = (place < batch.lengths)[:, None, None]
            memory = torch.where(reads, told, memory)
            state = torch.where(reads, torch.sigmoid(show) * torch.tanh(told), state)
        value: torch.Tensor = self.head(state).squeeze(2)
        return value
