"""I-DARTS: Jiang, Hu, Xiao, Zhang, Zhu, "Improved differentiable architecture search for language modeling
and named entity recognition", EMNLP 2019.

DARTS without the local softmax: the operators of all elements of a pick compete in one softmax, so that
elements are told apart while the search goes on and not only in the end. Elsewhere it is DARTS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .choices import Choice
from .config import RelaxedConfig
from .relaxed import Relaxed
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.space import Space

    from .engine import Engine


class IDartsMethod(Relaxed[RelaxedConfig]):
    """One softmax for each pick, over its elements and their options."""

    def __init__(
        self, config: RelaxedConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        self.joined: dict[str, list[str]] = {}
        for path in sorted(self.absent):
            pick, _ = choices[path].element or ("", 0)
            self.joined.setdefault(pick, []).append(path)

    def weights(self, engine: Engine) -> dict[str, Tensor]:
        return super().weights(engine) | self.shares()

    def shares(self) -> dict[str, Tensor]:
        """Of all options of a pick's elements, times the number of its elements: as a mixture of
        each element by itself would weigh in the mean."""
        found: dict[str, Tensor] = {}
        for paths in self.joined.values():
            rows: list[Tensor] = [self.alphas.params[path] for path in paths]
            soft = len(paths) * torch.cat(rows).softmax(0)
            parts = torch.split(soft, [len(row) for row in rows])
            found |= dict(zip(paths, parts, strict=True))
        return found

    def probabilities(self) -> dict[str, list[float]]:
        with torch.no_grad():
            shares = self.shares()
        found = {path: row[: self.choices[path].n].tolist() for path, row in shares.items()}
        return super().probabilities() | found


class IDarts(OneShot):
    Config = RelaxedConfig
    method = IDartsMethod
