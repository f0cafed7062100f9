"""A mutation that learns: which decision of a genotype to change, and to what.

Chen et al., "RENAS: reinforced evolutionary neural architecture search", CVPR 2019, section 3.3: a
bidirectional LSTM, the encoder, reads the genotype; the mutation router is a softmax over its outputs
and picks a decision; a softmax of that decision over its other options picks the new one. The paper
routes among the inputs and the operators of NASNet's blocks; here among the atoms of any space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from .atoms import Atom, atoms, compose
from .policies import Word, pick
from .rows import Rows, Tabled, keyed, uniform

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

TABLES = ("embedding", "head", "bias")


@dataclass(frozen=True, slots=True)
class Change:
    """The atom of a genotype with this key gets this option."""

    key: str
    option: int


class Mutator(Tabled):
    """An encoder with `hidden` units in each direction; parameters begin uniform in ±init."""

    def __init__(self, *, hidden: int, init: float, seed: int) -> None:
        super().__init__()
        draw = uniform(init)
        widths = dict(zip(TABLES, (hidden, 2 * hidden, 1), strict=True))
        self.table = Rows(widths, draw, seed)
        bare = nn.LSTM(hidden, hidden, batch_first=True, bidirectional=True, device="meta")
        self.encoder = bare.to_empty(device="cpu")
        for name, weight in self.encoder.named_parameters():
            weight.data = keyed(draw, tuple(weight.shape), seed, f"encoder.{name}")
        self.router = nn.Parameter(keyed(draw, (2 * hidden,), seed, "router"))

    def read(self, word: Word) -> Tensor:
        """The encoder's output at each atom: [len(word), 2 * hidden]."""
        rows = [self.table.find(atom.key, atom.count) + taken for atom, taken in word]
        read: Tensor = self.encoder(self.table.get_parameter("embedding")[rows][None])[0][0]
        return read

    @torch.no_grad()
    def draw(self, word: Word, rng: Random) -> Change | None:
        """A change of a genotype; None if nothing can be changed."""
        movable = _movable(word)
        if not movable:
            return None
        read = self.read(word)
        place, _ = pick(Atom("", len(word), movable), (read @ self.router).tolist(), rng)
        atom, taken = word[place]
        others = [option for option in atom.options if option != taken]
        logits = self._values(atom, read[place]).tolist()
        option, _ = pick(Atom(atom.key, atom.count, others), logits, rng)
        return Change(atom.key, option)

    def score(self, word: Word, change: Change) -> tuple[Tensor, Tensor]:
        """The log-probability of a change of a genotype, and the entropies of the distributions
        that it was drawn from, with gradients."""
        read = self.read(word)
        movable = _movable(word)
        routes = (read @ self.router)[movable].log_softmax(0)
        chosen = next(i for i, place in enumerate(movable) if word[place][0].key == change.key)
        atom, taken = word[movable[chosen]]
        others = [option for option in atom.options if option != taken]
        values = self._values(atom, read[movable[chosen]])[others].log_softmax(0)
        entropy = -(routes.exp() * routes).sum() - (values.exp() * values).sum()
        return routes[chosen] + values[others.index(change.option)], entropy

    def _values(self, atom: Atom, read: Tensor) -> Tensor:
        """The logits of an atom's options."""
        start = self.table.find(atom.key, atom.count)
        rows = slice(start, start + atom.count)
        head, bias = self.table.get_parameter("head")[rows], self.table.get_parameter("bias")[rows]
        return torch.addmv(bias[:, 0], head, read)


def _movable(word: Word) -> list[int]:
    return [i for i, (atom, _) in enumerate(word) if len(atom.options) > 1]


def changed(space: Space, parent: Genotype, change: Change, rng: Random) -> Genotype:
    """The genotype after a change: other decisions stay as they are where they still exist and are
    feasible, new ones are drawn uniformly."""
    kept = {atom.key: taken for atom, taken in atoms(space, parent)}
    kept[change.key] = change.option

    def choose(atom: Atom) -> int:
        option = kept.get(atom.key)
        if option is None or option not in atom.options:
            return rng.choice(atom.options)
        return option

    return _with_reals(space, parent, compose(space, choose, rng), change.key)


def _with_reals(space: Space, parent: Genotype, child: Genotype, moved: str) -> Genotype:
    """The child with the real numbers of its parent: as atoms they are known by interval only."""
    decisions = space.decisions(parent)
    kept = {d.path: d.index for d in decisions if d.domain.kind == "float" and d.path != moved}
    if not kept:
        return child
    own = iter(child.choices)
    pairs = [(step, next(own)) for step in space.steps(child)]
    found = iter([kept.get(s.path, c) if s.options is None else c for s, c in pairs])
    return space.compose(lambda step: next(found))


def log_probabilities(
    mutator: Mutator, words: Sequence[Word], changes: Sequence[Change]
) -> tuple[Tensor, Tensor]:
    """Log-probabilities and entropies of changes of several genotypes."""
    scores = [mutator.score(w, c) for w, c in zip(words, changes, strict=True)]
    logs, entropies = zip(*scores, strict=True)
    return torch.stack(logs), torch.stack(entropies)
