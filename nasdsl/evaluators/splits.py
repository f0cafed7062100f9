"""Data sets as splits of tensors, and how they are cut.

Samples are kept raw (uint8 pixels stay uint8) and are normalised by the block, with the mean and
deviation of the training split. The validation split is cut from train, never from test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset

from ..diagnostics import fail

_BLOCK = 4096  # samples, and
_BLOCK_NUMBERS = 2**24  # numbers that are augmented at once
_STATISTICS = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Tensors:
    """Samples held in memory: x (N, …) raw, y (N,) classes or (N, T) tokens."""

    x: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.y)

    def steps(self, batch: int) -> int:
        """How many batches an epoch has."""
        return -(-len(self) // batch)

    def blocks(
        self, batch: int, rng: torch.Generator | None = None
    ) -> Iterator[tuple[Tensor, Tensor, int]]:
        """Samples in blocks of many batches, and the number of batches to split each into.

        In random order if `rng` is given. Splitting evenly leaves no tiny last batch.
        """
        per_sample = max(1, self.x[0].numel()) if len(self) else 1
        size = batch * max(1, min(_BLOCK, _BLOCK_NUMBERS // per_sample) // batch)
        if rng is None:
            for start in range(0, len(self), size):
                y = self.y[start : start + size]
                yield self.x[start : start + size], y, -(-len(y) // batch)
            return
        order = torch.randperm(len(self), generator=rng, device=self.y.device)
        for index in torch.split(order, size):
            yield self.x[index], self.y[index], -(-len(index) // batch)

    def to(self, device: torch.device) -> Tensors:
        return Tensors(self.x.to(device), self.y.to(device))

    def take(self, index: Tensor) -> Tensors:
        return Tensors(self.x[index], self.y[index])

    def plus(self, other: Tensors) -> Tensors:
        return Tensors(torch.cat([self.x, other.x]), torch.cat([self.y, other.y]))


@dataclass(frozen=True, slots=True, eq=False)
class Files:
    """Samples too large for memory: a map-style data set of (uint8 image, class), and its classes."""

    files: Dataset[tuple[Tensor, int]]
    y: Tensor
    workers: int = 0

    def __len__(self) -> int:
        return len(self.y)

    def steps(self, batch: int) -> int:
        return max(1, len(self) // batch)

    def blocks(
        self, batch: int, rng: torch.Generator | None = None
    ) -> Iterator[tuple[Tensor, Tensor, int]]:
        """One block a batch; a training epoch drops an incomplete last batch."""
        order = None if rng is None else torch.Generator().manual_seed(_draw(rng))
        loader = DataLoader(
            self.files,
            batch_size=batch,
            shuffle=order is not None,
            generator=order,
            drop_last=order is not None and len(self) > batch,
            num_workers=self.workers,
        )
        for x, y in loader:
            yield x, y, 1

    def to(self, device: torch.device) -> Files:
        return self

    def take(self, index: Tensor) -> Files:
        return replace(self, files=Subset(self.files, index.tolist()), y=self.y[index])

    def plus(self, other: Files) -> Files:
        return replace(
            self, files=ConcatDataset([self.files, other.files]), y=torch.cat([self.y, other.y])
        )


Split = Tensors | Files


def _draw(rng: torch.Generator) -> int:
    return int(torch.randint(2**31, (), generator=rng, device=rng.device))


@dataclass(frozen=True, slots=True, eq=False)
class Splits:
    """A data set: three splits, what a network must read and how many classes it must tell apart.

    kind is "image" (C, H, W), "sequence" (T, F), "vector" (F,) or "tokens" (T,) with `classes` the
    vocabulary. Networks see (x - mean) / std, where `mean` and `std` broadcast against one sample
    (both None for tokens).
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    classes: int
    train: Split
    valid: Split
    test: Split
    mean: Tensor | None = None
    std: Tensor | None = None

    def normalise(self, x: Tensor) -> Tensor:
        if self.mean is None or self.std is None:
            return x
        return (x.to(torch.float32) - self.mean) / self.std

    @property
    def black(self) -> Tensor | float:
        """What a raw zero becomes, to pad with."""
        return 0.0 if self.mean is None or self.std is None else -self.mean / self.std

    def to(self, device: torch.device) -> Splits:
        return replace(
            self,
            train=self.train.to(device),
            valid=self.valid.to(device),
            test=self.test.to(device),
            mean=None if self.mean is None else self.mean.to(device),
            std=None if self.std is None else self.std.to(device),
        )

    def merged(self) -> Splits:
        """Train on everything but test: the validation split joins train, and is empty after."""
        return replace(
            self,
            train=self.train.plus(self.valid),  # type: ignore[arg-type]  # both are of one kind
            valid=self.valid.take(torch.empty(0, dtype=torch.long)),
        )

    def limited(self, count: int, seed: int) -> Splits:
        """At most `count` training samples, a stratified choice."""
        if count >= len(self.train):
            return self
        share = count / len(self.train)
        kept, _ = cut(self.train.y, share, seed)
        return replace(self, train=self.train.take(kept))

    def shaped(self, kind: str, shape: tuple[int, ...]) -> Splits:
        """The same samples as a network's input of another kind: flattened, image rows as steps, or
        grey images as coloured ones."""
        if not all(isinstance(part, Tensors) for part in (self.train, self.valid, self.test)):
            return self
        flat = kind == "vector" and shape == (int(np.prod(self.shape)),)
        rows = kind == "sequence" and self.shape in ((1, *shape), shape)
        grey = kind == self.kind == "image" and (3, *self.shape[1:]) == shape and self.shape[0] == 1
        if (
            (kind, shape) == (self.kind, self.shape)
            or self.kind == "tokens"
            or not (flat or rows or grey)
        ):
            return self

        def read(x: Tensor, *samples: int) -> Tensor:
            return x.expand(*samples, *shape) if grey else x.reshape(*samples, *shape)

        mean, std = self.mean, self.std
        if mean is not None and std is not None:
            mean, std = (
                v.expand(shape[0], 1, 1) if grey else read(v.expand(self.shape))
                for v in (mean, std)
            )
        parts = {
            name: Tensors(read(part.x, len(part.x)), part.y)
            for name, part in (("train", self.train), ("valid", self.valid), ("test", self.test))
            if isinstance(part, Tensors)
        }
        return replace(self, kind=kind, shape=shape, mean=mean, std=std, **parts)  # type: ignore[arg-type]  # fields by name


