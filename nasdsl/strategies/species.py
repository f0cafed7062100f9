"""Populations in species, as NEAT has them (Stanley, Miikkulainen; Evolutionary Computation 2002),
of individuals whose genes are known by name.

Species share their fitness: each has offspring in proportion to the mean of its members. The best of
a species lives on; its best few are the parents of the rest. Genes are aligned by name, which is
what historical markings are for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from statistics import mean
from typing import Any, TypeAlias

Gene: TypeAlias = tuple[
    "int | None", "int | float"
]  # of how many options (None: a real number) which


@dataclass(slots=True)
class Individual:
    """Genes by name, and what networks with it were worth: `total` of `count` of them."""

    number: int
    genes: dict[str, Gene]
    species: int = 0
    total: float = 0.0
    count: int = 0

    @property
    def fitness(self) -> float:
        return self.total / self.count


class Population:
    """Members in at most `species` species, numbered from 0; each has at least one member."""

    SURVIVE = 0.2  # share of a species that has children, NEAT's

    def __init__(self, genes: Sequence[dict[str, Gene]], species: int) -> None:
        self.species = min(species, len(genes))
        self.members = [Individual(number, own) for number, own in enumerate(genes)]
        self._born = len(self.members)
        self._speciate([])

    def member(self, number: int) -> Individual | None:
        """By number; None if it is dead."""
        return next((m for m in self.members if m.number == number), None)

    def draw(self, rng: Random, species: int | None = None) -> Individual:
        """A member, of a species if that is given."""
        found = [m for m in self.members if species is None or m.species == species]
        return found[int(rng.random() * len(found))]

    def evolve(self, crossover: float, mutation: float, rng: Random) -> None:
        """The next generation; members that no network was made of count as the mean."""
        measured = [m.fitness for m in self.members if m.count]
        if not measured:
            return
        average, worst = mean(measured), min(measured)
        worth = {m.number: m.fitness if m.count else average for m in self.members}
        groups = [[m for m in self.members if m.species == s] for s in range(self.species)]
        shares = [mean(worth[m.number] - worst for m in group) for group in groups]
        best: list[Individual] = []
        children: list[Individual] = []
        for group, quota in zip(groups, _apportion(len(self.members), shares), strict=True):
            ranked = sorted(group, key=lambda m: (-worth[m.number], m.number))
            parents = ranked[: max(2, math.ceil(self.SURVIVE * len(ranked)))]
            best.append(ranked[0])
            children += [self._child(parents, crossover, mutation, rng) for _ in range(quota - 1)]
        self.members = best + children
        self._speciate(best)

    def _child(
        self, parents: Sequence[Individual], crossover: float, mutation: float, rng: Random
    ) -> Individual:
        genes = dict(rng.choice(parents).genes)
        if rng.random() < crossover:
            other = rng.choice(parents).genes
            for name, gene in other.items():
                if name not in genes or rng.random() < 0.5:
                    genes[name] = gene
        if genes and rng.random() < mutation:
            name = rng.choice(list(genes))
            _mutate(genes, name, rng)
        self._born += 1
        return Individual(self._born - 1, genes)

    def _speciate(self, leaders: Sequence[Individual]) -> None:
        """Everyone to the nearest leader; those that are far from all lead what species are missing."""
        chosen = list(leaders) or self.members[:1]
        while len(chosen) < self.species:
            rest = [m for m in self.members if not any(m is c for c in chosen)]
            chosen.append(max(rest, key=lambda m: min(distance(m.genes, c.genes) for c in chosen)))
        for member in self.members:
            gaps = [distance(member.genes, leader.genes) for leader in chosen]
            member.species = gaps.index(min(gaps))
        for species, leader in enumerate(chosen):
            leader.species = species

    def state(self) -> dict[str, Any]:
        return {"born": self._born, "members": [asdict(m) for m in self.members]}

    @classmethod
    def load(cls, state: Mapping[str, Any], species: int) -> Population:
        found = cls([], species)
        found._born = state["born"]
        for one in state["members"]:
            genes = {name: (size, index) for name, (size, index) in one["genes"].items()}
            found.members.append(Individual(**{**one, "genes": genes}))
        found.species = min(species, len(found.members))
        return found


def distance(first: Mapping[str, Gene], second: Mapping[str, Gene]) -> float:
    """The share of the genes of either that the other has not, or otherwise."""
    names = first.keys() | second.keys()
    differ = sum(1 for name in names if first.get(name) != second.get(name))
    return differ / len(names) if names else 0.0


def _mutate(genes: dict[str, Gene], name: str, rng: Random) -> None:
    """Another option; a real number is forgotten, so that it is drawn when it is needed."""
    size, index = genes[name]
    if size is None:
        del genes[name]
    elif size > 1:
        genes[name] = size, (int(index) + 1 + rng.randrange(size - 1)) % size


def _apportion(seats: int, shares: Sequence[float]) -> list[int]:
    """Whole numbers of the sum `seats` in proportion to the shares, each at least 1."""
    total = sum(shares)
    left = seats - len(shares)
    exact = [left * (s / total if total > 0 else 1 / len(shares)) for s in shares]
    found = [math.floor(e) for e in exact]
    order = sorted(range(len(shares)), key=lambda i: (found[i] - exact[i], i))
    for i in order[: left - sum(found)]:
        found[i] += 1
    return [1 + f for f in found]
