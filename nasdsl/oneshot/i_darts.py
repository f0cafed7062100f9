"""I-DARTS: Jiang, Hu, Xiao, Zhang, Zhu, "Improved differentiable architecture search for language
modeling and named entity recognition", EMNLP 2019.

DARTS with one softmax over all operators of all edges into a node, instead of one for each edge:
edges compete, and weak ones fade altogether. The derived node keeps the edges with the strongest
operators. A node that takes several inputs has weights that sum to their number, as k softmaxes
would (the paper's recurrent nodes take one). Choices that belong to no edge are as in DARTS.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .darts import DartsConfig, DartsMethod
from .strategy import OneShot

if TYPE_CHECKING:
    from .engine import Engine


class IDartsConfig(DartsConfig):
    pass


class IDartsMethod(DartsMethod):
    """A softmax a node."""

    def nodes(self) -> list[list[str]]:
        """The operator choices of each node that has several."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.alphas.params:
            choice = self.choices[path]
            if choice.kind == "one" and choice.element is not None:
                found[choice.element[0]].append(path)
        return [paths for paths in found.values() if len(paths) > 1]

    def taken(self, paths: list[str]) -> int:
        """How many edges a node takes: all of them, unless that is a choice."""
        pick = self.choices[paths[0]].element[0]  # type: ignore[index]  # paths of elements have one
        elements = {self.choices[p].element for p in paths}
        return self.choices[pick].count if pick in self.choices else len(elements)

    def weights(self, engine: Engine) -> dict[str, Tensor]:
        return super().weights(engine) | self.joint()

    def joint(self) -> dict[str, Tensor]:
        """The weights of the options of every edge, the absence last, by a softmax a node."""
        out: dict[str, Tensor] = {}
        for paths in self.nodes():
            logits: list[Tensor] = [self.alphas.params[p] for p in paths]
            soft = self.taken(paths) * torch.cat(logits).softmax(-1)
            out.update(zip(paths, torch.split(soft, [len(row) for row in logits]), strict=True))
        return out

    def probabilities(self) -> dict[str, list[float]]:
        found = super().probabilities()
        with torch.no_grad():
            joint = self.joint()
        for paths in self.nodes():
            for path in paths:
                row = joint[path] / self.taken(paths)
                found[path] = row[: self.choices[path].n].tolist()
        return found


class IDarts(OneShot):
    Config = IDartsConfig
    method = IDartsMethod
