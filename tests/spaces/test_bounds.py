"""The bounds of the cost of every shipped space: finite, true, and reached where choices are independent."""

from __future__ import annotations

from math import isfinite

import pytest

from nasdsl.costs import cost
from nasdsl.space import Space

from .families_a import FOLDER, published

ALL = sorted(p.stem for p in FOLDER.glob("*.nas") if not p.stem.startswith("lib_"))
QUICK = [
    "amoebanet",
    "block_qnn",
    "digits",
    "enas_micro",
    "nas_rl_cnn",
    "nasnet",
]  # untracked shapes
COSTS = ("params", "macs", "activations", "depth")


def holds(space: Space, samples: int) -> None:
    for each in COSTS:
        low, high = getattr(space.cost_range, each)
        assert 0 <= low <= high and isfinite(high), each
    for genotype in space.sample_many(samples, seed=11):
        found = cost(space.build(genotype))
        for each in COSTS:
            low, high = getattr(space.cost_range, each)
            assert low <= getattr(found, each) <= high, (each, space.text(genotype))


@pytest.mark.parametrize("name", QUICK)
def test_a_few_samples_lie_within(name: str) -> None:
    holds(published(name), 5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_samples_lie_within(name: str) -> None:
    holds(published(name), 250)


@pytest.mark.parametrize("name", ["nasbench201", "nasbench_macro"])
def test_bounds_are_reached(name: str) -> None:
    """Every decision alike: among these are the smallest and the largest network."""
    space = published(name)
    paths = [path for path, _ in space.all_decisions()]
    found = [cost(space.build(space.genotype(dict.fromkeys(paths, i)))) for i in range(2)]
    domains = [domain for _, domain in space.all_decisions()]
    sizes = [d.size or 0 for d in domains]
    found += [
        cost(
            space.build(
                space.genotype({p: min(i, n - 1) for p, n in zip(paths, sizes, strict=True)})
            )
        )
        for i in range(2, max(sizes))
    ]
    for each in ("params", "macs"):
        values = [getattr(f, each) for f in found]
        assert (min(values), max(values)) == getattr(space.cost_range, each)
