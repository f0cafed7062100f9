"""Distributions over the genotypes of a space, atom by atom, that learn: what policy gradients need.

A policy draws genotypes without gradients, and scores given ones with gradients. `Batch` lays the
atoms of several genotypes out as tensors; `Independent` is the plainest policy, one distribution an
atom whatever was chosen before (the REINFORCE baseline of NAS-Bench-201).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import torch
from torch import Tensor, nn

from .atoms import Atom, compose
from .rows import Draw, Rows

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Word: TypeAlias = Sequence[tuple[Atom, int]]  # a genotype as nasdsl.strategies.atoms.atoms gives it


class Policy(Protocol):
    """A distribution over genotypes with parameters."""

    def sample(self, space: Space, rng: Random) -> tuple[Genotype, float]:
        """A genotype and its log-probability, without gradients."""

    def score(self, words: Sequence[Word]) -> tuple[Tensor, Tensor]:
        """Log-probabilities and entropies, one of each a genotype, with gradients.

        The entropy of a genotype is the sum of those of the distributions that its atoms met.
        """

    def dump(self) -> Any:
        """The state as JSON."""

    def load(self, state: Any) -> None:
        """The inverse of `dump`."""


class Batch:
    """The N atoms of B genotypes as tensors.

    rows: [N, C] the rows of each atom's options in a table, C the most options of an atom.
    allowed: [N, C] which of them are feasible. taken: [N] the choices. owner: [N] whose atom it is.
    """

    def __init__(self, words: Sequence[Word], table: Rows) -> None:
        met = [(atom, taken) for word in words for atom, taken in word]
        self.size = len(words)
        self.starts = [table.find(atom.key, atom.count) for atom, _ in met]
        widest = max((atom.count for atom, _ in met), default=1)
        first = torch.tensor(self.starts, dtype=torch.long)[:, None]
        last = torch.tensor([atom.count - 1 for atom, _ in met], dtype=torch.long)[:, None]
        self.rows = first + torch.minimum(torch.arange(widest)[None], last)
        self.allowed = torch.tensor([_mask(atom, widest) for atom, _ in met], dtype=torch.bool)
        self.taken = torch.tensor([taken for _, taken in met], dtype=torch.long)
        owners = [i for i, word in enumerate(words) for _ in word]
        self.owner = torch.tensor(owners, dtype=torch.long)

    def total(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities and entropies of the genotypes from the logits [N, C]: [B] each."""
        none = torch.zeros(self.size)
        if not len(self.taken):
            return none, none
        logs = logits.masked_fill(~self.allowed, -math.inf).log_softmax(-1)
        logs = logs.masked_fill(~self.allowed, 0.0)
        chances = logs.exp().masked_fill(~self.allowed, 0.0)
        entropies = -(chances * logs).sum(-1)
        chosen = logs.gather(1, self.taken[:, None])[:, 0]
        return none.index_add(0, self.owner, chosen), none.index_add(0, self.owner, entropies)


def _mask(atom: Atom, width: int) -> list[bool]:
    if len(atom.options) == atom.count:
        return [True] * atom.count + [False] * (width - atom.count)
    mask = [False] * width
    for option in atom.options:
        mask[option] = True
    return mask


def pick(atom: Atom, logits: Sequence[float], rng: Random) -> tuple[int, float]:
    """A feasible option of an atom drawn by its logits (one for each of all its options), and the
    logarithm of its probability."""
    options = atom.options
    if len(options) == 1:
        return options[0], 0.0
    top = max([logits[o] for o in options])
    weights = [math.exp(logits[o] - top) for o in options]
    (option,) = rng.choices(options, weights)
    return option, logits[option] - top - math.log(sum(weights))


class Independent(nn.Module):
    """A table of logits: every atom has its own distribution.

    Initially they are normal with a deviation of 0.001, as in the code released with NAS-Bench-201
    (Dong, Yang; ICLR 2020).
    """

    def __init__(self, draw: Draw, seed: int) -> None:
        super().__init__()
        self.table = Rows({"logits": 1}, draw, seed)

    def sample(self, space: Space, rng: Random) -> tuple[Genotype, float]:
        logs: list[float] = []
        found = compose(space, lambda atom: self._choose(atom, rng, logs), rng)
        return found, math.fsum(logs)

    def _choose(self, atom: Atom, rng: Random, logs: list[float]) -> int:
        start = self.table.find(atom.key, atom.count)
        logits = self.table.get_parameter("logits").data[start : start + atom.count, 0]
        option, log = pick(atom, logits.tolist(), rng)
        logs.append(log)
        return option

    def score(self, words: Sequence[Word]) -> tuple[Tensor, Tensor]:
        batch = Batch(words, self.table)
        return batch.total(self.table.get_parameter("logits")[batch.rows, 0])

    def dump(self) -> Any:
        return self.table.dump()

    def load(self, state: Any) -> None:
        self.table.load(state)
