"""A space of independent decisions with the interface of nasdsl.space.Space, for fast tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256

from nasdsl.architecture import Architecture, Graph, Input
from nasdsl.diagnostics import fail
from nasdsl.domains import Domain
from nasdsl.genotype import Decision, Genotype
from nasdsl.settings import SettingValue
from nasdsl.walks import Step

__all__ = ["FlatSpace", "Genotype"]


@lru_cache
def _domain(options: int) -> Domain:
    return Domain("one", range(options))


@dataclass(frozen=True)
class FlatSpace:
    """Decisions with the given numbers of options; 6 x 5 has the size of NAS-Bench-201."""

    options: tuple[int, ...] = (5,) * 6
    name: str = "flat"
    allowed: int | None = None  # feasible: the sum of the choices is at most this
    search: Mapping[str, tuple[SettingValue, ...]] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        return sha256(repr(self.options).encode()).hexdigest()

    @property
    def size(self) -> int:
        size = 1
        for n in self.options:
            size *= n
        return size

    def sample(self, rng: random.Random) -> Genotype:
        return Genotype(tuple([int(n * rng.random()) for n in self.options]))

    sample_uniform = sample

    def sample_feasible(self, rng: random.Random) -> Genotype:
        for _ in range(1000):
            genotype = self.sample(rng)
            if self.feasible(genotype):
                return genotype
        raise fail("NAS205", "nothing feasible was found")

    def mutate(self, genotype: Genotype, rng: random.Random) -> Genotype:
        movable = [i for i, n in enumerate(self.options) if n > 1]
        i = movable[int(len(movable) * rng.random())]
        choices = list(genotype.choices)
        shift = 1 + int((self.options[i] - 1) * rng.random())
        choices[i] = (int(choices[i]) + shift) % self.options[i]
        return Genotype(tuple(choices))

    def crossover(self, first: Genotype, second: Genotype, rng: random.Random) -> Genotype:
        pairs = zip(first.choices, second.choices, strict=True)
        return Genotype(tuple([pair[rng.random() < 0.5] for pair in pairs]))

    def distance(self, first: Genotype, second: Genotype) -> int:
        return sum(a != b for a, b in zip(first.choices, second.choices, strict=True))

    def compose(self, choose: Callable[[Step], int | float]) -> Genotype:
        genotype = Genotype(tuple([choose(step) for step in self._steps]))
        if not self.contains(genotype):
            raise fail("NAS461", "this is not a genotype")
        return genotype

    def genotype(
        self, choices: Mapping[str, int | float], rng: random.Random | None = None
    ) -> Genotype:
        found = [choices.get(f"/d{i}", -1) for i in range(len(self.options))]
        drawn = [
            index if 0 <= index < n else (int(n * rng.random()) if rng else 0)
            for index, n in zip(found, self.options, strict=True)
        ]
        return Genotype(tuple(drawn))

    def below(self, genotype: Genotype) -> list[int | None]:
        return [None] * len(self.options)

    def steps(self, genotype: Genotype) -> list[Step]:
        return list(self._steps)

    def decisions(self, genotype: Genotype) -> list[Decision]:
        pairs = zip(self._steps, genotype.choices, strict=True)
        return [Decision(step.path, step.domain, index) for step, index in pairs]

    def all_decisions(self, limit: int = 1000) -> Iterator[tuple[str, Domain]]:
        return iter([(step.path, step.domain) for step in self._steps[:limit]])

    @cached_property
    def _steps(self) -> list[Step]:
        return [Step(f"/d{i}", _domain(n), range(n)) for i, n in enumerate(self.options)]

    def neighbours(self, genotype: Genotype) -> Iterator[Genotype]:
        for i, n in enumerate(self.options):
            for value in range(n):
                if value != genotype.choices[i]:
                    yield Genotype((*genotype.choices[:i], value, *genotype.choices[i + 1 :]))

    def rank(self, genotype: Genotype) -> int:
        rank = 0
        for n, value in zip(self.options, genotype.choices, strict=True):
            rank = rank * n + int(value)
        return rank

    def unrank(self, rank: int) -> Genotype:
        choices = []
        for n in reversed(self.options):
            rank, value = divmod(rank, n)
            choices.append(value)
        return Genotype(tuple(reversed(choices)))

    def enumerate(self, start: int = 0, stop: int | None = None) -> Iterator[Genotype]:
        yield from map(self.unrank, range(start, self.size if stop is None else stop))

    def contains(self, genotype: Genotype) -> bool:
        pairs = zip(self.options, genotype.choices, strict=False)
        fits = all(0 <= value < n for n, value in pairs)
        return fits and len(genotype.choices) == len(self.options)

    def feasible(self, genotype: Genotype, architecture: Architecture | None = None) -> bool:
        return self.allowed is None or sum(genotype.choices) <= self.allowed

    def text(self, genotype: Genotype) -> str:
        return f"{self.name}:{self.hash[:8]}:" + ".".join(map(str, genotype.choices))

    def read(self, text: str) -> Genotype:
        head, _, tail = text.rpartition(":")
        genotype = Genotype(tuple(int(c) for c in tail.split(".")) if tail else ())
        if head != f"{self.name}:{self.hash[:8]}" or not self.contains(genotype):
            raise fail("NAS206", f"`{text}` is no genotype of space {self.name}")
        return genotype

    def build(self, genotype: Genotype) -> Architecture:
        shape = (sum(int(c) for c in genotype.choices) + 1,)
        return Architecture(self.name, (Input("vector", shape),), Graph("net", (shape,), (), (0,)))
