"""Accuracies of NAS-Bench-201 and NAS-Bench-Macro by genotype, for the tests of strategies."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import pytest

from nasdsl import load
from nasdsl.strategies import Trial, make_strategy

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("NASDSL_DATA") or ROOT.parent / "shared" / "data")
CELLS = DATA / "nb201" / "nb201.csv.gz"
CHAINS = DATA / "nas_bench_macro" / "nas_bench_macro_cifar10.csv.gz"
needs_tables = pytest.mark.skipif(
    not (CELLS.is_file() and CHAINS.is_file()), reason="needs NASDSL_DATA"
)


class Row(NamedTuple):
    """Accuracies of 0..1: what the search sees, what is reported; multiply-adds."""

    seen: float
    reported: float
    macs: float


@cache
def nasbench201() -> tuple[Any, Mapping[Any, Row]]:
    """CIFAR-10: validation after 12 epochs, test after 200."""
    space = load(ROOT / "spaces" / "nasbench201.nas")
    return space, {
        tuple(map(int, row["code"])): Row(
            float(row["c10_val_12"]) / 100,
            float(row["c10_test_200"]) / 100,
            float(row["flops_m"]) * 1e6,
        )
        for row in _rows(CELLS)
    }


@cache
def macro() -> tuple[Any, Mapping[Any, Row]]:
    """CIFAR-10, the mean of three runs."""
    space = load(ROOT / "spaces" / "nasbench_macro.nas")
    found = {}
    for row in _rows(CHAINS):
        accuracy = float(row["mean_acc"]) / 100
        found[tuple(map(int, row["arch"]))] = Row(accuracy, accuracy, float(row["flops"]))
    return space, found


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def run(problem: Any, name: str, config: Mapping[str, Any], seed: int, budget: int) -> float:
    """The reported accuracy of the best architecture seen by a search of so many trials."""
    space, table = problem()
    strategy = make_strategy(name, space, config, seed)
    best = (0.0, 0.0)
    for number in range(budget):
        (genotype,) = strategy.ask(1)
        row = table[genotype.choices]
        best = max(best, row[:2])
        strategy.tell([Trial(number, genotype, "done", (row.seen,), {"macs": row.macs})])
    return best[1]


def mean_accuracy(
    problem: Any, name: str, config: Mapping[str, Any], seeds: int, budget: int = 100
) -> float:
    """In %, the mean over runs."""
    return 100 * mean(run(problem, name, config, seed, budget) for seed in range(seeds))
