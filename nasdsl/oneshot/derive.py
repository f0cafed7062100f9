"""From the strengths of options to genotypes: the rules by which supernets are discretised.

Strengths by path: of a "one" n probabilities, of a "bit" that of presence, of a "pick" one an element;
of an ordered pick that is steered place by place, n probabilities at each `path[place]`.
A walk through the space takes the strongest feasible option of each decision it comes to, so what
comes out is a genotype whatever depends on what.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any, TypeGuard

from nasdsl.domains import Domain
from nasdsl.points import draw_float

from .choices import Choice

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.walks import Step

Strengths = Mapping[str, Sequence[float]]
Given = Sequence[float] | Sequence[Sequence[float]] | None  # the latter place by place
TRIES = 1_000
_LEAST = 1e-30


def elements(choices: Mapping[str, Choice], strengths: Strengths) -> dict[str, list[float]]:
    """DARTS's rule: an element of a `pick` is as strong as the best option that it decides about,
    the mean of these where it decides about several. Picks without such elements are left out."""
    found: dict[str, dict[int, list[float]]] = {}
    for path, choice in choices.items():
        if choice.element is not None and choice.kind == "one":
            pick, place = choice.element
            found.setdefault(pick, {}).setdefault(place, []).append(max(strengths[path]))
    out = {}
    for pick, met in found.items():
        if pick in choices:
            means = {place: sum(values) / len(values) for place, values in met.items()}
            out[pick] = [means.get(place, 0.0) for place in range(choices[pick].n)]
    return out


def strongest(space: Space, strengths: Strengths, rng: Random) -> Genotype:
    """The strongest option everywhere; where that breaks a cost limit, the likeliest of many draws
    that keeps it."""
    best = space.compose(lambda step: _strongest(step, _given(step.path, step.domain, strengths)))
    if space.feasible(best):
        return best
    draws = (draw(space, strengths, rng) for _ in range(TRIES))
    kept = [(logarithm(space, g, strengths), g) for g in draws if space.feasible(g)]
    if not kept:
        return space.sample_feasible(rng)
    return max(kept, key=lambda pair: pair[0])[1]


def draw(space: Space, strengths: Strengths, rng: Random) -> Genotype:
    """A genotype drawn by the strengths as probabilities; decisions without are uniform."""
    return space.compose(lambda step: _drawn(step, _given(step.path, step.domain, strengths), rng))


def draw_feasible(space: Space, strengths: Strengths, rng: Random) -> Genotype:
    """The same within the cost limits, if draws find one."""
    draws = (draw(space, strengths, rng) for _ in range(TRIES))
    found = next(filter(space.feasible, draws), None)
    return space.sample_feasible(rng) if found is None else found


def logarithm(space: Space, genotype: Genotype, strengths: Strengths) -> float:
    """The log-probability of a genotype, its decisions taken for themselves."""
    total = 0.0
    for path, var, index in space.places(genotype):
        if (given := _given(path, var.domain, strengths)) is not None:
            total += math.log(max(_LEAST, _of(var.domain, given, int(index))))
    return total


def best_of(
    genotypes: Iterable[Genotype], score: Callable[[Genotype], float], keep: int
) -> list[Genotype]:
    """The `keep` of the different genotypes with the highest scores, the best first."""
    scored = {g: score(g) for g in dict.fromkeys(genotypes)}
    return list(islice(sorted(scored, key=lambda g: -scored[g]), keep))


def _given(path: str, domain: Domain, strengths: Strengths) -> Given:
    """What is known of a decision."""
    if domain.kind == "pick" and path not in strengths and f"{path}[0]" in strengths:
        return [strengths[f"{path}[{place}]"] for place in range(domain.count)]
    return strengths.get(path)


def _strongest(step: Step, given: Given) -> int | float:
    if step.options is None:
        return step.domain.low
    if given is None or len(step.options) == 1:
        return step.options[0]
    if _by_element(given, step.domain):
        index = _top(step, given)
        if index in step.options:
            return index
    return max(step.options, key=lambda index: _of(step.domain, given, index))


def _by_element(given: Given, domain: Domain) -> TypeGuard[Sequence[float]]:
    """Whether the elements of a pick can be taken one after the other."""
    return domain.kind == "pick" and not domain.repeated and isinstance(given[0], float)  # type: ignore[index]  # a list of numbers for a pick


def _top(step: Step, given: Sequence[float]) -> int:
    """The pick of the strongest elements, the stronger first if order matters."""
    order = sorted(range(len(given)), key=lambda i: -given[i])[: step.domain.count]
    return step.domain.index(tuple(order if step.domain.ordered else sorted(order)))


def _drawn(step: Step, given: Given, rng: Random) -> int | float:
    if step.options is None:
        return draw_float(step.domain, rng)
    if given is None:
        return rng.choice(step.options)
    if _by_element(given, step.domain):
        noisy = [math.log(max(_LEAST, g)) - math.log(-math.log(rng.random())) for g in given]
        index = _top(step, noisy)  # Gumbel-top-k: elements one after the other, without replacement
        if index in step.options:
            return index
    weights = [_of(step.domain, given, index) for index in step.options]
    return rng.choices(step.options, weights)[0] if sum(weights) > 0 else rng.choice(step.options)


def _of(domain: Domain, given: Given, index: int) -> float:
    """The probability of an option of a domain, of a pick up to a factor."""
    assert given is not None
    rows: Any = given
    if domain.kind == "bit":
        return float(rows[0] if index else 1.0 - rows[0])
    if domain.kind != "pick":
        return float(rows[index])
    places = enumerate(domain.positions(index))
    slots = not isinstance(rows[0], float)
    return math.prod(max(_LEAST, rows[k][p] if slots else rows[p]) for k, p in places)
