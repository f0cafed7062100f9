"""Words of genotypes, and their numbers.

A word is known twice: by its key (`cell/i[2]/op`, third option) and by its stem, the key without loop
indices (`cell/i/op`, third option). What is learnt about an operator in the first block of a cell is
thereby known of the fifth, which progressive searches meet long after.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import torch

    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Word: TypeAlias = tuple[str, int]
Sentence: TypeAlias = tuple[Word, ...]

_INDEX = re.compile(r"\[\d+\]")


def sentence(space: Space, genotype: Genotype) -> Sentence:
    """The words of a genotype, in the order of the walk."""
    from nasdsl.strategies.atoms import atoms

    return tuple([(atom.key, taken) for atom, taken in atoms(space, genotype)])


@lru_cache(maxsize=100_000)
def stem(key: str) -> str:
    """A key without the numbers of its loops: `cell/i[2]/y[0]/op` is `cell/i/y/op`."""
    return _INDEX.sub("", key)


class Batch(NamedTuple):
    """Sentences as numbers, padded with 0. own, shared: (n, longest), 0 also for unknown words.
    lengths: (n,), at least 1."""

    own: torch.Tensor
    shared: torch.Tensor
    lengths: torch.Tensor

    def take(self, rows: torch.Tensor) -> Batch:
        return Batch(self.own[rows], self.shared[rows], self.lengths[rows])


class Vocabulary:
    """The words of some sentences, numbered from 1 by their first appearance."""

    def __init__(self, sentences: Iterable[Sentence]) -> None:
        self._own: dict[Word, int] = {}
        self._shared: dict[Word, int] = {}
        for words in sentences:
            for word in words:
                self._own.setdefault(word, len(self._own) + 1)
                shared = (stem(word[0]), word[1])
                self._shared.setdefault(shared, len(self._shared) + 1)

    @property
    def sizes(self) -> tuple[int, int]:
        """How many numbers there are, own and shared, the 0 included."""
        return len(self._own) + 1, len(self._shared) + 1

    def batch(self, sentences: Sequence[Sentence]) -> Batch:
        import torch

        own, shared = self._own, self._shared
        longest = max([1, *map(len, sentences)])
        return Batch(
            _padded(sentences, longest, lambda word: own.get(word, 0)),
            _padded(sentences, longest, lambda word: shared.get((stem(word[0]), word[1]), 0)),
            torch.tensor([max(1, len(words)) for words in sentences]),
        )


def _padded(
    sentences: Sequence[Sentence], longest: int, number: Callable[[Word], int]
) -> torch.Tensor:
    import torch

    known: dict[Word, int] = {}
    rows = []
    for words in sentences:
        row = []
        for word in words:
            found = known.get(word)
            if found is None:
                found = known[word] = number(word)
            row.append(found)
        rows.append(row + [0] * (longest - len(row)))
    return torch.tensor(rows, dtype=torch.long).reshape(len(sentences), longest)
