"""How well a trained supernet ranks architectures: Kendall's τ between inherited and tabular accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from nasdsl.evaluators import make_evaluator
from nasdsl.evaluators.base import Budget

from .data import known
from .plans import PLANS
from .runs import Found, folder, small

BATCHES, BATCH = 8, 250  # of images that the search has not seen
SEED = 1  # of the architectures that are drawn: the same for all supernets


def rank(found: Found, count: int) -> Found:
    """The result with τ over so many different architectures, drawn uniformly."""
    space = small(PLANS[found.label])
    rng, scores = Random(SEED), dict[str, float]()
    evaluator = make_evaluator(
        "supernet",
        space,
        {"file": str(folder(found.label, found.seed)), "batch_size": BATCH, "batches": BATCHES},
    )
    while len(scores) < count:
        genotype = space.sample(rng)
        arch = str(space.encode(genotype, "nasbench201"))
        if arch not in scores:
            figures = evaluator.evaluate(genotype, space.build(genotype), seed=0, budget=Budget())
            scores[arch] = figures["accuracy"]
    return replace(found, tau=tau(scores), ranked=count, scores=scores)


def tau(scores: Mapping[str, float]) -> float:
    """Kendall's τ-b against the table."""
    return _kendall(scores)[0]


def luck(scores: Mapping[str, float]) -> float:
    """The chance of so high a τ for scores that have nothing to do with the table."""
    return _kendall(scores)[1]


def _kendall(scores: Mapping[str, float]) -> tuple[float, float]:
    from scipy.stats import kendalltau

    table = [known().accuracies[arch] for arch in scores]
    found = kendalltau(list(scores.values()), table, alternative="greater")
    return float(found.statistic), float(found.pvalue)
