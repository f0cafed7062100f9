"""Runs of a strategy on a problem, one for each seed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from nasdsl.strategies import make_strategy
from nasdsl.strategies.base import Trial

from .problems import Problem

POINTS = 60  # of a curve


@dataclass(frozen=True, slots=True)
class Run:
    """marks: at the checkpoints. curve: what is lost at the points of the curve. trials: how many
    fitted into the budget. seconds: CPU time."""

    marks: tuple[float, ...]
    curve: tuple[float, ...]
    trials: int
    seconds: float


def grid(problem: Problem) -> list[float]:
    """Where curves have their points: evenly over the budget."""
    return [problem.outline.budget * (i + 1) / POINTS for i in range(POINTS)]


def run(problem: Problem, strategy: str, config: Mapping[str, object], seed: int) -> Run:
    """One search; what exceeds the budget does not count, and ends it."""
    began = time.process_time()
    found = problem.table
    searcher = make_strategy(strategy, found.space, config, seed)
    history: list[tuple[float, int]] = []
    spent = 0.0
    while proposals := searcher.ask(1):
        rank = found.rank(proposals[0])
        spent += problem.price(rank)
        if spent > problem.outline.budget:
            break
        number = len(history)
        history.append((spent, rank))
        metrics = {"accuracy": problem.values(rank)[0], **found.costs[rank]}
        done = Trial(number, proposals[0], "done", problem.values(rank), metrics, seed=number)
        searcher.tell([done])
    seconds = time.process_time() - began
    marks = tuple(problem.mark(history, until) for until in problem.outline.checkpoints)
    first = history[0][0]  # before that nothing is found: the first member stands for it
    curve = (problem.lost(problem.mark(history, max(at, first))) for at in grid(problem))
    return Run(marks, tuple(curve), len(history), seconds)
