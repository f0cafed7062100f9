"""`python -m benchmarks.searches [labels] [--runs N] [--record]`: all rows, or those named."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .. import checkout
from .page import kept, page, section
from .plans import PLANS
from .problems import OUTLINES, PROBLEMS, Problem
from .results import BASELINE, Result, against, read, sum_up, versus, write
from .runs import Run, run
from .tables import DATA, available

LEAST = 4  # runs of a row, however long they take
PAGE = Path(__file__).parents[1] / "SEARCHES.md"


def search(problem: Problem, label: str, runs: int, minutes: float) -> Result:
    """The result of a label: so many runs, or as many as are begun within so many CPU minutes."""
    plan = PLANS[label]
    config = plan.options(problem.outline.name)
    end = time.process_time() + 60 * minutes
    made: list[Run] = []
    for seed in range(runs):
        made.append(run(problem, plan.strategy, config, seed))
        if time.process_time() > end and len(made) >= LEAST:
            break
    return sum_up(problem, label, plan.strategy, config, made)


def compared(problem: Problem, results: Sequence[Result]) -> list[Result]:
    """The results held against the baseline and whom their outline names, if these are kept."""
    baseline = read(problem.outline.name, BASELINE)
    found = []
    for result in results:
        if baseline is not None and result.label != BASELINE:
            result = against(problem, result, baseline)
        named = problem.outline.versus.get(result.label, ())
        others = [other for label in named if (other := read(problem.outline.name, label))]
        found.append(versus(problem, result, others))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searches", description=__doc__)
    parser.add_argument("labels", nargs="*", metavar="label", help="; ".join(PLANS))
    parser.add_argument("--problem", action="append", choices=list(OUTLINES), help="only this")
    parser.add_argument("--runs", type=int, help="instead of the plan's; at least 2")
    parser.add_argument("--minutes", type=float, default=1e9, help="CPU time for a row")
    parser.add_argument("--record", action="store_true", help=f"keep, and write {PAGE.name}")
    parser.add_argument("--page", action="store_true", help=f"only write {PAGE.name} and plots")
    given = parser.parse_args()
    if unknown := set(given.labels) - set(PLANS):
        parser.error(f"no plan {', '.join(sorted(unknown))}; there are {'; '.join(PLANS)}")
    if given.runs is not None and given.runs < 2:
        parser.error("--runs: a spread takes two")
    checkout.prepare()
    names = [] if given.page else given.problem or list(OUTLINES)
    if missing := [name for name in names if not available(name)]:
        parser.error(
            f"{DATA} holds no tables of {', '.join(missing)}; NASDSL_DATA names the folder"
        )
    labels = given.labels or list(PLANS)
    found = {n: measure(n, labels, given.runs, given.minutes, given.record) for n in names}
    if given.record or given.page:
        from .plots import draw

        draw()
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print("\n".join(section(OUTLINES[name], results) for name, results in found.items()))


def measure(
    name: str, labels: Sequence[str], runs: int | None, minutes: float, keep: bool
) -> list[Result]:
    """The rows of a problem, kept one by one as they are done."""
    problem = PROBLEMS[name]()
    found: list[Result] = []
    for label in (label for label in labels if name in PLANS[label].problems):
        result = search(problem, label, runs or PLANS[label].runs, minutes)
        (result,) = compared(problem, [result])
        print(f"  {name}: {label}: {told(result)}", file=sys.stderr)
        found.append(result)
        if keep:
            write(result)
    if keep:  # the rows that were not run now are held against the new ones
        for result in compared(problem, kept(name)):
            write(result)
    return found


def told(result: Result) -> str:
    figures = ", ".join(f"{n} {m:.2f} ± {s:.2f}" for n, (m, s) in result.figures.items())
    return f"{result.runs} runs, {result.milliseconds:.3g} ms a trial: {figures}"


if __name__ == "__main__":
    main()
