"""Many points at once, by numpy: a row for each, a column for each decision that it may have.

Independent decisions fill columns, small parts are drawn from urns. At a branch that is too large
for one, the rows part by the option they take, and each group goes on together; groups too small to
gain from numpy are drawn one by one.
"""

from __future__ import annotations

from itertools import groupby
from random import Random

import numpy as np

from . import points
from .dag import Branch, Leaf, Node, Product
from .limits import deep_recursion
from .points import Index
from .urns import Block, Urns

SMALL = 32  # rows
_CELLS = 2**22  # of the array; more rows are drawn in several
_WIDEST = 2**16
_LARGEST = 2**31 - 1  # options that an entry can tell apart

Point = tuple[Index, ...]


def sample_many(root: Node, count: int, seed: int, urns: Urns | None = None) -> list[Point]:
    """`count` independent points, each distributed as by `points.sample`; reproducible by the seed.

    `urns`: those of earlier calls, which change nothing but the time.
    """
    urns = urns or Urns(root)
    many, one = np.random.default_rng(seed), Random(seed)
    with deep_recursion():
        width = urns.width(root)
        if width > _WIDEST:
            return [tuple(points.sample(root, one)) for _ in range(count)]
        at_once = max(1, _CELLS // max(1, width))
        found: list[Point] = []
        while len(found) < count:
            batch = _Batch(many, one, urns)
            found += batch.points(root, min(at_once, count - len(found)))
        return found


class _Batch:
    def __init__(self, many: np.random.Generator, one: Random, urns: Urns) -> None:
        self.many, self.one, self.urns = many, one, urns
        self.odd: list[Index] = []  # what no entry can hold, which then is -1 - its place here

    def points(self, root: Node, count: int) -> list[Point]:
        urns = self.urns
        block = np.empty((count, urns.width(root)), urns.type)
        self._fill(block, root)
        there = block != urns.fill
        entries = block[there]
        ends = np.cumsum(there.sum(axis=1))
        cuts = map(slice, [0, *ends[:-1].tolist()], ends.tolist())
        if urns.type is np.uint8:
            return list(map(tuple, map(entries.tobytes().__getitem__, cuts)))
        listed: list[Index] = entries.tolist()
        if self.odd:
            listed = [self.odd[-1 - int(i)] if i < 0 else i for i in listed]
        return list(map(tuple, map(listed.__getitem__, cuts)))

    def _fill(self, block: Block, node: Node) -> None:
        """Draw the choices below a node, a point for each row."""
        count = len(block)
        size = self.urns.size(node)
        if isinstance(node, Leaf):
            self._fill_columns(block, node.arity, node)
        elif 0 < size <= SMALL * count and not (isinstance(node, Product) and node.cards):
            block[:] = self.urns.urn(node)[self.many.integers(size, size=count)]
        elif count < SMALL:
            self._fill_rows(block, node)
        elif isinstance(node, Product):
            self._side_by_side(block, node)
        elif isinstance(node, Branch):
            self._part(block, node)
        else:
            self._fill(block, node.child)

    def _fill_columns(self, block: Block, arity: int | None, leaf: Leaf) -> None:
        """Independent decisions of so many options each, or one other decision."""
        if arity is not None and arity < _LARGEST:
            block[:] = self.many.integers(arity, size=block.shape, dtype=self.urns.type)
        else:
            block[:, 0] = [self._hold(points.draw(leaf, self.one)) for _ in range(len(block))]

    def _hold(self, index: Index) -> int:
        if isinstance(index, int) and index < _LARGEST:
            return index
        self.odd.append(index)
        return -len(self.odd)

    def _fill_rows(self, block: Block, node: Node) -> None:
        block[:] = self.urns.fill
        for row in block:
            drawn = points.sample(node, self.one)
            row[: len(drawn)] = [self._hold(index) for index in drawn]

    def _side_by_side(self, block: Block, node: Product) -> None:
        """Neighbours with as many options fill their columns together."""
        column = 0
        for arity, children in groupby(node.children, _arity):
            group = list(children)
            for part in [group] if arity else [[child] for child in group]:
                after = column + sum(map(self.urns.width, part))
                inside = block[:, column:after]
                if isinstance(part[0], Leaf):
                    self._fill_columns(inside, part[0].arity, part[0])
                else:
                    self._fill(inside, part[0])
                column = after

    def _part(self, block: Block, node: Branch) -> None:
        """Each row takes an option; the rows of one option draw what follows together."""
        picks = self.many.integers(len(node.feasible), size=len(block))
        block[:, 0] = np.array(node.feasible)[picks]
        block[:, 1:] = self.urns.fill
        for place, option in enumerate(node.feasible):
            child = node.children[option]
            assert child is not None, "the option is feasible"
            rows = np.flatnonzero(picks == place)
            width = self.urns.width(child)
            if width and len(rows):
                below = np.empty((len(rows), width), self.urns.type)
                self._fill(below, child)
                block[rows, 1 : 1 + width] = below


def _arity(node: Node) -> int | None:
    return node.arity if isinstance(node, Leaf) else None
