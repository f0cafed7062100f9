"""A supernet in thirty lines, of any space: every option of every decision adds a map of the input.

Multilinear in the gates, as the real one: an option counts as much as what it lies within.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from nasdsl.oneshot.contract import GateLike, Gates
from nasdsl.oneshot.gates import Gate
from nasdsl.oneshot.supernets import Made

WITHIN = re.compile(r"(?P<at>.*)=(?P<label>[^=/]+)/")


@dataclass(frozen=True)
class DoubleDecision:
    kind: str
    n: int
    labels: tuple[str, ...]
    under: tuple[tuple[str, int], ...] = ()
    hard: str = ""


class Double(nn.Module):
    """Logits (N, classes) = base(x) + Σ gate · tanh(map(x)) over the options of all decisions."""

    def __init__(self, space: Any, inputs: int, classes: int) -> None:
        super().__init__()
        self.space = space
        self.decisions: dict[str, DoubleDecision] = {}
        for path, domain in space.all_decisions():
            n = 1 if domain.kind == "bit" else len(domain.labels)
            self.decisions[path] = DoubleDecision(domain.kind, n, tuple(map(str, domain.labels)))
        self.norm = nn.BatchNorm1d(inputs)
        self.base = nn.Linear(inputs, classes)
        total = sum(d.n for d in self.decisions.values())
        self.maps = nn.ModuleList(nn.Linear(inputs, classes) for _ in range(total))
        self.ran: list[int] = []  # the maps of the last pass

    def forward(self, x: Tensor, *, gates: Gates) -> Tensor:
        self.ran = []
        x = self.norm(x.flatten(1))
        out: Tensor = self.base(x)
        place = 0
        for path, decision in self.decisions.items():
            for option in range(decision.n):
                factor = self.factor(path, option, gates)
                if factor is not None:
                    self.ran.append(place)
                    out = out + factor * torch.tanh(self.maps[place](x))
                place += 1
        return out

    def factor(self, path: str, option: int, gates: Gates) -> Tensor | float | None:
        """The gate of an option times those that it lies within; None if it is not computed."""
        if path not in gates:
            return None
        gate: GateLike = gates[path]
        if gate.active is not None and option not in gate.active:
            return None
        own: Tensor | float = 1.0 if gate.weights is None else gate.weights[option]
        match = WITHIN.match(path)
        if match and match["at"] in self.decisions:
            outer = self.decisions[match["at"]].labels.index(match["label"])
            around = self.factor(match["at"], outer, gates)
            return None if around is None else own * around
        return own

    def path(self, genotype: Any) -> Gates:
        found: dict[str, Gate] = {}
        for path, var, index in self.space.places(genotype):
            match var.domain.kind:
                case "pick":
                    found[path] = Gate(None, tuple(sorted(set(var.domain.positions(index)))))
                case "bit":
                    found[path] = Gate(None, (0,) if index else ())
                case _:
                    found[path] = Gate(None, (index,))
        return found


def make_double(space: Any, seed: int, options: Mapping[str, Any]) -> Made:
    """In place of nasdsl.oneshot.supernets.make_supernet."""
    example = space.build(space.sample(Random(0)))
    inputs = int(torch.Size(example.inputs[0].shape).numel())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = Double(space, inputs, example.graph.output_shapes[0][0])
    return Made(module, example)
