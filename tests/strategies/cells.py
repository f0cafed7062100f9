"""The table of NAS-Bench-201 as a problem of two objectives, for the tests of strategies."""

from __future__ import annotations

import csv
import gzip
import os
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from nasdsl import load
from nasdsl.strategies import Trial, Values, make_strategy
from nasdsl.strategies.fronts import hypervolume

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("NASDSL_DATA") or ROOT.parent / "shared" / "data")
TABLE = DATA / "nb201" / "nb201.csv.gz"
needs_table = pytest.mark.skipif(not TABLE.is_file(), reason="needs NASDSL_DATA")


@cache
def space() -> Any:
    return load(ROOT / "spaces" / "nasbench201.nas")


@cache
def table() -> dict[tuple[int, ...], Values]:
    """By choices: accuracy in % on CIFAR-10's validation set, and MFLOPs, negative."""
    with gzip.open(TABLE, "rt", newline="") as file:
        return {
            tuple(map(int, row["code"])): (float(row["c10_val_200"]), -float(row["flops_m"]))
            for row in csv.DictReader(file)
        }


def reference() -> Values:
    """80 % and the most MFLOPs: beyond it a trade-off is of no interest."""
    return 80.0, min(flops for _, flops in table().values())


def search(name: str, config: dict[str, Any], seed: int, budget: int) -> list[Values]:
    """The values of a search's trials in order."""
    strategy = make_strategy(name, space(), config, seed)
    found: list[Values] = []
    while len(found) < budget:
        (genotype,) = strategy.ask(1)
        values = table()[tuple(map(int, genotype.choices))]
        strategy.tell([Trial(len(found), genotype, "done", values)])
        found.append(values)
    return found


def mean_volume(name: str, config: dict[str, Any], seeds: int, budget: int) -> float:
    """The mean hypervolume, as a share of the whole table's."""
    whole = hypervolume(list(table().values()), reference())
    runs = (search(name, config, seed, budget) for seed in range(seeds))
    return mean(hypervolume(run, reference()) for run in runs) / whole
