"""A point of a space: the record of its choices."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import repeat

from .domains import Domain
from .record import Record, put, record


@record
class Genotype(Record):
    """The index of every active decision, in the order of the space's walk."""

    choices: tuple[int | float, ...]

    def __init__(self, choices: tuple[int | float, ...]) -> None:
        put(self, "choices", choices)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Genotype) and self.choices == other.choices

    def __hash__(self) -> int:
        return hash(self.choices)


_set_choices = Genotype.__dict__["choices"].__set__


def genotypes(rows: Sequence[tuple[int | float, ...]]) -> list[Genotype]:
    """Many at once, without a call of Python's for each."""
    made = list(map(Genotype.__new__, repeat(Genotype, len(rows))))
    deque(map(_set_choices, made, rows), maxlen=0)
    return made


@record
class Decision(Record):
    """One decision of a genotype, in words."""

    path: str
    domain: Domain
    index: int | float

    def __init__(self, path: str, domain: Domain, index: float) -> None:
        put(self, "path", path)
        put(self, "domain", domain)
        put(self, "index", index)

    def __str__(self) -> str:
        return f"{self.path} = {self.domain.show(self.index)}"
