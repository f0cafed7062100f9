"""ONESHOT.md, from what is kept of the searches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from ..searches.results import interval
from .data import known
from .plans import PLANS
from .ranking import BATCH, BATCHES, luck, tau
from .runs import SKIP, Found, kept

TRACED = "darts", "robust_darts", "pc_darts, 24 epochs", "pc_darts"
BEST = 10

HEAD = """# Searches in supernets

NAS-Bench-201's space; every method trains one supernet on a small real data set and derives a cell,
which is looked up in the benchmark's table: test accuracy on CIFAR-10 after 200 epochs, of networks
that nobody trains here. Written by `python -m benchmarks.oneshot --record` (NASDSL_DATA names the folder
of the table and of the images); `results/` holds what every search found, epoch by epoch.

The scale is far below the papers': one cell a stage instead of five, 8 channels instead of 16 (PC-DARTS:
16), images of a few pixels, minutes on one core. Searches on “mnist” learn from 15,000 of its images, the
middle 24 x 24 pixels averaged to 12 x 12; 5,000 more are unseen. Those on “cifar10” learn from 4,500
images averaged to 8 x 8, half of them for weights. Settings are the methods' own but for those in
`oneshot/plans.py`. With the same seed, random sharing and SPOS train the same supernet, which the latter
takes over; DARTS and RobustDARTS take the same steps, to the bit, until the latter ends.

What is shown: what random sharing, SPOS, GDAS, PC-DARTS and RobustDARTS derive is above the mean of the table.
With every seed DARTS collapses, to cells of the worst 4 % of the table; RobustDARTS takes the same steps and
ends before. The weights of a supernet of uniform single paths rank architectures, far from chance.

What is not: that what is derived is above the *median* of the table. The methods avoid the cells that fail, which
pull the mean down, and that is most of what they do at this scale: by ranks (p) only random sharing
comes near to being told from chance. And RobustDARTS's rule ended four of five searches at the first epoch at
which it can, the 7th, so that λ tells little more here than that an early end is better.

- Random sharing and SPOS: their scores go with the table (τ), but the best ones are all near 98 % on such
  images, closer together than the error of a score. On cifar10 single paths are hardly trained in this time:
  33 % right after 15 epochs at 16 x 16 pixels, τ -0.08 over 80.
- GDAS: `none` on most edges. The weight of a drawn option is 1, so its gradient says whether more than all
  of it would be better; on a supernet of uniform paths that was about zero or worse for every operator, and
  it is always zero for `none`, which may be why.
- PC-DARTS: with a warm-up of the weights, as the paper has it, skip connections win in the first epoch of the
  logits: the few images are learnt by heart by then. Without, in 12 epochs, none of 8 seeds collapses, where
  three of four of DARTS (with 8 channels) have six skips by then; the cells lose by the end, though.

