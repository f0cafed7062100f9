"""A user's own Python function as evaluator: `module:function`, named on the command line only.

A .nas file cannot name one, since reading it must never run Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nasdsl.configure import Config
from nasdsl.targets import import_target

from .base import Budget

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class FunctionConfig(Config):
    """`target` is "module:function"."""

    target: str


class Function:
    """Calls `function(genotype, architecture, seed=…, budget=…)`; a lone number is `score`."""

    Config = FunctionConfig

    def __init__(self, config: FunctionConfig, space: Space) -> None:
        self._function = import_target(config.target, "function")

    def evaluate(
        self, genotype: Genotype, architecture: Architecture, *, seed: int, budget: Budget
    ) -> Mapping[str, float]:
        result = self._function(genotype, architecture, seed=seed, budget=budget)
        return result if isinstance(result, Mapping) else {"score": float(result)}
