"""Strategies on a table: the mean over seeds of the best value found within a number of trials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

from nasdsl.evaluators.tabular import read_table
from nasdsl.space import Space
from nasdsl.strategies import Trial, make_strategy

DATA = Path(os.environ.get("NASDSL_DATA") or Path(__file__).parents[3] / "shared" / "data")
NASBENCH201 = DATA / "nb201" / "nb201.csv.gz"


def nasbench201(column: str = "c10_val_12") -> dict[Any, float]:
    """A column of NAS-Bench-201 by the choices of spaces/nasbench201.nas."""
    header, rows = read_table(NASBENCH201)
    code, value = header.index("code"), header.index(column)
    return {tuple(map(int, row[code])): float(row[value]) for row in rows}


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