How settings were chosen. Random sharing, SPOS, GDAS, DARTS: by looks at results of seed 0, which so are no test
of them. GDAS: norms with parameters 91.80 (10 epochs), without and a warm-up of 2 epochs at 89 when broken off,
the same with the sum that the authors' code adds (see `nasdsl/oneshot/gdas.py`) 84.02, no warm-up at 89 when
broken off. SPOS: scores on 8 batches instead of 24 90.38. After four (random sharing, SPOS) and three
seeds (GDAS) more were run, up to ten, with the settings as they were. PC-DARTS: the three other rows below, and
8 epochs with a quarter of 8 channels, at 85 when broken off; then by looks at seeds from 100 on, which are not
among those below. There, 16 epochs with a warm-up of 8: half of 8 channels 54.30 and 87.59, a quarter of 16 54.30;
mnist, 8 epochs with a warm-up of 5: 88.56; 12 epochs without: half of 8 channels 54.30, a quarter of 16,
which was taken, 92.01 and 93.48."""


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
            label, PLANS[label].images, str(len(found)), f"**{told}**" if average - half > mean else told,
            f"{min(values):.2f} … {max(values):.2f}", f"{fmean(shares):.0%}", f"{chance(shares):.3f}",
            f"{fmean(f.skips for f in found):.1f}", f"{_seconds(found):.0f}",
        ])  # fmt: skip
    heads = [
        "method",
        "images",
        "seeds",
        "accuracy",
        "range",
        "better than",
        "p",
        "skips of 6",
        "CPU s",
    ]
    yield _table(heads, rows)


def _seconds(found: Sequence[Found]) -> float:
    """Of searches that trained their supernets themselves, if there are any."""
    return fmean([f.seconds for f in found if f.curve] or [f.seconds for f in found])


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
            "accuracy in the table. RobustDARTS ends when λ, the largest eigenvalue of the Hessian in the "
            "logits, has risen (mean of `window` 3 epochs for 24 of them, where the paper has 5 for 50), with "
            "the logits of `window` epochs before."
        )
        yield _table(["method", "seed", "epoch: skips (accuracy)", "derived"], rows)
        yield from _difference("robust_darts", "darts")


def _difference(label: str, other: str) -> Iterator[str]:
    """How much better one is than another with the same seeds."""
    before = {f.seed: f.accuracy for f in kept(other)}
    gains = [f.accuracy - before[f.seed] for f in kept(label) if f.seed in before]
    if len(gains) > 1:
        average, half = interval(gains)
        yield f"With the same seeds {label} is better than {other} by {average:.1f} ± {half:.1f} points ({len(gains)} seeds)."


def _eigenvalue(found: Found, epoch: int) -> str:
    value = found.curve[epoch][3]
    return "" if value is None else f", λ {value:.2f}"


def _rankings() -> Iterator[str]:
    found = [f for label in PLANS for f in kept(label) if f.tau is not None]
    if found:
        yield "## Do inherited weights rank?"
        yield (
            f"Kendall's τ between the accuracy with inherited weights on {BATCHES * BATCH:,} unseen images (evaluator "
            "`supernet`) and that of the table, over architectures drawn uniformly; p: the chance of so high a τ "
            "without any relation; τ over the better half of them by the table, which is harder to tell apart; "
            f"and the accuracy in the table of the {BEST} best by inherited weights, and of all that were ranked."
        )
        heads = ["supernet", "seed", "architectures", "τ", "p", "τ of the better half"]
        yield _table([*heads, f"{BEST} best", "all"], [
            [f.label, str(f.seed), str(f.ranked), f"{f.tau:.2f}", f"{luck(f.scores):.0e}", f"{_upper(f):.2f}",
             f"{fmean(_best(f)[:BEST]):.2f}", f"{fmean(_best(f)):.2f}"] for f in found
        ])  # fmt: skip


def _best(found: Found) -> list[float]:
    """The table's accuracies, in the order of the inherited ones."""
    ordered = sorted(found.scores, key=lambda arch: -found.scores[arch])
    return [known().accuracies[arch] for arch in ordered]


def _upper(found: Found) -> float:
    ordered = sorted(found.scores, key=lambda arch: known().accuracies[arch])
    return tau({arch: found.scores[arch] for arch in ordered[len(ordered) // 2 :]})


def _searches() -> Iterator[str]:
    yield "## All searches"
    rows = [
        [f.label, str(f.seed), f"`{f.arch}`", f"{f.accuracy:.2f}", f"{known().better_than(f.accuracy):.0%}",
         str(len(f.curve)) if f.curve else "taken over", f"{f.curve[-1][1]:.2f}" if f.curve else ""]
        for label in PLANS for f in kept(label)
    ]  # fmt: skip
    heads = ["method", "seed", "cell", "accuracy", "better than", "epochs", "accuracy in training"]
    yield _table(
        [h.replace("|", "\\|") for h in heads], [[c.replace("|", "\\|") for c in r] for r in rows]
    )
