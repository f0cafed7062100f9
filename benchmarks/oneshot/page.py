"""ONESHOT.md, from what is kept of the searches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from ..searches.results import interval
from .data import known
from .plans import PLANS
from .runs import SKIP, Found, kept

TRACED = "darts", "darts, stopped", "robust_darts"

HEAD = """# Searches in supernets

NAS-Bench-201's space; every method trains one supernet on a small real data set and derives a cell,
which is looked up in the benchmark's table: test accuracy on CIFAR-10 after 200 epochs, of networks
that nobody trains here. Written by `python -m benchmarks.oneshot --record` (NASDSL_DATA names the folder
of the table and of the images); `results/` holds what every search found, epoch by epoch.

The scale is far below the papers': 6,000 images of CIFAR-10 averaged to 16 x 16 pixels (2,250 for
weights, 2,250 for architectures, 1,500 unseen), one cell a stage instead of five, 8 channels instead of 16,
25 to 40 epochs on one core. Settings are the methods' own but for `lr` 0.05, `arch_lr` 3e-3 and those
in `oneshot/plans.py`. “darts, stopped” was broken off after 12 of 25 epochs, and its cell is that of
the 12th: the machine was busy. GDAS fails at
this scale, with and without warm-up, and single seeds prove nothing: supernets that train one path a
step are hardly trained after 40 epochs of 35 steps (40 % right), and do not rank (τ below), so that what
SPOS and random sharing found may be luck; p says how likely."""


def page() -> str:
    parts = [HEAD, *_summary(), *_collapse(), *_rankings(), *_searches()]
    return "\n\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _summary() -> Iterator[str]:
    mean, deviation, median = known().random()
    yield "## What is derived"
    yield (
        f"An architecture drawn uniformly has {mean:.2f} ± {deviation:.2f} (all 15,625; median {median:.2f}). "
        "“Better than” is the share of the table with a lower accuracy, 50 % for one at random; “p” the chance "
        "that as many random cells have so high a mean of these shares. Intervals are of 95 % (Student's t "
        "over seeds); **bold**: all of it above the mean of random architectures."
    )
    rows = []
    for label in PLANS:
        found = kept(label)
        if not found:
            continue
        values = [f.accuracy for f in found]
        shares = [known().better_than(v) for v in values]
        average, half = interval(values) if len(values) > 1 else (values[0], float("inf"))
        told = f"{average:.2f} ± {half:.2f}" if len(values) > 1 else f"{average:.2f}"
        rows.append([
            label, str(len(found)), f"**{told}**" if average - half > mean else told,
            f"{min(values):.2f} … {max(values):.2f}", f"{fmean(shares):.0%}", f"{chance(shares):.3f}",
            f"{fmean(f.skips for f in found):.1f}", f"{fmean(f.seconds for f in found):.0f}",
        ])  # fmt: skip
    heads = ["method", "seeds", "accuracy", "range", "better than", "p", "skips of 6", "CPU s"]
    yield _table(heads, rows)


def chance(shares: Sequence[float]) -> float:
    """That as many uniform numbers have so high a mean: Irwin and Hall's distribution."""
    from math import comb, factorial, floor

    n = len(shares)
    total = n - sum(shares)  # by symmetry
    terms = ((-1) ** k * comb(n, k) * (total - k) ** n for k in range(floor(total) + 1))
    return sum(terms) / factorial(n)


def _collapse() -> Iterator[str]:
    rows = []
    for label in TRACED:
        for found in kept(label):
            marks = range(len(found.curve))
            steps = [
                f"{i + 1}: {arch.count(SKIP)} ({known().accuracies[arch]:.1f}{_eigenvalue(found, i)})"
                for i in marks
                if (arch := found.curve[i][2])
            ]
            rows.append(
                [label, str(found.seed), ", ".join(steps), f"{found.skips} ({found.accuracy:.2f})"]
            )
    if rows:
        yield "## DARTS over its epochs"
        yield (
            "Skip connections in the cell that would be derived after an epoch, of six edges, and the cell's "
            "accuracy in the table. RobustDARTS stops as λ, the largest "
            "eigenvalue of the Hessian in the logits, has risen (`window` 3 for 25 epochs instead of 5 for 50). "
            "The run of DARTS was made before supernets were compiled for speed, so the two part by rounding "
            "after the first epochs; that this run of RobustDARTS would have collapsed is not shown."
        )
        yield _table(["method", "seed", "epoch: skips (accuracy)", "derived"], rows)


def _eigenvalue(found: Found, epoch: int) -> str:
    value = found.curve[epoch][3]
    return "" if value is None else f", λ {value:.2f}"


def _rankings() -> Iterator[str]:
    found = [f for label in PLANS for f in kept(label) if f.tau is not None]
    if found:
        yield "## Do inherited weights rank?"
        yield (
            "Kendall's τ between the accuracy with inherited weights on the unseen images (evaluator "
            "`supernet`) and that of the table, over architectures drawn uniformly; and over the better half "
            "of them by the table, which is harder to tell apart."
        )
        heads = ["supernet", "seed", "architectures", "τ", "τ of the better half"]
        yield _table(heads, [
            [f.label, str(f.seed), str(f.ranked), f"{f.tau:.2f}", f"{_upper(f):.2f}"] for f in found
        ])  # fmt: skip


def _upper(found: Found) -> float:
    from .ranking import tau

    ordered = sorted(found.scores, key=lambda arch: known().accuracies[arch])
    return tau({arch: found.scores[arch] for arch in ordered[len(ordered) // 2 :]})


def _searches() -> Iterator[str]:
    yield "## All searches"
    rows = [
        [f.label, str(f.seed), f"`{f.arch}`", f"{f.accuracy:.2f}", f"{known().better_than(f.accuracy):.0%}",
         str(len(f.curve)), f"{f.curve[-1][1]:.2f}"]
        for label in PLANS for f in kept(label) if f.curve
    ]  # fmt: skip
    heads = ["method", "seed", "cell", "accuracy", "better than", "epochs", "accuracy in training"]
    yield _table(
        [h.replace("|", "\\|") for h in heads], [[c.replace("|", "\\|") for c in r] for r in rows]
    )
