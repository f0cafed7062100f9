"""Mutations: (space, genotype, rng) → a genotype that differs, or None where they do not apply.

Each changes one decision (`flip`: some) and keeps the rest as far as it is still there and feasible;
what a change brings to life is drawn. Cost limits are not looked at, as in Space.mutate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from .decisions import Index, absent, beside, by_path, draw, edit, fits, other, shifted
from .paths import pieces

if TYPE_CHECKING:
    from nasdsl.domains import Domain
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.walks import Step

Mutation: TypeAlias = Callable[["Space", "Genotype", Random], "Genotype | None"]
Move: TypeAlias = Callable[["Step", Index, Random], Index | None]


def resample(space: Space, genotype: Genotype, rng: Random) -> Genotype | None:
    """Any one decision, drawn anew."""
    if space.size == 1:
        return None
    child = space.mutate(genotype, rng)
    return None if child == genotype else child


def nudge(space: Space, genotype: Genotype, rng: Random) -> Genotype | None:
    """An ordered number one up or down; a real number by a normal deviate on its (log) scale."""
    return _one(space, genotype, rng, _nudge)


def swap(space: Space, genotype: Genotype, rng: Random) -> Genotype | None:
    """Another input for one decision; of a `pick` one element, of an order two exchanged."""
    return _one(space, genotype, rng, _swap)


def add(space: Space, genotype: Genotype, rng: Random) -> Genotype | None:
    """A bit set, an edge from `none` (or 0) to something, a number of repetitions one up."""
    return _one(space, genotype, rng, _add)


def remove(space: Space, genotype: Genotype, rng: Random) -> Genotype | None:
    """The inverse of `add`."""
    return _one(space, genotype, rng, _remove)


def replace(space: Space, genotype: Genotype, rng: Random) -> Genotype | None:
    """A choice on which others depend takes another option, and all below it is drawn anew."""
    below = space.below(genotype)
    steps = space.steps(genotype)
    for place in _shuffled(len(steps), rng):
        depending = below[place]
        if depending is None:
            continue
        new = other(steps[place], genotype.choices[place], rng)
        if new is None:
            continue
        kept = by_path(space, genotype)
        for lost in steps[place + 1 : place + 1 + depending]:
            del kept[lost.path]
        kept[steps[place].path] = new
        return space.genotype(kept, rng)
    return None


def flip(space: Space, genotype: Genotype, rng: Random) -> Genotype | None:
    """Every decision with probability 1/n, at least one: a bit flips, others are drawn anew."""
    count = len(genotype.choices)
    child = flipped(space, genotype, rng, 1 / count) if count else genotype
    return child if child != genotype else resample(space, genotype, rng)


def level(space: Space, genotype: Genotype, rng: Random) -> Genotype | None:
    """One decision drawn anew, found by its path from the top: of the names that go on from a
    place each is equally likely, however many decisions are below it."""
    steps = space.steps(genotype)
    split = [pieces(step.path) for step in steps]
    places = [place for place, step in enumerate(steps) if _is_open(step)]
    deep = 0
    while len(places) > 1:
        below: dict[str, list[int]] = {}
        for place in places:
            path = split[place]
            below.setdefault(path[deep] if deep < len(path) else "", []).append(place)
        groups = list(below.values())
        places = groups[int(rng.random() * len(groups))]
        deep += 1
    if not places:
        return None
    (place,) = places
    new = other(steps[place], genotype.choices[place], rng)
    return None if new is None else edit(space, genotype, {steps[place].path: new}, rng)


MUTATIONS: Mapping[str, Mutation] = {
    "resample": resample,
    "nudge": nudge,
    "swap": swap,
    "add": add,
    "remove": remove,
    "replace": replace,
    "flip": flip,
    "level": level,
}


def flipped(space: Space, genotype: Genotype, rng: Random, rate: float) -> Genotype:
    """Every decision changed to another option with a probability; perhaps none."""
    old = by_path(space, genotype)

    def choose(step: Step) -> Index:
        index = old.get(step.path)
        if index is None or not fits(step, index):
            return draw(step, rng)
        new = other(step, index, rng) if rng.random() < rate else None
        return index if new is None else new

    return space.compose(choose)


def least(space: Space, genotype: Genotype, rng: Random) -> Genotype:
    """What is left when nothing can be removed any more."""
    while (smaller := remove(space, genotype, rng)) is not None:
        genotype = smaller
    return genotype


# ------------------------------------------------------------------ one decision


def _one(space: Space, genotype: Genotype, rng: Random, move: Move) -> Genotype | None:
    """Uniformly one of the decisions that can make the move."""
    steps = space.steps(genotype)
    for place in _shuffled(len(steps), rng):
        index = genotype.choices[place]
        new = move(steps[place], index, rng)
        if new is not None and new != index:
            return edit(space, genotype, {steps[place].path: new}, rng)
    return None


def _shuffled(count: int, rng: Random) -> Sequence[int]:
    places = list(range(count))
    rng.shuffle(places)
    return places


def _is_open(step: Step) -> bool:
    return step.options is None or len(step.options) > 1


def _nudge(step: Step, index: Index, rng: Random) -> Index | None:
    domain = step.domain
    if domain.kind == "float" or (domain.kind == "one" and domain.ordered and step.role != "input"):
        return beside(step, index, rng)
    return None


def _add(step: Step, index: Index, rng: Random) -> Index | None:
    if step.role == "count":
        return shifted(step, index, 1)
    return other(step, index, rng) if index == absent(step) else None


def _remove(step: Step, index: Index, rng: Random) -> Index | None:
    if step.role == "count":
        return shifted(step, index, -1)
    nothing = absent(step)
    return None if nothing is None or not fits(step, nothing) else nothing


def _swap(step: Step, index: Index, rng: Random) -> Index | None:
    domain = step.domain
    if domain.kind == "one":
        return other(step, index, rng) if step.role == "input" else None
    if domain.kind not in ("pick", "permutation"):
        return None
    moves = _exchanges(domain, domain.positions(int(index)))
    rng.shuffle(moves)
    found = (domain.index(positions) for positions in moves)
    return next((new for new in found if new != index and fits(step, new)), None)


def _exchanges(domain: Domain, taken: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All that differ by two elements exchanged, or by one element replaced."""
    found: list[tuple[int, ...]] = []
    if domain.kind == "permutation" or domain.ordered:
        for i in range(len(taken)):
            for j in range(i):
                word = list(taken)
                word[i], word[j] = word[j], word[i]
                found.append(tuple(word))
    if domain.kind == "pick":
        for i in range(len(taken)):
            for new in range(len(domain.labels)):
                if new != taken[i] and (domain.repeated or new not in taken):
                    found.append((*taken[:i], new, *taken[i + 1 :]))
    return found
