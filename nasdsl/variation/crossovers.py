"""Crossovers: (space, first, second, rng) → a child, or None where the parents offer none.

A child takes each decision from one of its parents, by path; decisions that neither has, or whose
option is not feasible in the child, are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from .decisions import Index, by_path, draw, fits
from .paths import below, parts

if TYPE_CHECKING:
    from nasdsl.domains import Domain
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.walks import Step

Crossover: TypeAlias = Callable[["Space", "Genotype", "Genotype", Random], "Genotype | None"]


def uniform(space: Space, first: Genotype, second: Genotype, rng: Random) -> Genotype | None:
    """Each decision from either parent."""
    return None if first == second else space.crossover(first, second, rng)


def stage(space: Space, first: Genotype, second: Genotype, rng: Random) -> Genotype | None:
    """Some parts from the other parent: whole stages, cells or motifs."""
    a, b = by_path(space, first), by_path(space, second)
    group = parts([*a, *b])
    differ = list(dict.fromkeys(group[p] for p in (*a, *b) if a.get(p) != b.get(p)))
    if len(differ) < 2:
        return None
    moved = rng.sample(differ, 1 + int(rng.random() * (len(differ) - 1)))
    return space.genotype(_mixed(a, b, group, moved), rng)


def point(space: Space, first: Genotype, second: Genotype, rng: Random) -> Genotype | None:
    """The first parent up to some decision in the order of the walk, the second from there on."""
    a, b = by_path(space, first), by_path(space, second)
    order = list(dict.fromkeys((*a, *b)))
    differ = [place for place, path in enumerate(order) if a.get(path) != b.get(path)]
    if len(differ) < 2:
        return None
    cut = rng.randint(differ[0] + 1, differ[-1])
    return space.genotype({**b, **a, **{p: b[p] for p in order[cut:] if p in b}}, rng)


def subtree(space: Space, first: Genotype, second: Genotype, rng: Random) -> Genotype | None:
    """One choice of the first with all below it becomes one of the second of the same options,
    perhaps from elsewhere: the crossover of genetic programming, for recursive motifs."""
    trees, others = _trees(space, first), _trees(space, second)
    pairs = [
        (here, tree)
        for here, mine in trees.items()
        for tree in others.values()
        if len(mine) + len(tree) > 2 and mine[""][0] == tree[""][0] and mine != tree
    ]
    rng.shuffle(pairs)
    for here, tree in pairs[:TRIES]:
        child = _grafted(space, first, here, tree, rng)
        if child not in (first, second):
            return child
    return None


CROSSOVERS: Mapping[str, Crossover] = {
    "uniform": uniform,
    "stage": stage,
    "point": point,
    "subtree": subtree,
}
TRIES = 8  # grafts, before a pair of parents is given up

Grouping: TypeAlias = Callable[[list[str]], Mapping[str, str]]
Tree: TypeAlias = dict[str, tuple["Domain", Index]]  # by the path below the root, "" for the root


def exchanged(
    space: Space, first: Genotype, second: Genotype, rate: float, grouping: Grouping, rng: Random
) -> tuple[Genotype, Genotype]:
    """Both parents with each group of decisions exchanged with a probability."""
    names = dict.fromkeys(grouping([*by_path(space, first), *by_path(space, second)]).values())
    moved = [name for name in names if rng.random() < rate]
    return swapped(space, first, second, grouping, moved, rng) if moved else (first, second)


def swapped(
    space: Space,
    first: Genotype,
    second: Genotype,
    grouping: Grouping,
    moved: Collection[str],
    rng: Random,
) -> tuple[Genotype, Genotype]:
    """Both parents with some groups of decisions exchanged."""
    a, b = by_path(space, first), by_path(space, second)
    group = grouping([*a, *b])
    return (
        space.genotype(_mixed(a, b, group, moved), rng),
        space.genotype(_mixed(b, a, group, moved), rng),
    )


def _mixed(
    mine: Mapping[str, Index],
    yours: Mapping[str, Index],
    group: Mapping[str, str],
    moved: Collection[str],
) -> dict[str, Index]:
    return {
        **yours, **mine, **{path: index for path, index in yours.items() if group[path] in moved}
    }  # fmt: skip


def _trees(space: Space, genotype: Genotype) -> dict[str, Tree]:
    """Every choice of one option, with the decisions made inside it."""
    trees: dict[str, Tree] = {}
    for step, index in zip(space.steps(genotype), genotype.choices, strict=True):
        path = step.path
        if step.domain.kind == "one":
            trees[path] = {}
        roots = [path[:at] for at, mark in enumerate(path) if mark == "="]
        for root in (path, *roots):
            if root in trees:
                trees[root][path[len(root) :]] = step.domain, index
    return trees


def _grafted(space: Space, first: Genotype, here: str, tree: Tree, rng: Random) -> Genotype:
    old = by_path(space, first)

    def choose(step: Step) -> Index:
        if step.path == here or below(here, step.path):
            domain, index = tree.get(step.path[len(here) :], (None, 0))
            return index if domain == step.domain and fits(step, index) else draw(step, rng)
        kept = old.get(step.path)
        return draw(step, rng) if kept is None or not fits(step, kept) else kept

    return space.compose(choose)
