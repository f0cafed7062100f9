"""The samples of a search: those that weights learn from, and those that architectures are chosen by.

Both are cut from the training split; the evaluator's validation split stays unseen, so that the
scores of derived architectures are no part of the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from nasdsl.evaluators.checks import make_augment
from nasdsl.evaluators.config import TrainConfig
from nasdsl.evaluators.splits import Split, Splits, cut

from .config import OneShotConfig

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture


@dataclass(frozen=True, slots=True)
class Batch:
    """Normalised samples and their classes (or tokens), on the device."""

    x: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The two parts, and how batches of them are made."""

    splits: Splits
    weights: Split
    held: Split
    recipe: TrainConfig

    def to(self, device: torch.device, dtype: torch.dtype, rank: int, ranks: int) -> Loader:
        """The share of one process, on its device."""
        weights, held = (_share(p, rank, ranks).to(device) for p in (self.weights, self.held))
        return Loader(self.splits.to(device), weights, held, self.recipe, device, dtype)


class Loader:
    """Batches on a device."""

    def __init__(
        self, splits: Splits, weights: Split, held: Split, recipe: TrainConfig,
        device: torch.device, dtype: torch.dtype,
    ) -> None:  # fmt: skip
        self.splits, self.weights, self.held = splits, weights, held
        self.device, self._dtype = device, dtype
        self.recipe, self._batch, self._last = recipe, recipe.batch_size, recipe.channels_last
        self._augment = make_augment(recipe, splits)

    def train(self, split: Split, seed: int) -> Iterator[Batch]:
        """One pass in random order, augmented; order and augmentation come from the seed alone."""
        rng = torch.Generator(self.device).manual_seed(seed)
        for x, y, parts in split.blocks(self._batch, rng):
            x, target = self._augment(self._read(x), y.to(self.device), rng)
            yield from self._cut(x, target, parts)

    def endless(self, split: Split, seed: int) -> Iterator[Batch]:
        """Pass after pass."""
        while True:
            yield from self.train(split, seed)
            seed += 1

    def plain(self, split: Split, seed: int | None = None) -> Iterator[Batch]:
        """One pass without augmentation, in order unless there is a seed."""
        rng = None if seed is None else torch.Generator(self.device).manual_seed(seed)
        for x, y, parts in split.blocks(self._batch, rng):
            yield from self._cut(self._read(x), y.to(self.device), parts)

    def _read(self, x: Tensor) -> Tensor:
        return self.splits.normalise(x.to(self.device))

    def _cut(self, x: Tensor, y: Tensor, parts: int) -> Iterator[Batch]:
        if x.is_floating_point():
            x = x.to(self._dtype)
        if self._last and x.ndim == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        yield from map(Batch, x.tensor_split(parts), y.tensor_split(parts))


def recipe_of(config: OneShotConfig, evaluator: TrainConfig | None) -> TrainConfig:
    """The evaluator's data with the search's own settings over it."""
    base = evaluator or TrainConfig()
    changes = {
        "data": config.data or base.data,
        "batch_size": config.batch_size,
        "augment": config.augment,
        "channels_last": config.channels_last,
        "limit": config.limit or base.limit,
    }
    return base.model_copy(update=changes)


def samples_of(
    architecture: Architecture, config: OneShotConfig, evaluator: TrainConfig | None
) -> Samples:
    """What some architecture of the space reads, in two parts, the same for every seed.

    Raises the NasErrors of nasdsl.evaluators.train.splits_for.
    """
    from nasdsl.evaluators.train import splits_for

    recipe = recipe_of(config, evaluator)
    splits = splits_for(architecture, recipe)
    chosen, rest = cut(splits.train.y, config.valid_share, recipe.split_seed + 2)
    return Samples(splits, splits.train.take(rest), splits.train.take(chosen), recipe)


def _share(split: Split, rank: int, ranks: int) -> Split:
    """Every process has as many samples, so that all make the same steps."""
    if ranks == 1:
        return split
    count = len(split) // ranks
    return split.take(torch.arange(rank, count * ranks, ranks))
