"""The tree of a Monte Carlo tree search: what is known of each sequence of first choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, log, sqrt
from random import Random
from typing import Any


class Node:
    """visits: proposals that went through here; `told` of them brought rewards, of this `total`.

    width: how many options follow, 0 while that is not known. closed: all that is below has been
    proposed; `ended` counts the children that are.
    """

    __slots__ = (
        "children",
        "closed",
        "ended",
        "option",
        "parent",
        "told",
        "total",
        "visits",
        "width",
    )

    def __init__(self, parent: Node | None, option: int) -> None:
        self.parent, self.option = parent, option
        self.children: dict[int, Node] = {}
        self.visits = self.told = self.width = self.ended = 0
        self.total = 0.0
        self.closed = False


class Tree:
    """At most `limit` nodes, the root among them. Rewards are scaled to 0..1 by their range so far."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._nodes = [Node(None, -1)]
        self._low, self._high = inf, -inf

    @property
    def root(self) -> Node:
        return self._nodes[0]

    def scaled(self, total: float, count: int) -> float:
        """The mean of rewards on the scale of 0..1; 0 if there are none."""
        if not count:
            return 0.0
        extent = self._high - self._low
        return (total / count - self._low) / extent if extent > 0 else 0.5

    def grow(self, node: Node, option: int) -> Node | None:
        """The child of a node, new if need be; None if the tree is full."""
        child = node.children.get(option)
        if child is None and len(self._nodes) < self._limit:
            child = node.children[option] = Node(node, option)
            self._nodes.append(child)
        return child

    def reward(self, path: Sequence[Node], reward: float) -> None:
        self._low, self._high = min(self._low, reward), max(self._high, reward)
        for node in path:
            node.told += 1
            node.total += reward

    def close(self, node: Node) -> None:
        """A complete sequence has been proposed: so have all that have no open end left."""
        at: Node | None = node
        while at is not None and not at.closed:
            at.closed = True
            at = at.parent
            if at is None:
                return
            at.ended += 1
            if at.ended < at.width:
                return

    def dump(self) -> list[list[Any]]:
        number = {id(node): i for i, node in enumerate(self._nodes)}
        return [
            [
                number[id(n.parent)] if n.parent else -1,
                n.option,
                n.visits,
                n.told,
                n.total,
                n.width,
                n.ended,
                n.closed,
            ]
            for n in self._nodes
        ]

    def load(self, rows: Sequence[Sequence[Any]], extent: Sequence[float]) -> None:
        self._nodes = []
        for parent, option, *facts in rows:
            above = self._nodes[parent] if parent >= 0 else None
            node = Node(above, option)
            node.visits, node.told, node.total, node.width, node.ended, node.closed = facts
            if above is not None:
                above.children[option] = node
            self._nodes.append(node)
        self._low, self._high = extent

    @property
    def extent(self) -> tuple[float, float]:
        return self._low, self._high


def choose(
    tree: Tree,
    node: Node,
    options: Sequence[int],
    exploration: float,
    priors: Mapping[int, tuple[float, float]],
    rng: Random,
) -> int:
    """The option of the greatest upper confidence bound; ties are broken at random.

    X + 2 C √(2 ln n / n_j), infinite where nothing was tried. `priors` are values from elsewhere and
    their weights β: X is then (1-β) X + β prior, and an untried option counts as tried once.
    """
    whole = log(max(1, node.visits))
    best, found = -inf, list(options)
    for option in options:
        child = node.children.get(option)
        if child is not None and child.closed:
            bound = -inf
        else:
            bound = _bound(tree, child, whole, exploration, priors.get(option))
        if bound > best:
            best, found = bound, [option]
        elif bound == best and bound > -inf:
            found.append(option)
    return found[int(len(found) * rng.random())]


def _bound(
    tree: Tree,
    child: Node | None,
    whole: float,
    exploration: float,
    prior: tuple[float, float] | None,
) -> float:
    visits = child.visits if child else 0
    if not visits and prior is None:
        return inf
    value = tree.scaled(child.total, child.told) if child else 0.0
    if prior is not None:
        value = (1 - prior[1]) * value + prior[1] * prior[0]
    return value + 2 * exploration * sqrt(2 * whole / max(1, visits))
