"""Architecture parameters: logits by decision path, computed on in groups of alike decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Shape:
    """What choices that are computed together have in common: kind, logits, and how many are taken."""

    kind: str
    size: int
    count: int = 1


Relaxation = Callable[[Shape, Tensor], Tensor]


class Alphas:
    """A vector of logits for each path; they begin normal with a deviation."""

    def __init__(
        self, shapes: Mapping[str, Shape], rng: torch.Generator, *, deviation: float
    ) -> None:
        self.params = {
            path: nn.Parameter(deviation * torch.randn(shape.size, generator=rng))
            for path, shape in shapes.items()
        }
        self._groups: dict[Shape, list[str]] = {}
        for path, shape in shapes.items():
            self._groups.setdefault(shape, []).append(path)

    def __iter__(self) -> Iterator[nn.Parameter]:
        return iter(self.params.values())

    def __len__(self) -> int:
        """How many numbers there are."""
        return sum(p.numel() for p in self)

    def map(self, relax: Relaxation) -> dict[str, Tensor]:
        """`relax` of the logits of each path, called once for each shape with (D, size)."""
        out: dict[str, Tensor] = {}
        for shape, members in self._groups.items():
            rows = relax(shape, torch.stack([self.params[p] for p in members]))
            out.update(zip(members, rows.unbind(0), strict=True))
        return out

    def dump(self) -> dict[str, Tensor]:
        return {path: param.detach().clone() for path, param in self.params.items()}

    def load(self, state: Mapping[str, Tensor]) -> None:
        with torch.no_grad():
            for path, param in self.params.items():
                param.copy_(state[path])
