"""How NSGA-Net (Lu et al., GECCO 2019, section 3.2) makes genotypes of others, on any space.

What the paper says of bits holds for decisions, by path; a decision that neither parent has, or whose
option is not feasible behind the others, is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from random import Random
from typing import TYPE_CHECKING

from nasdsl.points import draw_float

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.walks import Step

Index = int | float
Choices = Mapping[str, Index]


def follow(space: Space, wish: Callable[[str], Index | None], rng: Random) -> Genotype:
    """The genotype with these options by path where they are feasible; the others are drawn."""

    def choose(step: Step) -> Index:
        wanted = wish(step.path)
        if step.options is None:
            return draw_float(step.domain, rng) if wanted is None else wanted
        if wanted is not None and wanted in step.options:
            return wanted
        return step.options[int(rng.random() * len(step.options))]

    return space.compose(choose)


def homogeneous(space: Space, first: Genotype, second: Genotype, rng: Random) -> Genotype:
    """A child with what its parents have in common, and the rest of either of them.

    Of the bits that both parents have, as many are set as in one of them, or a number between: a
    child is about as complex as its parents.
    """
    mother, father = space.decisions(first), space.decisions(second)
    a, b = {d.path: d.index for d in mother}, {d.path: d.index for d in father}
    bits = dict.fromkeys(d.path for d in [*mother, *father] if d.domain.kind == "bit")
    child = {path: (a if rng.random() < 0.5 else b)[path] for path in a if path in b}
    child |= {path: index for one in (a, b) for path, index in one.items() if path not in child}
    split = [path for path in bits if path in a and path in b and a[path] != b[path]]
    rng.shuffle(split)
    counts = sorted(sum(1 for path in split if one[path]) for one in (a, b))
    for path in split:
        have = sum(1 for p in split if child[p])
        if have < counts[0] or have > counts[1]:
            child[path] = int(have < counts[0])
    return follow(space, child.get, rng)


class Phases:
    """A Bayesian network over phases, each depending on the one before: the second stage of the
    search, which reinforces what the members have in common.

    A phase is a part of the network with decisions of its own: paths that agree behind the steps
    that all paths share. Probabilities are counts, so a draw from them takes the phase of a random
    member whose preceding phase is the child's.
    """

    def __init__(self, space: Space, members: Sequence[Genotype]) -> None:
        self._space = space
        choices = [{d.path: d.index for d in space.decisions(g)} for g in members]
        self._depth = _shared([path.split("/") for one in choices for path in one])
        self._blocks: list[dict[str, dict[str, Index]]] = []
        for one in choices:
            blocks: dict[str, dict[str, Index]] = {}
            for path, index in one.items():
                blocks.setdefault(self._phase(path), {})[path] = index
            self._blocks.append(blocks)

    def sample(self, rng: Random) -> Genotype:
        taken: dict[str, Choices] = {}

        def wish(path: str) -> Index | None:
            phase = self._phase(path)
            if phase not in taken:
                taken[phase] = self._draw(phase, taken, rng)
            return taken[phase].get(path)

        return follow(self._space, wish, rng)

    def _draw(self, phase: str, taken: dict[str, Choices], rng: Random) -> Choices:
        having = [blocks for blocks in self._blocks if phase in blocks]
        if taken:
            before = next(reversed(taken))
            having = [b for b in having if b.get(before) == taken[before]] or having
        return having[int(rng.random() * len(having))][phase] if having else {}

    def _phase(self, path: str) -> str:
        return "/".join(path.split("/")[: self._depth + 1])


def _shared(paths: Sequence[Sequence[str]]) -> int:
    """The number of steps that all paths begin with."""
    if not paths:
        return 0
    columns = zip(*paths, strict=False)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
