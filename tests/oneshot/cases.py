"""Spaces and searches of the tests, in the smallest form that means something."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lightning_fabric import Fabric

from nasdsl import parse_space
from nasdsl.evaluators.config import TrainConfig
from nasdsl.oneshot.choices import choices_of
from nasdsl.oneshot.data import samples_of
from nasdsl.oneshot.engine import Engine
from nasdsl.strategies import strategy_class

from .double import make_double

CELL = """
space cell
motif edge = one of { linear: linear(8)  tanh: linear(8) -> tanh  skip: identity }
network = image(1, 8, 8) -> flatten -> linear(8) -> graph (x) {
  s = [x]
  for i in 1..3 {
    s += sum(pick (1 if i == 1 else 2) of [y -> edge for y in s])
  }
  t = some of [x -> relu, x -> linear(8)]
  out sum([s[-1]] + t)
} -> linear(10)
"""
NESTED = """
space nested
network = image(1, 8, 8) -> flatten -> linear(any [4, 8])
  -> (relu | tanh | (linear(8) -> (relu | tanh)))
  -> repeat any 0..2 { linear(8) -> (relu | tanh) }
  -> linear(10)
require params < 800
"""
SPACES = {"cell": CELL, "nested": NESTED}
QUICK: dict[str, Any] = {"epochs": 3, "limit": 96, "batch_size": 32, "device": "cpu"}


@dataclass(frozen=True)
class Case:
    """A method in a configuration that takes a second."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)

    def strategy(self, space: Any, seed: int, **more: Any) -> Any:
        kind = strategy_class(self.name)
        return kind(space, kind.Config(**QUICK | self.options | more), seed)

    def __str__(self) -> str:
        return "-".join([self.name, *map(str, self.options.values())])


CASES = [
    Case("darts"),
    Case("darts", {"order": 2}),
    Case("gdas"),
    Case("snas", {"cost": "params"}),
    Case("setn", {"samples": 9, "keep": 2}),
    Case("pc_darts", {"warm_up": 1, "batch_size": 32, "lr": 0.025}),
    Case("p_darts", {"depths": [1, 2], "options": [2], "warm_up": 1}),
    Case("data", {"members": 3}),
    Case("xnas"),
    Case("robust_darts", {"window": 1, "ratio": 0.2}),
    Case("proxylessnas", {"cost": "macs"}),
    Case("proxylessnas", {"update": "reinforce"}),
    Case("fbnet", {"warm_up": 1}),
    Case("one_shot", {"samples": 12}),
    Case("one_shot", {"samples": 12, "rank": "kl"}),
    Case("fairnas", {"population": 6, "generations": 1}),
    Case("enas", {"steps": 2, "batch": 3, "hidden": 8, "samples": 8}),
    Case("mdenas_shared"),
    Case("random_sharing", {"samples": 12, "finalists": 3, "keep": 2}),
    Case("spos", {"population": 6, "generations": 2, "parents": 3, "keep": 3}),
]


@cache
def space_of(name: str) -> Any:
    return parse_space(SPACES[name])


def engine_of(
    case: Case, space: Any, seed: int = 0, folder: Path | None = None, **more: Any
) -> Engine:
    """An engine over the double, before its first epoch."""
    kind = strategy_class(case.name)
    config = kind.Config(**QUICK | case.options | more)
    made = make_double(space, seed, {})
    method = kind.method(config, space, choices_of(space, made.module.decisions), seed)
    samples = samples_of(made.example, config, TrainConfig())
    precision: Any = {"fp32": "32-true", "fp64": "64-true"}[config.precision]
    fabric = Fabric(accelerator="cpu", devices=1, precision=precision)
    return Engine(fabric, space, made.module, method, samples, config, seed, folder=folder)
