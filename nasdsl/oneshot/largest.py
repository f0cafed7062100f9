"""The largest network of a space, which others learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasdsl.costs import cost

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.walks import Step


def largest(space: Space) -> Genotype:
    """Every number the largest, every bit there; of any other decision the option with the most
    parameters, one decision after the other. It need not keep the cost limits."""
    best = space.compose(_last)
    taken: dict[str, int | float] = {}
    for path, var, index in space.places(best):
        domain = var.domain
        plain = domain.kind == "bit" or domain.ordered or domain.size in (None, 1)
        if plain or path not in {p for p, _, _ in space.places(best)}:
            continue
        options = range(min(domain.size or 1, 64))
        rest = {p: i for p, _, i in space.places(best)} | taken
        made = {o: space.genotype(rest | {path: o}) for o in options}
        sizes = {o: cost(space.build(g)).params for o, g in made.items()}
        taken[path] = max(options, key=lambda o: (sizes[o], o == index))
        best = made[int(taken[path])]
    return best


def _last(step: Step) -> int | float:
    """The largest number of a decision, the first option if it is none."""
    if step.options is None:
        return step.domain.high
    number = step.domain.kind == "bit" or (step.domain.kind == "one" and step.domain.ordered)
    if not number:
        return step.options[0]
    return max(step.options, key=lambda index: value(step, index))


def value(step: Step, index: int) -> float:
    """The number that an option stands for; of what is no number, its place."""
    if step.domain.kind != "one":
        return float(index)
    try:
        return float(step.domain.labels[index])
    except (TypeError, ValueError):
        return float(index)
