"""Typed edits of genotypes: mutation, crossover, neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from . import points
from .dag import Branch, Leaf, Product
from .genotype import Genotype

if TYPE_CHECKING:
    from .space import Space


def mutate(space: Space, genotype: Genotype, rng: Random) -> Genotype:
    """One decision changed, uniformly among the decisions that have another option."""
    root = space.root
    choices = genotype.choices
    if root.__class__ is Product and root.cards is not None:
        cards = root.cards
        count = len(cards)
        for _ in range(4 * count):
            place = int(rng.random() * count)
            card = cards[place]
            if card > 1:
                new = int(rng.random() * (card - 1))
                new += new >= choices[place]
                return Genotype((*choices[:place], new, *choices[place + 1 :]))
        return genotype
    return _mutate_any(space, genotype, rng)


def _mutate_any(space: Space, genotype: Genotype, rng: Random) -> Genotype:
    found = points.places(space.root, genotype.choices)
    nodes = points.nodes(space.root, genotype.choices)
    order = list(range(len(found)))
    while order:
        place = order.pop(int(rng.random() * len(order)))
        node = nodes[place]
        options = _others(node, genotype.choices[place], rng)
        if not options:
            continue
        new = options[int(rng.random() * len(options))]
        if isinstance(node, Leaf):
            choices = genotype.choices
            return Genotype((*choices[:place], new, *choices[place + 1 :]))
        return _replace(space, found, place, new, rng)
    return genotype


def _others(node: Leaf | Branch, index: int | float, rng: Random) -> list[int | float]:
    if isinstance(node, Branch):
        return [i for i in node.feasible if i != index]
    size = node.var.domain.size
    if size is None:
        return [points.draw_float(node.var.domain, rng)]
    if size == 1:
        return []
    new = int(rng.random() * (size - 1))
    return [new + (new >= index)]


def _replace(
    space: Space, found: list[points.Place], place: int, new: int | float, rng: Random
) -> Genotype:
    """The genotype with one decision set; what stays active keeps its options."""
    wanted = {path: i for path, _, i in found}
    wanted[found[place][0]] = new
    return Genotype(tuple(points.complete(space.root, lambda path, _: wanted.get(path), rng)))


def crossover(space: Space, first: Genotype, second: Genotype, rng: Random) -> Genotype:
    """Uniform crossover by path; where only one parent has a decision, its option is taken."""
    a = {path: i for path, _, i in points.places(space.root, first.choices)}
    b = {path: i for path, _, i in points.places(space.root, second.choices)}

    def pick(path: str, _: Leaf | Branch) -> int | float | None:
        mother, father = a.get(path), b.get(path)
        if mother is None or father is None:
            return father if mother is None else mother
        return mother if rng.random() < 0.5 else father

    return Genotype(tuple(points.complete(space.root, pick, rng)))


def neighbours(space: Space, genotype: Genotype) -> Iterator[Genotype]:
    """All single changes, in order of decision and option; continuous decisions are skipped."""
    found = points.places(space.root, genotype.choices)
    nodes = points.nodes(space.root, genotype.choices)
    choices = genotype.choices
    for place, node in enumerate(nodes):
        if isinstance(node, Branch):
            for new in node.feasible:
                if new != choices[place]:
                    yield _first(space, found, place, new)
        else:
            for new in range(node.var.domain.size or 0):
                if new != choices[place]:
                    yield Genotype((*choices[:place], new, *choices[place + 1 :]))


def _first(space: Space, found: list[points.Place], place: int, new: int | float) -> Genotype:
    wanted = {path: i for path, _, i in found}
    wanted[found[place][0]] = new

    def choose(path: str, node: Leaf | Branch) -> int | float | None:
        index = wanted.get(path)
        if index is None:
            return node.feasible[0] if isinstance(node, Branch) else 0
        return index

    return Genotype(tuple(points.complete(space.root, choose, Random(0))))
