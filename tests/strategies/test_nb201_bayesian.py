"""On NAS-Bench-201 (12 epochs, validation accuracy on CIFAR-10) against random search and evolution."""

from __future__ import annotations

import csv
import gzip
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import ttest_rel

from nasdsl.space import load
from nasdsl.strategies import Trial, make_strategy

DATA = Path(os.environ.get("NASDSL_DATA") or Path(__file__).parents[3] / "shared" / "data")
SPACE = Path(__file__).parents[2] / "spaces" / "nasbench201.nas"
TABLE = DATA / "nb201" / "nb201.csv.gz"
pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason="needs NASDSL_DATA")

CHEAP = {"layers": 3, "epochs": 40}


@cache
def benchmark() -> tuple[Any, dict[str, float]]:
    with gzip.open(TABLE, "rt", newline="", encoding="utf-8") as file:
        accuracies = {row["arch"]: float(row["c10_val_12"]) for row in csv.DictReader(file)}
    return load(SPACE, {"N": 1}), accuracies


def best_found(name: str, config: dict[str, Any], seed: int, trials: int, batch: int) -> float:
    space, accuracies = benchmark()
    strategy = make_strategy(name, space, config, seed)
    values: list[float] = []
    while len(values) < trials:
        asked = strategy.ask(batch)
        found = [accuracies[space.encode(g, "nasbench201")] for g in asked]
        strategy.tell([Trial(0, g, "done", (v,)) for g, v in zip(asked, found, strict=True)])
        values += found
    return max(values[:trials])


def expected_best(draws: int) -> float:
    """Of so many random cells."""
    values = np.sort(list(benchmark()[1].values()))
    chances = (np.arange(len(values) + 1) / len(values)) ** draws
    return float((values * np.diff(chances)).sum())


def test_sixty_trials_are_worth_two_hundred_random_ones() -> None:
    found = [best_found("bo", {}, seed, 60, 5) for seed in range(4)]
    assert np.mean(found) > expected_best(200), found


@pytest.mark.slow
def test_bananas_is_better_than_random() -> None:
    found = [best_found("bananas", CHEAP, seed, 60, 10) for seed in range(3)]
    assert np.mean(found) > expected_best(60), found


@pytest.mark.slow
def test_a_hundred_trials_are_better_than_evolution_and_random_search() -> None:
    """Forty pairs of runs, one-sided at 0.001. Evolution: population 10, sample 3."""
    seeds = range(40)
    ours = [best_found("bo", {}, seed, 100, 5) for seed in seeds]
    evolution = {"population": 10, "sample": 3}
    for name, config in (("random", {}), ("regularized_evolution", evolution)):
        theirs = [best_found(name, config, seed, 100, 1) for seed in seeds]
        assert ttest_rel(ours, theirs, alternative="greater").pvalue < 0.001, name
