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
from nasdsl.oneshot.supernets import make_supernet
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
MOBILE = """
space mobile
let size = any [6, 8]
motif act = relu
motif layer(c) = graph (x) {
  out sum([x, x -> conv(1, out = c * (any [2, 3])) -> bn -> act -> dw_conv(any [3, 5]) -> bn
    -> conv(1, out = c) -> bn])
}
network = image(1, size, size) -> conv(3, out = 4) -> bn -> act
  -> repeat any 1..3 { layer(4) }
  -> conv(3, out = 8, stride = 2) -> bn -> act
  -> repeat any 1..2 { layer(8) }
  -> global_avg_pool -> linear(10)
"""
SPACES = {"cell": CELL, "nested": NESTED}
QUICK: dict[str, Any] = {"epochs": 3, "limit": 96, "batch_size": 32, "device": "cpu"}


@dataclass(frozen=True)
class Case:
    """A method in a configuration that takes a second."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    real: bool = False  # it looks inside the supernet: no double will do
    spaces: tuple[str, ...] = ("cell", "nested")  # those that it can search
    epochs: int = 3  # in which a supernet learns something

    def strategy(self, space: Any, seed: int, **more: Any) -> Any:
        kind = strategy_class(self.name)
        return kind(space, kind.Config(**QUICK | self.options | more), seed)

    def __str__(self) -> str:
        return "-".join([self.name, *map(str, list(self.options.values())[:3])])


CASES = [
    Case(
        "ofa",
        {
            "predictor": 8,
            "population": 6,
            "generations": 2,
            "keep": 2,
            "shares": (1, 1, 0, 0, 0, 1),
            "epochs": 3,
        },
        real=True,
    ),
    Case("dna", {"keep": 2, "candidates": 20}, real=True, spaces=("mobile",), epochs=8),
    Case("nsas", {"constraints": 3, "samples": 8, "finalists": 3, "keep": 2}),
    Case("robnets", {"samples": 4, "finetune": 1, "steps": 2, "keep": 2, "radius": 0.02}),
    Case("tas", {"teaching": 0.3, "transfer": 0.3, "lr": 0.025}, real=True, epochs=6),
    Case(
        "atomnas",
        {"rho": 0.01, "ramp": 0.3, "threshold": 0.2},
        real=True,
        spaces=("mobile",),
        epochs=8,
    ),
    Case("densenas", {"warm_up": 1, "lr": 0.025, "metric": "params"}, real=True, epochs=5),
    Case(
        "smash",
        {"samples": 8, "perturbations": 3, "chain": 3, "hyper_lr": 0.01},
        real=True,
        epochs=8,
    ),
    Case("ghn", {"samples": 8, "keep": 2, "rounds": 2, "hyper_lr": 0.01}, real=True, epochs=8),
    Case("i_darts"),
    Case("dnw", {"lr": 0.02}),
    Case("maskconnect", {"lr": 0.02}),
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
    return parse_space({**SPACES, "mobile": MOBILE}[name])


def engine_of(
    case: Case, space: Any, seed: int = 0, folder: Path | None = None, **more: Any
) -> Engine:
    """An engine over the double, before its first epoch."""
    kind = strategy_class(case.name)
    config = kind.Config(**QUICK | case.options | more)
    made = (make_supernet if case.real else make_double)(space, seed, kind.method.options(config))
    method = kind.method(config, space, choices_of(space, made.module.decisions), seed)
    samples = samples_of(made.example, config, TrainConfig())
    precision: Any = {"fp32": "32-true", "fp64": "64-true"}[config.precision]
    fabric = Fabric(accelerator="cpu", devices=1, precision=precision)
    return Engine(fabric, space, made.module, method, samples, config, seed, folder=folder)
