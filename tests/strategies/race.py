"""Strategies on a table: the mean over seeds of the best value found within a number of trials."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from nasdsl.space import Space
from nasdsl.strategies import Trial, make_strategy


def best_found(
    name: str, config: dict[str, Any], space: Space, table: Mapping[Any, float], trials: int, seed: int
) -> float:  # fmt: skip
    """The table is by choices; each ask is for one genotype."""
    strategy = make_strategy(name, space, config, seed)
    best = -float("inf")
    for number in range(trials):
        (genotype,) = strategy.ask(1)
        value = table[genotype.choices]
        best = max(best, value)
        strategy.tell([Trial(number, genotype, "done", (value,), {"accuracy": value})])
    return best


def mean_best(
    name: str, config: dict[str, Any], space: Space, table: Mapping[Any, float], trials: int, seeds: int
) -> float:  # fmt: skip
    return fmean(best_found(name, config, space, table, trials, seed) for seed in range(seeds))
