"""The searches that are recorded: plans, runs, statistics and the page; published rows are met."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import pytest

from benchmarks import checkout
from benchmarks.searches.page import kept, page, section
from benchmarks.searches.plans import PLANS
from benchmarks.searches.problems import OUTLINES, PROBLEMS, Outline, Problem, best_by
from benchmarks.searches.results import (
    Result,
    against,
    differences,
    interval,
    path,
    read,
    sum_up,
    versus,
)
from benchmarks.searches.runs import POINTS, Run, grid, run
from benchmarks.searches.tables import Table, available
from nasdsl import load
from nasdsl.configure import configure
from nasdsl.costs import cost
from nasdsl.strategies import STRATEGIES, strategy_class
from nasdsl.strategies.discrete import DISCRETE
from tests.documents import ROOT
from tests.flat_space import FlatSpace

SEARCHES = ROOT / "benchmarks" / "searches"
SCORES = [Random(seed).random() for seed in range(3**4)]
TOY = Outline(
    "toy", "A toy", "Of the tests.", (10.0, 40.0), ("10", "40"), "40", "queries", "lost", {}, ()
)


def toy(price: Callable[[int], float] = lambda rank: 1.0) -> Problem:
    """Four decisions of three options, with made-up values."""
    space = FlatSpace((3,) * 4)
    ranks = {g.choices: i for i, g in enumerate(space.enumerate())}
    table = Table(space, {}, [{"params": 1.0}] * len(ranks), ranks)  # type: ignore[arg-type]
    return Problem(
        TOY, table, lambda rank: (SCORES[rank],), price, best_by(SCORES),
        lambda marks: [SCORES[int(mark)] for mark in marks], lambda mark: max(SCORES) - SCORES[int(mark)],
    )  # fmt: skip


def test_every_strategy_has_a_plan() -> None:
    asking = {name for name, entry in STRATEGIES.items() if entry.family != "supernet"}
    assert {plan.strategy for plan in PLANS.values()} == asking


@pytest.mark.parametrize("label", PLANS)
def test_plans_are_valid(label: str) -> None:
    plan = PLANS[label]
    assert plan.runs > 1 and set(plan.configs) <= set(plan.problems) <= set(OUTLINES)
    for name in plan.problems:
        configure(strategy_class(plan.strategy).Config, plan.options(name), what=label)


def test_a_run_reports_the_best_within_the_budget() -> None:
    problem = toy()
    made = run(problem, "random", {}, 3)
    assert made.trials == 40 and len(made.curve) == POINTS == len(grid(problem))
    assert list(made.curve) == sorted(made.curve, reverse=True)
    first, last = problem.figures(made.marks)
    assert first <= last
    assert made.curve[-1] == pytest.approx(max(SCORES) - last)
    assert run(problem, "exhaustive", {}, 0).marks[0] == max(range(10), key=SCORES.__getitem__)


def test_what_exceeds_the_budget_does_not_count() -> None:
    assert run(toy(lambda rank: 7.0), "random", {}, 0).trials == 5
    free = run(toy(lambda rank: 0.1), "exhaustive", {}, 0)  # it has nothing more to propose
    assert free.trials == 81 and free.marks[-1] == max(range(81), key=SCORES.__getitem__)


def test_intervals_are_students() -> None:
    mean, half = interval([1.0, 2.0, 3.0, 4.0])
    assert (mean, half) == (2.5, pytest.approx(3.1824463 * math.sqrt(5 / 3) / 2))


def test_differences_are_between_runs_of_one_seed() -> None:
    problem = toy()
    runs = {label: [run(problem, label, {}, seed) for seed in range(n)] for label, n in (("random", 6), ("local_search", 4))}  # fmt: skip
    ours, theirs = (sum_up(problem, n, n, {}, runs[n]) for n in ("local_search", "random"))
    found = against(problem, ours, theirs)
    pairs = zip(runs["local_search"], runs["random"], strict=False)
    wanted = interval([problem.figures(a.marks)[1] - problem.figures(b.marks)[1] for a, b in pairs])
    mean, low, high = found.against["40"]
    assert found.paired == 4 and (mean, high - mean) == pytest.approx(wanted)
    assert high - low == pytest.approx(2 * wanted[1])


def test_rows_are_held_against_others() -> None:
    problem = toy()
    ours, theirs = (
        sum_up(problem, name, name, {}, [run(problem, name, {}, seed) for seed in range(count)])
        for name, count in (("exhaustive", 12), ("random", 10))
    )
    mean, low, high, p = versus(problem, ours, [theirs]).versus["random"]
    found = differences(problem, ours, theirs)["40"]
    assert len(found) == 10 and (mean, high - mean) == pytest.approx(interval(found))
    assert high - mean == pytest.approx(mean - low) and 0 < p < 1
    assert (p < 0.025) is (low > 0)
    assert versus(problem, theirs, [ours]).versus["exhaustive"][3] == pytest.approx(1 - p)


@pytest.mark.parametrize(
    ("name", "label", "other"),
    [(o.name, label, other) for o in OUTLINES.values() for label in o.versus for other in o.versus[label]],
)  # fmt: skip
def test_those_held_against_others_are_better(name: str, label: str, other: str) -> None:
    """With a chance of less than one in a thousand that they are not."""
    found = read(name, label)
    assert found is not None and found.versus[other][0] > 0 and found.versus[other][3] < 0.001


def test_layers_as_sizes_are_the_same_networks() -> None:
    sizes = load(SEARCHES / "macro_sizes.nas")
    blocks = load(ROOT / "spaces" / "nasbench_macro.nas")
    assert sizes.size == blocks.size
    assert all(domain.ordered for _, domain in sizes.all_decisions(100))
    for rank in (0, 1, 700, 4321, 6560):
        ours, theirs = sizes.unrank(rank), blocks.unrank(rank)
        assert ours.choices == theirs.choices
        assert cost(sizes.build(ours)) == cost(blocks.build(theirs))


def test_whoever_is_above_random_nowhere_has_a_reason() -> None:
    """One table at least, with confidence, or the plan says why not."""
    for strategy in DISCRETE.keys() - {"random"}:
        labels = [label for label, plan in PLANS.items() if plan.strategy == strategy]
        rows = [r for n in OUTLINES for label in labels if (r := read(n, label)) is not None]
        above = any(r.against[OUTLINES[r.problem].headline][1] > 0 for r in rows)
        assert above or any(PLANS[label].below for label in labels), strategy


def test_the_page_is_what_is_kept() -> None:
    """If not: `python -m benchmarks.searches --page`."""
    assert (ROOT / "benchmarks" / "SEARCHES.md").read_text(encoding="utf-8") == page()
    for outline in OUTLINES.values():
        found = kept(outline.name)
        assert found and all(r.runs == len(r.marks) for r in found)
        for line in section(outline, found).splitlines():
            if line.startswith("!["):
                assert (ROOT / "benchmarks" / line.split("(")[1][:-1]).is_file()


def test_kept_rows_have_the_configuration_of_their_plans() -> None:
    for label, plan in PLANS.items():
        for name in plan.problems:
            found = read(name, label)
            assert found is None or found.config == plan.options(name), path(name, label)


@pytest.mark.parametrize("name", ["nasbench201", "nasbench_macro"])
def test_published_means_are_met(name: str) -> None:
    """By the rows that are kept, with 500 runs and more."""
    outline = OUTLINES[name]
    for label in outline.published.keys() & {"random", "regularized_evolution"}:
        found = read(name, label)
        assert found is not None and found.runs >= 500
        check_means(outline, found, 1.0)


def check_means(outline: Outline, found: Result, wider: float) -> None:
    rows = zip(outline.columns, outline.published[found.label], outline.tolerance, strict=True)
    for column, wanted, most in rows:
        assert abs(found.figures[column][0] - wanted) <= wider * most, (found.label, column)


@pytest.mark.slow
@pytest.mark.skipif(not available("nasbench201"), reason="needs NASDSL_DATA")
@pytest.mark.parametrize("label", ["random", "regularized_evolution"])
def test_published_means_are_met_again(label: str) -> None:
    """A hundred runs by other seeds than the kept ones; means of so few get half as much again."""
    checkout.prepare()
    problem = PROBLEMS["nasbench201"]()
    plan = PLANS[label]
    made = [run(problem, plan.strategy, plan.config, seed) for seed in range(10_000, 10_100)]
    check_means(problem.outline, sum_up(problem, label, plan.strategy, plan.config, made), 1.5)


def test_runs_are_of_one_seed() -> None:
    problem = toy()
    first, second = (run(problem, "regularized_evolution", {"population": 5, "sample": 2}, 4) for _ in range(2))  # fmt: skip
    assert isinstance(first, Run) and first.marks == second.marks and first.curve == second.curve
