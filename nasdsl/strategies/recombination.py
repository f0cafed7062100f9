"""How NSGA-Net (Lu et al., GECCO 2019, section 3.2) makes genotypes of others, on any space.

What the paper says of bits holds for decisions, by path; a decision that neither parent has, or whose
option is not feasible behind the others, is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

from nasdsl.variation.decisions import Index, by_path
from nasdsl.variation.paths import parts

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Block = Mapping[str, Index]


def homogeneous(space: Space, first: Genotype, second: Genotype, rng: Random) -> Genotype:
    """A child with what its parents have in common, and the rest of either of them.

    Of the bits that both parents have, as many are set as in one of them, or a number between: a
    child is about as complex as its parents.
    """
    a, b = by_path(space, first), by_path(space, second)
    child = {**a, **b, **{path: (a if rng.random() < 0.5 else b)[path] for path in a if path in b}}
    bits = [step.path for step in space.steps(first) if step.domain.kind == "bit"]
    split = [path for path in bits if path in b and a[path] != b[path]]
    rng.shuffle(split)
    few, many = sorted(sum(1 for path in split if one[path]) for one in (a, b))
    have = sum(1 for path in split if child[path])
    for path in split:
        step = 1 if have < few and not child[path] else -1 if have > many and child[path] else 0
        child[path] += step
        have += step
    return space.genotype(child, rng)


class Phases:
    """A Bayesian network over phases, each depending on the one before: the second stage of the
    search, which reinforces what the members have in common.

    A phase is a part of the network with decisions of its own. Probabilities are counts, so a draw
    from them takes the phase of a random member whose preceding phase is the child's.
    """

    def __init__(self, space: Space, members: Sequence[Genotype]) -> None:
        self._space = space
        choices = [by_path(space, genotype) for genotype in members]
        phase = parts([path for one in choices for path in one])
        self._names = list(dict.fromkeys(phase.values()))
        self._blocks: list[dict[str, dict[str, Index]]] = []
        for one in choices:
            blocks: dict[str, dict[str, Index]] = {}
            for path, index in one.items():
                blocks.setdefault(phase[path], {})[path] = index
            self._blocks.append(blocks)

    def sample(self, rng: Random) -> Genotype:
        child: dict[str, Index] = {}
        before: tuple[str, Block] | None = None
        for name in self._names:
            having = [blocks for blocks in self._blocks if name in blocks]
            if before is not None:
                having = [b for b in having if b.get(before[0]) == before[1]] or having
            before = name, having[int(rng.random() * len(having))][name]
            child |= before[1]
        return self._space.genotype(child, rng)
