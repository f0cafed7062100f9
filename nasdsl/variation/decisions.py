"""What operators see of a genotype: its decisions with their feasible options, and small edits."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from nasdsl.points import draw_float

if TYPE_CHECKING:
    from nasdsl.domains import Domain
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.walks import Step

Index: TypeAlias = int | float
ABSENT = ("none", "zero", "0")  # labels of options that leave out what the others put there
SIGMA = 0.1  # of a step of a real number, as a share of its range


def by_path(space: Space, genotype: Genotype) -> dict[str, Index]:
    """The decisions of a genotype in the order of the walk."""
    paths = [step.path for step in space.steps(genotype)]
    return dict(zip(paths, genotype.choices, strict=True))


def edit(space: Space, genotype: Genotype, changes: Mapping[str, Index], rng: Random) -> Genotype:
    """The genotype with other options at some paths; decisions that this brings to life are drawn."""
    return space.genotype({**by_path(space, genotype), **changes}, rng)


def fits(step: Step, index: Index) -> bool:
    """Whether an index is a feasible option of the decision."""
    if step.options is None:
        return step.domain.low <= index <= step.domain.high
    return index in step.options


def draw(step: Step, rng: Random) -> Index:
    """A feasible option, uniformly."""
    if step.options is None:
        return draw_float(step.domain, rng)
    return step.options[_below(len(step.options), rng)]


def other(step: Step, index: Index, rng: Random) -> Index | None:
    """Another feasible option, uniformly; None if there is none."""
    if step.options is None:
        new = draw_float(step.domain, rng)
        return new if new != index else None
    if len(step.options) < 2:
        return None
    at = _below(len(step.options) - 1, rng)
    return step.options[at] if step.options[at] < index else step.options[at + 1]


def beside(step: Step, index: Index, rng: Random) -> Index | None:
    """The next feasible option up or down; a real number moves by a normal deviate on its scale."""
    if step.options is None:
        return _perturbed(step.domain, index, rng)
    near = [new for shift in (-1, 1) if (new := shifted(step, index, shift)) is not None]
    return near[_below(len(near), rng)] if near else None


def shifted(step: Step, index: Index, shift: int) -> int | None:
    """The feasible option so many places further; None past the ends."""
    assert step.options is not None
    at = bisect_left(step.options, index) + shift
    return step.options[at] if 0 <= at < len(step.options) else None


def absent(step: Step) -> int | None:
    """The option that leaves out what the others put there: `none`, `zero` or 0; None without one.

    For a decision on an input or on a number of repetitions 0 is a number as any other.
    """
    domain = step.domain
    if domain.kind == "bit":
        return 0
    if domain.kind != "one" or step.role:
        return None
    if isinstance(domain.labels, range):
        return domain.labels.index(0) if 0 in domain.labels else None
    return next((domain.labels.index(name) for name in ABSENT if name in domain.labels), None)


def _perturbed(domain: Domain, value: float, rng: Random) -> float | None:
    low, high = domain.low, domain.high
    if domain.log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    width = high - low
    if width <= 0:
        return None
    share = ((value - low) / width + rng.gauss(0.0, SIGMA)) % 2  # reflected at both ends
    moved = low + width * (2 - share if share > 1 else share)
    return min(domain.high, max(domain.low, math.exp(moved) if domain.log else moved))


def _below(count: int, rng: Random) -> int:
    return int(rng.random() * count) if count < 2**40 else rng.randrange(count)
