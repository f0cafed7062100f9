"""Encoder, performance predictor and decoder: Luo et al., "Neural architecture optimization", NeurIPS
2018, sections 3.1 to 3.3.

An LSTM reads an architecture; its outputs, of length 1, are the memory, and their mean, of length 1
again, the embedding. A multi-layer perceptron tells the performance, 0 to 1, from the embedding. A
second LSTM with attention to the memory, begun at the embedding, writes the architecture down again.

A word is read twice, by its key and by the key without loop indices: what is learnt of an operator on
one edge is known of the others, as in the paper, whose words are the same at all places.

The decoder is also told the key of the atom that it is to write, and chooses among the options of that
key: what comes next depends on what was written where decisions are conditional.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from .lexicon import Lexicon, Page

State = tuple[torch.Tensor, torch.Tensor]


class Code(NamedTuple):
    """memory: (n, longest, size). reads: (n, longest). embedding: (n, size)."""

    memory: torch.Tensor
    reads: torch.Tensor
    embedding: torch.Tensor

    def take(self, row: int) -> Code:
        """One of them, without padding."""
        reads = self.reads[row : row + 1]
        length = int(reads.sum())
        rows = slice(row, row + 1)
        return Code(self.memory[rows, :length], reads[:, :length], self.embedding[rows])


def _code(memory: torch.Tensor, reads: torch.Tensor) -> Code:
    """Outputs of length 1 at each word, and the embedding."""
    memory = functional.normalize(memory, dim=2) * reads[:, :, None]
    mean = memory.sum(1) / reads.sum(1, keepdim=True)
    return Code(memory, reads, functional.normalize(mean, dim=1))


class Autoencoder(nn.Module):
    """`size` is that of embeddings and states, `layers` and `hidden` are the predictor's."""

    def __init__(self, lexicon: Lexicon, size: int, layers: int, hidden: int) -> None:
        super().__init__()
        self.read_words = nn.Embedding(lexicon.words, size, padding_idx=0)
        self.read_stems = nn.Embedding(max(lexicon.stems) + 1, size, padding_idx=0)
        self.stems = torch.tensor(lexicon.stems, device="cpu")
        self.reader = nn.LSTM(size, size, batch_first=True)
        widths = [size, *[hidden] * layers]
        steps = [step for a, b in pairwise(widths) for step in (nn.Linear(a, b), nn.ReLU())]
        self.predictor = nn.Sequential(*steps, nn.Linear(widths[-1], 1))
        self.written_words = nn.Embedding(lexicon.words, size)
        self.keys = nn.Embedding(lexicon.keys, size)
        self.writer = nn.LSTM(size, size, batch_first=True)
        self.attention = nn.Linear(2 * size, size)
        self.out = nn.Linear(size, lexicon.words)

    def encode(self, page: Page) -> Code:
        stems = self.stems[page.words]
        outputs, _ = self.reader(self.read_words(page.words) + self.read_stems(stems))
        return _code(outputs, page.reads)

    def predict(self, code: Code) -> torch.Tensor:
        """The performance, 0 to 1: (n,)."""
        value: torch.Tensor = self.predictor(code.embedding).squeeze(1)
        return torch.sigmoid(value)

    def write(
        self, before: torch.Tensor, keys: torch.Tensor, code: Code, state: State | None = None
    ) -> tuple[torch.Tensor, State]:
        """Logits of the words at some places, from the word before and the key of each, both (n, l).

        (n, l, words); the state after them, without one the embedding's.
        """
        if state is None:
            start = code.embedding[None].contiguous()
            state = (start, start)
        outputs, state = self.writer(self.written_words(before) + self.keys(keys), state)
        scores = outputs @ code.memory.transpose(1, 2)
        weights = scores.masked_fill(~code.reads[:, None], -torch.inf).softmax(2)
        mixed = torch.cat([weights @ code.memory, outputs], 2)
        logits: torch.Tensor = self.out(torch.tanh(self.attention(mixed)))
        return logits, state

    def rewrite(self, page: Page, code: Code, allowed: torch.Tensor) -> torch.Tensor:
        """The mean surprise at the words of a page, each after the right ones: a number."""
        before = functional.pad(page.words[:, :-1], (1, 0))
        logits, _ = self.write(before, page.keys, code)
        logits = logits.masked_fill(~allowed[page.keys], -torch.inf)
        lost = functional.cross_entropy(logits[page.reads], page.words[page.reads])
        return lost

    def improve(self, page: Page, step: float) -> Code:
        """The memory moved along the gradient of the performance (equation 4), made unit again."""
        with torch.enable_grad():
            code = self.encode(page)
            value = self.predict(_code(code.memory, code.reads)).sum()
            (slope,) = torch.autograd.grad(value, code.memory)
        with torch.no_grad():
            return _code(code.memory + step * slope, code.reads)
