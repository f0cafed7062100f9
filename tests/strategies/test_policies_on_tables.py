"""Learned policies on tables of trained networks: NAS-Bench-Macro, and NAS-Bench-201 by the protocol
of its authors.

In the latter a search reads validation accuracies after 12 epochs on CIFAR-10 and pays for that
training; what it has found after 12,000 seconds is looked up as trained for 200 epochs.
"""

from __future__ import annotations

import csv
import gzip
from functools import cache
from statistics import mean
from typing import Any

import pytest

from nasdsl import load
from nasdsl.strategies import Trial, make_strategy

from .cells import DATA, ROOT, TABLE, needs_table, space

REINFORCE = {"policy": "independent", "batch": 1, "power": 1, "decay": 0.9, "lr": 0.1}
PUBLISHED = (91.09, 93.85, 71.61, 71.71, 45.05, 45.24)  # Dong, Yang; ICLR 2020, 500 runs
COLUMNS = [f"{data}_{part}_200" for data in ("c10", "c100", "in16") for part in ("val", "test")]
BUDGET, QUERY = 12_000, 0.515

MACRO = DATA / "nas_bench_macro" / "nas_bench_macro_cifar10.csv.gz"
needs_macro = pytest.mark.skipif(not MACRO.is_file(), reason="needs NASDSL_DATA")


@cache
def table() -> dict[tuple[int, ...], tuple[float, float, list[float]]]:
    """Accuracy after 12 epochs, seconds, and the figures after 200, by choices."""
    with gzip.open(TABLE, "rt", newline="") as file:
        return {
            tuple(map(int, row["code"])): (
                float(row["c10_val_12"]) / 100,
                QUERY * float(row["train12_c10_s"]),
                [float(row[column]) for column in COLUMNS],
            )
            for row in csv.DictReader(file)
        }


def search(name: str, config: dict[str, Any], seed: int) -> list[float]:
    """The figures after 200 epochs of what is best after 12."""
    strategy = make_strategy(name, space(), config, seed)
    best, found, spent = 0.0, [0.0], 0.0
    while True:
        (genotype,) = strategy.ask()
        value, seconds, figures = table()[tuple(map(int, genotype.choices))]
        spent += seconds
        if spent > BUDGET:
            return found
        if value > best:
            best, found = value, figures
        strategy.tell([Trial(0, genotype, "done", (value,))])


@cache
def macro() -> tuple[Any, dict[str, float]]:
    """NAS-Bench-Macro: its space, and accuracies by code."""
    with gzip.open(MACRO, "rt", newline="") as file:
        found = {row["arch"]: float(row["mean_acc"]) for row in csv.DictReader(file)}
    return load(ROOT / "spaces" / "nasbench_macro.nas"), found


def best(name: str, config: dict[str, Any], runs: int, queries: int = 120) -> float:
    """The mean of the best accuracies on NAS-Bench-Macro after so many queries, in %."""
    found, accuracies = macro()
    tops: list[float] = []
    for seed in range(runs):
        strategy = make_strategy(name, found, config, seed)
        values: list[float] = []
        while len(values) < queries:
            (genotype,) = strategy.ask()
            values.append(accuracies[found.encode(genotype, "nasbench_macro")])
            strategy.tell([Trial(len(values), genotype, "done", (values[-1] / 100,))])
        tops.append(max(values))
    return mean(tops)


@needs_macro
@pytest.mark.parametrize(("name", "config"), [("reinforce", REINFORCE), ("renas", {})])
def test_they_beat_random_search(name: str, config: dict[str, Any]) -> None:
    assert best(name, config, 6) > best("random", {}, 50) + 0.05


@needs_table
@pytest.mark.slow
def test_reinforce_reaches_the_published_accuracies() -> None:
    found = [search("reinforce", REINFORCE, seed) for seed in range(100)]
    for column, value, tolerance in zip(
        zip(*found, strict=True), PUBLISHED, (0.3, 0.3, 0.6, 0.6, 0.6, 0.6), strict=True
    ):
        assert abs(mean(column) - value) < tolerance
