"""What is searched, for how much, and what counts as found.

A run is its history: what was spent when a member had been tried, and the rank of it. A problem turns
the history into marks, one for each checkpoint: the rank of what had been found by then, or for
several objectives the volume that the front covers. Figures are read off the marks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from nasdsl.strategies.fronts import hypervolume

from .tables import Table, sizes, table

History = Sequence[tuple[float, int]]
Marks = Sequence[float]


@dataclass(frozen=True, slots=True)
class Outline:
    """What can be said of a problem without its table.

    checkpoints: when the marks are taken, the last is the budget. columns: the figures, in order;
    headline: the one that rows are ranked by. regret: what the plot shows. published: rows by label.
    tolerance: of the figures against them; wider: times so much for some labels. versus: labels that
    are also held against others. Names begin with that of the table.
    """

    name: str
    title: str
    text: str
    checkpoints: tuple[float, ...]
    columns: tuple[str, ...]
    headline: str
    unit: str
    regret: str
    published: Mapping[str, Sequence[float]]
    tolerance: tuple[float, ...]
    wider: Mapping[str, float] = field(default_factory=dict)
    versus: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def budget(self) -> float:
        return self.checkpoints[-1]


@dataclass(frozen=True, slots=True)
class Problem:
    """An outline with its table.

    values: the objectives of a member, larger is better. price: what trying it costs. mark: what a
    history comes to. figures: the columns, of the marks. lost: by what a mark misses the optimum.
    """

    outline: Outline
    table: Table
    values: Callable[[int], tuple[float, ...]]
    price: Callable[[int], float]
    mark: Callable[[History, float], float]
    figures: Callable[[Marks], list[float]]
    lost: Callable[[float], float]


def _front(name: str, title: str, text: str) -> Outline:
    """Of several objectives: the volume of the front in %."""
    return Outline(
        name,
        title,
        text,
        checkpoints=(50.0, 100.0, 200.0),
        columns=("50 queries", "100 queries", "200 queries"),
        headline="200 queries",
        unit="queries",
        regret="volume that the front misses, %",
        published={},
        tolerance=(),
    )


NB201 = Outline(
    "nasbench201",
    "NAS-Bench-201: 12,000 seconds on CIFAR-10",
    "The protocol of its authors: the search reads the validation accuracy after 12 epochs on\n"
    "CIFAR-10 and pays the time of that training (0.515 of the time on all images). What it has\n"
    "found after 12,000 simulated seconds is looked up as trained for 200 epochs, on three data\n"
    "sets; accuracies in %. Published: Dong, Yang; ICLR 2020, 500 runs. The objective is noisy: no\n"
    "strategy can know what 200 epochs will say.",
    checkpoints=(12_000.0,),
    columns=("C10 val", "C10 test", "C100 val", "C100 test", "IN16 val", "IN16 test"),
    headline="C10 test",
    unit="simulated seconds",
    regret="CIFAR-10 test accuracy below the optimum, points",
    published={
        "random": (90.93, 93.70, 70.93, 71.04, 44.45, 44.57),
        "regularized_evolution": (91.19, 93.92, 71.81, 71.84, 45.15, 45.54),
        "reinforce": (91.09, 93.85, 71.61, 71.71, 45.05, 45.24),
    },
    tolerance=(0.15, 0.15, 0.3, 0.3, 0.3, 0.3),
    wider={"reinforce": 2},  # its rate of learning is not told apart by the sources
)
MACRO = Outline(
    "nasbench_macro",
    "NAS-Bench-Macro: 200 queries",
    "The best accuracy on CIFAR-10 in %, mean of three trainings, after so many queries; what was\n"
    "asked twice counts twice. The optimum is 93.13. Held against the row of random search: the\n"
    "best of N uniform draws, 2,000 repeats, computed from the table by other means.",
    checkpoints=(10.0, 50.0, 100.0, 200.0),
    columns=("10 queries", "50 queries", "100 queries", "200 queries"),
    headline="200 queries",
    unit="queries",
    regret="CIFAR-10 accuracy below the optimum, points",
    published={"random": (92.44, 92.77, 92.86, 92.94)},
    tolerance=(0.1, 0.05, 0.05, 0.05),
)
FRONT = _front(
    "nasbench201_front",
    "NAS-Bench-201: accuracy against parameters",
    "Two objectives, the validation accuracy after 12 epochs on CIFAR-10 and the number of parameters.\n"
    "The figure is the volume of the front of all trials, accuracy above 50 % by logarithm of the\n"
    "parameters below the largest, in % of that of the whole table.",
)
QUERIES = Outline(
    "nasbench201_queries",
    "NAS-Bench-201: 100 queries",
    "The best accuracy of validation on CIFAR-10 in %, after training for 12 epochs, that so many\n"
    "queries found: what the search sees is what counts. The optimum is 84.89.",
    checkpoints=(10.0, 25.0, 50.0, 100.0),
    columns=("10 queries", "25 queries", "50 queries", "100 queries"),
    headline="100 queries",
    unit="queries",
    regret="validation accuracy below the optimum, points",
    published={},
    tolerance=(),
    versus={"bo": ("regularized_evolution",)},
)
SIZES = _front(
    "nasbench_macro_front",
    "NAS-Bench-Macro: accuracy against multiply-adds",
    "The same for accuracies above 80 % and the logarithm of multiply-adds; the three blocks of a layer\n"
    "are written as sizes (`searches/macro_sizes.nas`), which is what partial order pruning is for.",
)
OUTLINES: Mapping[str, Outline] = {o.name: o for o in (NB201, QUERIES, MACRO, FRONT, SIZES)}
QUERY = 0.515  # half of the images, and 3 % more for the validation
TRAINED = tuple(
    f"{data}_{part}_200" for data in ("c10", "c100", "in16") for part in ("val", "test")
)


def best_by(values: Sequence[float]) -> Callable[[History, float], float]:
    """The member with the largest value that was tried until then; the first one of equals."""

    def mark(history: History, until: float) -> float:
        return max((rank for spent, rank in history if spent <= until), key=values.__getitem__)

    return mark


def nasbench201() -> Problem:
    found = table(NB201.name)
    columns, accuracy = found.columns, found.columns["c10_val_12"]
    prices = [QUERY * seconds for seconds in columns["train12_c10_s"]]
    test = columns["c10_test_200"]
    most = max(test)
    return Problem(
        NB201,
        found,
        values=lambda rank: (accuracy[rank] / 100,),
        price=prices.__getitem__,
        mark=best_by(accuracy),
        figures=lambda marks: [columns[name][int(marks[0])] for name in TRAINED],
        lost=lambda mark: most - test[int(mark)],
    )


def by_queries(outline: Outline, name: str, column: str) -> Problem:
    """A column of a table that is both what the search sees and what counts; a query costs 1."""
    found = table(name)
    accuracy = found.columns[column]
    most = max(accuracy)
    return Problem(
        outline,
        found,
        values=lambda rank: (accuracy[rank] / 100,),
        price=lambda rank: 1.0,
        mark=best_by(accuracy),
        figures=lambda marks: [accuracy[int(mark)] for mark in marks],
        lost=lambda mark: most - accuracy[int(mark)],
    )


def front(outline: Outline, found: Table, column: str, metric: str, least: float) -> Problem:
    """A column, of 0..1 from `least`, against a cost, as the volume that the front covers."""
    accuracy = [value / 100 for value in found.columns[column]]
    costs = [cost[metric] for cost in found.costs]
    points = [(a, -math.log(c)) for a, c in zip(accuracy, costs, strict=True)]
    reference = least, -math.log(max(costs))
    whole = hypervolume(points, reference)

    def mark(history: History, until: float) -> float:
        met = list(dict.fromkeys(points[rank] for spent, rank in history if spent <= until))
        return 100 * hypervolume(met, reference) / whole

    return Problem(
        outline,
        found,
        values=lambda rank: (accuracy[rank], -costs[rank]),
        price=lambda rank: 1.0,
        mark=mark,
        figures=list,
        lost=lambda mark: 100 - mark,
    )


PROBLEMS: Mapping[str, Callable[[], Problem]] = {
    NB201.name: cache(nasbench201),
    QUERIES.name: cache(lambda: by_queries(QUERIES, NB201.name, "c10_val_12")),
    MACRO.name: cache(lambda: by_queries(MACRO, MACRO.name, "mean_acc")),
    FRONT.name: cache(lambda: front(FRONT, table(NB201.name), "c10_val_12", "params", 0.5)),
    SIZES.name: cache(lambda: front(SIZES, sizes(), "mean_acc", "macs", 0.8)),
}
