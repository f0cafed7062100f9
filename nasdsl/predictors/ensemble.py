"""The surrogates of PNAS: Liu et al., "Progressive neural architecture search", ECCV 2018, section 3.3
and appendix: an ensemble of five, each fitted to four fifths of the data, with the L1 loss and Adam.

Deviations: values are standardised and the output is linear, where the paper has a sigmoid of an
accuracy; embeddings are added, not concatenated, before they are averaged, so that sentences of any
space fit; every `fit` is from scratch.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev
from typing import Literal

import torch
from pydantic import Field
from torch import nn

from nasdsl.configure import Config

from . import Prediction
from .networks import Bag, Reader, seeded
from .words import Batch, Sentence, Vocabulary

CHUNK = 4096  # sentences predicted at once


class EnsembleConfig(Config):
    """What the surrogates are, and how they are fitted."""

    kind: Literal["mlp", "lstm"] = Field(
        default="mlp", description="over the mean of the words, or in their order"
    )
    members: int = Field(
        default=5,
        ge=1,
        description="how many, and into how many parts the trials are cut: each sees all but one",
    )
    embedding: int = Field(default=100, ge=1, description="the size of a word's embedding")
    hidden: int = Field(default=100, ge=1, description="the size of hidden layers or states")
    epochs: int = Field(default=60, ge=1, description="passes over the trials at each fit")
    batch: int = Field(default=64, ge=1, description="trials in a step of Adam")
    rate: float = Field(
        default=0.01, gt=0, description="the learning rate, falling to 0 as a cosine"
    )


class Ensemble:
    """A Predictor; `std` is the disagreement of its members."""

    def __init__(self, config: EnsembleConfig) -> None:
        self._config = config
        self._vocabulary = Vocabulary([])
        self._network: nn.Module = nn.Identity()
        self._centre, self._scale = 0.0, 1.0

    def fit(self, sentences: Sequence[Sentence], values: Sequence[float], seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        self._vocabulary = Vocabulary(sentences)
        self._centre, self._scale = fmean(values), pstdev(values) or 1.0
        target = torch.tensor([(v - self._centre) / self._scale for v in values])
        data = self._vocabulary.batch(sentences)
        kind = Bag if self._config.kind == "mlp" else Reader
        shape = (self._config.members, self._config.embedding, self._config.hidden)
        self._network = seeded(lambda: kind(self._vocabulary.sizes, *shape), generator)
        self._train(data, target, generator)

    def _train(self, data: Batch, target: torch.Tensor, generator: torch.Generator) -> None:
        config = self._config
        sees = _parts(len(target), config.members, generator)
        optimizer = torch.optim.Adam(self._network.parameters(), lr=config.rate, fused=True)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.epochs)
        for _ in range(config.epochs):
            order = torch.randperm(len(target), generator=generator)
            for rows in torch.split(order, config.batch):
                optimizer.zero_grad()
                error = (self._network(data.take(rows)) - target[rows, None]).abs()
                (error * sees[rows]).sum(1).mean().backward()
                optimizer.step()
            schedule.step()

    @torch.no_grad()
    def predict(self, sentences: Sequence[Sentence]) -> Prediction:
        mean: list[float] = []
        std: list[float] = []
        for start in range(0, len(sentences), CHUNK):
            batch = self._vocabulary.batch(sentences[start : start + CHUNK])
            values = self._network(batch)
            mean += (values.mean(1) * self._scale + self._centre).tolist()
            std += (values.std(1, correction=0) * self._scale).tolist()
        return Prediction(mean, std)


def _parts(count: int, members: int, generator: torch.Generator) -> torch.Tensor:
    """1 where a member is to see a row, 0 for one row in `members`: (count, members)."""
    if members == 1 or count < members:
        return torch.ones(count, members)
    fold = torch.randperm(count, generator=generator) % members
    return (fold[:, None] != torch.arange(members)).float()
