"""Typed edits of genotypes: mutation, crossover, neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING

from . import points
from .dag import Branch, Leaf, Node, Product
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
    choices = genotype.choices
    nodes = points.nodes(space.root, choices)
    order = list(range(len(nodes)))
    while order:
        at = int(rng.random() * len(order))
        place, order[at] = order[at], order[-1]
        order.pop()
        node = nodes[place]
        new = _other(node, choices[place], rng)
        if new is None:
            continue
        if isinstance(node, Leaf):
            return Genotype((*choices[:place], new, *choices[place + 1 :]))
        return Genotype(
            _regrow(space, node, choices, place, int(new), lambda below: points.sample(below, rng))
        )
    return genotype


def _other(node: Leaf | Branch, index: float, rng: Random) -> int | float | None:
    """Another option, uniformly; None if there is none."""
    if isinstance(node, Branch):
        options = node.feasible
        if len(options) < 2:
            return None
        at = int(rng.random() * (len(options) - 1))
        return options[at] if options[at] < index else options[at + 1]
    size = node.arity
    if size is None:
        return points.draw_float(node.var.domain, rng)
    if size == 1:
        return None
    new = int(rng.random() * (size - 1))
    return new + (new >= index)


def _regrow(
    space: Space,
    node: Branch,
    choices: tuple[int | float, ...],
    place: int,
    new: int,
    fresh: Callable[[Node], list[int | float]],
) -> tuple[int | float, ...]:
    """The choices with a branch turned to another child; what both children decide is kept."""
    old_child, new_child = node.children[int(choices[place])], node.children[new]
    assert old_child is not None and new_child is not None
    end = place + 1 + points.length(old_child, choices, place + 1)
    below = choices[place + 1 : end]
    if new_child is old_child:
        grown: Sequence[int | float] = below
    else:
        grown = fresh(new_child)
        kept = space.walks.paths(old_child, below)
        if kept:
            wanted = dict(zip(kept, below, strict=True))
            drawn = dict(zip(space.walks.paths(new_child, grown), grown, strict=True))
            if wanted.keys() & drawn.keys():
                grown = space.walks.complete(
                    new_child, lambda path: wanted.get(path, drawn.get(path)), Random(0)
                )
    return (*choices[:place], new, *grown, *choices[end:])


def below(space: Space, genotype: Genotype) -> list[int | None]:
    """For each entry the length of what follows because of it; None for a leaf."""
    choices = genotype.choices
    return [
        points.length(node.below(choices[place]), choices, place + 1)
        if isinstance(node, Branch)
        else None
        for place, node in enumerate(points.nodes(space.root, choices))
    ]


def crossover(space: Space, first: Genotype, second: Genotype, rng: Random) -> Genotype:
    """Uniform crossover by path; where only one parent has a decision, its option is taken."""
    a = space.walks.by_path(space.root, first.choices)
    b = space.walks.by_path(space.root, second.choices)

    def pick(path: str) -> int | float | None:
        mother, father = a.get(path), b.get(path)
        if mother is None or father is None:
            return father if mother is None else mother
        return mother if rng.random() < 0.5 else father

    return Genotype(tuple(space.walks.complete(space.root, pick, rng)))


def neighbours(space: Space, genotype: Genotype) -> Iterator[Genotype]:
    """All single changes, in order of decision and option; continuous decisions are skipped."""
    choices = genotype.choices
    for place, node in enumerate(points.nodes(space.root, choices)):
        if isinstance(node, Branch):
            for new in node.feasible:
                if new != choices[place]:
                    yield Genotype(_regrow(space, node, choices, place, new, points.first))
        else:
            for new in range(node.var.size or 0):
                if new != choices[place]:
                    yield Genotype((*choices[:place], new, *choices[place + 1 :]))
