"""Atoms as numbers, so that networks can read sequences of them and write others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import torch

from .words import Word, stem

if TYPE_CHECKING:
    from nasdsl.strategies.atoms import Atom

Text: TypeAlias = Sequence[tuple["Atom", int]]  # as strategies.atoms.atoms gives it


class Slot(NamedTuple):
    """A key's number, and the word that is its first option; the others follow."""

    key: int
    first: int
    options: int


class Page(NamedTuple):
    """Texts as numbers, padded with 0. words, keys: (n, longest). reads: (n, longest), whether there is
    a word. Texts without words have one, 0."""

    words: torch.Tensor
    keys: torch.Tensor
    reads: torch.Tensor

    def take(self, rows: torch.Tensor) -> Page:
        return Page(self.words[rows], self.keys[rows], self.reads[rows])


class Lexicon:
    """The keys of some texts, numbered from 1 by their first appearance, with all of their options.

    stems: for every word a number that it shares with those of other rounds of its loops.
    """

    def __init__(self, texts: Iterable[Text]) -> None:
        self._slots: dict[str, Slot] = {}
        self.words = 1
        numbers: dict[Word, int] = {}
        self.stems = [0]
        for text in texts:
            for atom, _ in text:
                if atom.key not in self._slots:
                    self._slots[atom.key] = Slot(len(self._slots) + 1, self.words, atom.count)
                    self.words += atom.count
                    shared = [(stem(atom.key), option) for option in range(atom.count)]
                    self.stems += [numbers.setdefault(w, len(numbers) + 1) for w in shared]

    @property
    def keys(self) -> int:
        return len(self._slots) + 1

    def find(self, key: str) -> Slot | None:
        return self._slots.get(key)

    def allowed(self) -> torch.Tensor:
        """Which words may stand at which key: (keys, words); the padding at the padding."""
        mask = torch.zeros(self.keys, self.words, dtype=torch.bool)
        mask[0, 0] = True
        for slot in self._slots.values():
            mask[slot.key, slot.first : slot.first + slot.options] = True
        return mask

    def page(self, texts: Sequence[Text]) -> Page:
        """The numbers of texts whose keys are all here."""
        longest = max([1, *map(len, texts)])
        words, keys, reads = [], [], []
        for text in texts:
            rest = [0] * (longest - len(text))
            slots = [self._slots[atom.key] for atom, _ in text]
            pairs = zip(slots, text, strict=True)
            words.append([slot.first + taken for slot, (_, taken) in pairs] + rest)
            keys.append([slot.key for slot in slots] + rest)
            reads.append([i < max(1, len(text)) for i in range(longest)])
        return Page(torch.tensor(words), torch.tensor(keys), torch.tensor(reads))
