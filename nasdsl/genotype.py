"""A point of a space: the record of its choices."""

from __future__ import annotations

from dataclasses import dataclass

from .domains import Domain


@dataclass(frozen=True, slots=True)
class Genotype:
    """The index of every active decision, in the order of the space's walk."""

    choices: tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a genotype, in words."""

    path: str
    domain: Domain
    index: int | float

    def __str__(self) -> str:
        return f"{self.path} = {self.domain.show(self.index)}"
