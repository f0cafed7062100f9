"""Where candidates for an acquisition function come from: evolution, or a tree of edits.

Both ask `worth` for the worth of lists of genotypes, and return those that may be proposed (`fresh`)
with their worth, in the order in which they were found. The work is bounded on any space that has
more than one member.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import count as count_from
from random import Random
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Worth: TypeAlias = Callable[[Sequence["Genotype"]], Sequence[float]]
Test: TypeAlias = Callable[["Genotype"], bool]
Found: TypeAlias = dict["Genotype", float]
Vary: TypeAlias = Callable[["Genotype"], "Genotype"]

GENERATIONS = 5
#: The chances of 1, 2, … mutations of a child, as in NASBOT's code.
STEPS = (0.5, 0.25, 0.125, 0.075, 0.05)


def evolve(
    space: Space, start: Sequence[Genotype], vary: Vary, worth: Worth, feasible: Test, fresh: Test,
    count: int, rng: Random,
) -> Found:  # fmt: skip
    """Kandasamy et al., NeurIPS 2018, appendix B.2: parents are drawn with probability proportional to
    exp(worth / std), children are mutated a few times. `start` holds the first parents; some random
    genotypes join them. About `count` candidates are looked at, in a few generations."""
    size = max(1, count // GENERATIONS)
    drawn = [space.sample_feasible(rng) for _ in range(max(1, size // 4))]
    newcomers = list(dict.fromkeys([*start, *drawn]))
    parents: Found = {}
    for generation in range(GENERATIONS + 1):
        if generation:
            chosen = rng.choices(list(parents), softmax(list(parents.values())), k=size)
            children = dict.fromkeys(mutated(parent, vary, rng) for parent in chosen)
            newcomers = [g for g in children if g not in parents and feasible(g)]
        if newcomers:
            parents.update(zip(newcomers, worth(newcomers), strict=True))
    return {g: w for g, w in parents.items() if fresh(g)}


def mutated(parent: Genotype, vary: Vary, rng: Random) -> Genotype:
    """One or a few mutations."""
    for _ in range(1 + rng.choices(range(len(STEPS)), STEPS)[0]):
        parent = vary(parent)
    return parent


def softmax(worths: Sequence[float]) -> list[float]:
    """Weights proportional to exp(worth / std)."""
    mean = math.fsum(worths) / len(worths)
    spread = math.sqrt(math.fsum((w - mean) ** 2 for w in worths) / len(worths)) or 1.0
    top = max(worths)
    return [math.exp((w - top) / spread) for w in worths]


def climb_tree(
    start: Mapping[Genotype, float], vary: Vary, worth: Worth, feasible: Test, fresh: Test,
    count: int, rng: Random, cooling: float = 0.9, coldest: float = 1e-4,
) -> Found:  # fmt: skip
    """Jin, Song, Hu, KDD 2019, algorithm 1: A* with simulated annealing over the tree of edits.

    The queue begins with the measured genotypes (`start`, with their values). Its best node is
    expanded with probability exp((node - best worth) / T), and T falls by `cooling` a step until
    `coldest`. An expansion looks at `count` / 10 edits of the node, which are drawn.
    """
    share = max(1, count // 10)
    order = count_from(0)  # equals come out in the order in which they came in
    queue = [(-value, next(order), genotype) for genotype, value in start.items()]
    heapify(queue)
    found: Found = {}
    seen = set(start)
    best, temperature = -math.inf, 1.0
    while queue and temperature > coldest and len(found) < count:
        minus, _, node = heappop(queue)
        chance = math.exp(min((-minus - best) / temperature, 0.0))
        temperature *= cooling
        if rng.random() >= chance:
            continue
        children = dict.fromkeys(vary(node) for _ in range(share))
        unknown = [g for g in children if g not in seen and feasible(g)]
        seen.update(unknown)
        for genotype, value in zip(unknown, worth(unknown) if unknown else (), strict=True):
            heappush(queue, (-value, next(order), genotype))
            if fresh(genotype):
                found[genotype] = value
                best = max(best, value)
    return found
