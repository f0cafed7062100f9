"""Many points at once, by numpy: a column of draws for every decision that all of them take.

A product of leaves is one column a leaf. At a branch the points part by the option they take, and
each group goes on together; groups too small to gain from numpy are drawn one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from operator import add
from random import Random
from typing import TYPE_CHECKING

from . import points
from .dag import Branch, Leaf, Node, Product
from .limits import deep_recursion
from .points import Index

if TYPE_CHECKING:
    from numpy.random import Generator

    Rows = Iterable[tuple[Index, ...]]

SMALL = 32
_WORD = 2**62  # numpy draws below it


def sample_many(root: Node, count: int, seed: int) -> list[tuple[Index, ...]]:
    """`count` independent points, each distributed as by `points.sample`; reproducible by the seed."""
    if count <= 0:
        return []
    import numpy

    batch = _Batch(numpy.random.default_rng(seed), Random(seed))
    with deep_recursion():
        return list(batch.rows(root, count))


class _Batch:
    def __init__(self, many: Generator, one: Random) -> None:
        self.many, self.one = many, one

    def rows(self, node: Node, count: int) -> Rows:
        """The choices below a node of `count` points, in random order."""
        if count < SMALL:
            return [tuple(points.sample(node, self.one)) for _ in range(count)]
        if isinstance(node, Product):
            return self._side_by_side(node, count)
        if isinstance(node, Branch):
            return self._parted(node, count)
        if isinstance(node, Leaf):
            return zip(self._column(node, count), strict=True)
        return self.rows(node.child, count)

    def _column(self, leaf: Leaf, count: int) -> list[Index]:
        if leaf.arity is None or leaf.arity >= _WORD:
            return [points.sample(leaf, self.one)[0] for _ in range(count)]
        drawn: list[Index] = self.many.integers(leaf.arity, size=count).tolist()
        return drawn

    def _side_by_side(self, node: Product, count: int) -> Rows:
        """Leaves next to each other join as columns; what else there is brings its rows."""
        if not node.children:
            return [()] * count
        if node.cards is not None:
            return zip(*[self._column(leaf, count) for leaf in node.children], strict=True)  # type: ignore[arg-type]
        parts: list[Rows] = []
        columns: list[list[Index]] = []
        for child in node.children:
            if isinstance(child, Leaf):
                columns.append(self._column(child, count))
                continue
            if columns:
                parts.append(zip(*columns, strict=True))
                columns = []
            parts.append(self.rows(child, count))
        if columns:
            parts.append(zip(*columns, strict=True))
        while len(parts) > 1:  # in pairs, so that no chain of iterators gets long
            pairs = zip(parts[::2], parts[1::2], strict=False)
            last = parts[-1:] if len(parts) % 2 else []
            parts = [map(add, left, right) for left, right in pairs] + last
        return parts[0]

    def _parted(self, node: Branch, count: int) -> Rows:
        """Each point takes an option; the points of one option draw what follows together."""
        picks: list[int] = self.many.integers(len(node.feasible), size=count).tolist()
        groups = [
            iter(self._led(option, node.children[option], picks.count(place)))
            for place, option in enumerate(node.feasible)
        ]
        return map(next, map(groups.__getitem__, picks))

    def _led(self, option: int, child: Node | None, count: int) -> Rows:
        """The rows below one option, with the option at the head."""
        assert child is not None
        if isinstance(child, Product) and child.cards is not None and count >= SMALL:
            columns = [self._column(leaf, count) for leaf in child.children]  # type: ignore[arg-type]
            return zip(repeat(option, count), *columns, strict=True)
        return ((option, *row) for row in self.rows(child, count))