def cut(y: Tensor, share: float, seed: int) -> tuple[Tensor, Tensor]:
    """Indices of a stratified random `share` of the samples and of the rest, both ascending.

    Each class gives its share to the nearest sample; the total is exact to one sample. Targets that
    are not one class a sample are cut without regard to them.
    """
    rng = np.random.default_rng(seed)
    labels = y.numpy() if y.ndim == 1 else np.zeros(len(y), dtype=np.int64)
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    edges = np.floor(np.arange(len(order) + 1) * share + 0.5).astype(np.int64)
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[np.diff(edges) > 0]] = True
    return torch.from_numpy(np.flatnonzero(chosen)), torch.from_numpy(np.flatnonzero(~chosen))


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a source holds; `assemble` cuts the splits that are None."""

    kind: str
    classes: int
    train: Split
    valid: Split | None = None
    test: Split | None = None


def assemble(name: str, found: Found, *, valid_fraction: float, seed: int) -> Splits:
    """Cut the missing splits (a fifth of the samples as test) and measure the training split."""
    train, valid, test = found.train, found.valid, found.test
    if test is None:
        chosen, rest = cut(train.y, 0.2, seed)
        train, test = train.take(rest), train.take(chosen)
    if valid is None:
        chosen, rest = cut(train.y, valid_fraction, seed + 1)
        train, valid = train.take(rest), train.take(chosen)
    for label, part in (("training", train), ("validation", valid), ("test", test)):
        if len(part) == 0:
            help = "give more samples, or another valid_fraction"
            raise fail("NAS704", f"{name}: the {label} split is empty", help=help)
    sample = next(train.blocks(_STATISTICS, torch.Generator().manual_seed(seed)))[0][:_STATISTICS]
    mean, std = (None, None) if found.kind == "tokens" else _statistics(sample, found.kind)
    shape = tuple(sample.shape[1:])
    return Splits(name, found.kind, shape, found.classes, train, valid, test, mean, std)


def _statistics(x: Tensor, kind: str) -> tuple[Tensor, Tensor]:
    """Mean and deviation per channel of an image, per feature otherwise; constants get deviation 1."""
    axes = {"image": (0, 2, 3), "sequence": (0, 1), "vector": (0,)}[kind]
    values = x.to(torch.float64)
    mean = values.mean(axes, keepdim=True)[0]
    std = (values - mean).square().mean(axes, keepdim=True)[0].sqrt()
    std[std < 1e-8] = 1.0
    return mean.float(), std.float()
