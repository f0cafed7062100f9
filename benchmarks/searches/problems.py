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

from .tables import Table, table

History = Sequence[tuple[float, int]]
Marks = Sequence[float]


@dataclass(frozen=True, slots=True)
class Outline:
    """What can be said of a problem without its table.

    checkpoints: when the marks are taken, the last is the budget. columns: the figures, in order;
    headline: the one that rows are ranked by. regret: what the plot shows. published: rows by label.
    tolerance: of the figures against them; wider: times so much for some labels.
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
FRONT = Outline(
    "nasbench201_front",
    "NAS-Bench-201: accuracy against parameters",
    "Two objectives, the validation accuracy after 12 epochs on CIFAR-10 and the number of parameters.\n"
    "The figure is the volume of the front of all trials, accuracy above 50 % by logarithm of the\n"
    "parameters below the largest, in % of that of the whole table.",
    checkpoints=(50.0, 100.0, 200.0),
    columns=("50 queries", "100 queries", "200 queries"),
    headline="200 queries",
    unit="queries",
    regret="volume that the front misses, %",
    published={},
    tolerance=(),
)
OUTLINES: Mapping[str, Outline] = {outline.name: outline for outline in (NB201, MACRO, FRONT)}
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


def nasbench_macro() -> Problem:
    found = table(MACRO.name)
    accuracy = found.columns["mean_acc"]
    most = max(accuracy)
    return Problem(
        MACRO,
        found,
        values=lambda rank: (accuracy[rank] / 100,),
        price=lambda rank: 1.0,
        mark=best_by(accuracy),
        figures=lambda marks: [accuracy[int(mark)] for mark in marks],
        lost=lambda mark: most - accuracy[int(mark)],
    )


def nasbench201_front() -> Problem:
    found = table(NB201.name)
    accuracy = [value / 100 for value in found.columns["c10_val_12"]]
    params = [cost["params"] for cost in found.costs]
    points = [(a, -math.log(p)) for a, p in zip(accuracy, params, strict=True)]
    reference = 0.5, -math.log(max(params))
    whole = hypervolume(points, reference)

    def mark(history: History, until: float) -> float:
        met = list(dict.fromkeys(points[rank] for spent, rank in history if spent <= until))
        return 100 * hypervolume(met, reference) / whole

    return Problem(
        FRONT,
        found,
        values=lambda rank: (accuracy[rank], -params[rank]),
        price=lambda rank: 1.0,
        mark=mark,
        figures=list,
        lost=lambda mark: 100 - mark,
    )


PROBLEMS: Mapping[str, Callable[[], Problem]] = {
    NB201.name: cache(nasbench201),
    MACRO.name: cache(nasbench_macro),
    FRONT.name: cache(nasbench201_front),
}
