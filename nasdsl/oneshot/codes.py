"""Genotypes as vectors: one place for each option of each choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .choices import Choice

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class OneHot:
    """1 where an option is taken, 0 elsewhere and wherever a genotype does not have a decision.

    size: the length of the vectors. Of a pick every element taken has a 1, of an ordered one its
    places are choices of their own (`path[place]`); a bit has one place.
    """

    def __init__(self, space: Space, choices: Mapping[str, Choice]) -> None:
        self._space = space
        self._begin: dict[str, int] = {}
        self.size = 0
        for path, choice in choices.items():
            self._begin[path] = self.size
            self.size += choice.n

    def __call__(self, genotype: Genotype) -> Tensor:
        code = torch.zeros(self.size)
        for path, var, index in self._space.places(genotype):
            domain = var.domain
            if domain.kind == "pick":
                for place, position in enumerate(domain.positions(int(index))):
                    self._mark(code, path, position)
                    self._mark(code, f"{path}[{place}]", position)
            elif domain.kind == "bit":
                if index:
                    self._mark(code, path, 0)
            elif domain.kind == "one":
                self._mark(code, path, int(index))
        return code

    def _mark(self, code: Tensor, path: str, option: int) -> None:
        if path in self._begin:
            code[self._begin[path] + option] = 1.0
