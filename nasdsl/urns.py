"""The points of small parts of a space, listed so that drawing one is drawing a number.

An urn is an array of rows, each point in it as often as it is likely when every decision is uniform
over its feasible options. `fill` stands behind points that are shorter than others.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .dag import Branch, Leaf, Node, Prefix, Product

Block = NDArray[Any]  # of the type of the urns

LARGEST = 1024
KEPT = 1_000_000  # rows in all urns


class Urns:
    """The urns of one space, and how wide the rows of points below a node are.

    type: bytes where they can hold every option.
    """

    def __init__(self, root: Node, kept: int = KEPT) -> None:
        self._kept, self._held = kept, 0
        self._urns: dict[Node, Block] = {}
        self._sizes: dict[Node, int] = {}
        self._widths: dict[Node, int] = {}
        small = all(0 < options < 2**8 for options in _options(root))
        self.type: type[np.integer[Any]] = np.uint8 if small else np.int32
        self.fill = int(np.iinfo(self.type).max)

    def width(self, node: Node) -> int:
        """The most decisions that a point below a node has."""
        width = self._widths.get(node)
        if width is None:
            if isinstance(node, Leaf):
                width = 1
            elif isinstance(node, Prefix):
                width = self.width(node.child)
            elif isinstance(node, Product):
                width = sum(map(self.width, node.children))
            else:
                width = 1 + max(self.width(c) for c in node.children if c is not None)
            self._widths[node] = width
        return width

    def size(self, node: Node) -> int:
        """How many rows the urn of a node has; 0 if they are too many for one."""
        size = self._sizes.get(node)
        if size is None:
            size = self._computed_size(node)
            size = self._sizes[node] = size if size <= LARGEST else 0
        return size

    def _computed_size(self, node: Node) -> int:
        if isinstance(node, Leaf):
            return node.arity or 0
        if isinstance(node, Prefix):
            return self.size(node.child)
        size = 1
        if isinstance(node, Product):
            for child in node.children:
                size *= self.size(child)
                if not 0 < size <= LARGEST:
                    return 0
            return size
        for index in node.feasible:
            size = lcm(size, self.size(node.children[index]))  # type: ignore[arg-type]  # it is feasible
            if not 0 < size <= LARGEST:
                return 0
        return size * len(node.feasible)

    def urn(self, node: Node) -> Block:
        """The urn of a node whose size is not 0."""
        urn = self._urns.get(node)
        if urn is None:
            urn = self._filled(node)
            if self._held > self._kept:
                self._urns.clear()
                self._held = 0
            self._held += len(urn)
            self._urns[node] = urn
        return urn

    def _filled(self, node: Node) -> Block:
        if isinstance(node, Leaf):
            return np.arange(self.size(node), dtype=self.type)[:, None]
        if isinstance(node, Prefix):
            return self.urn(node.child)
        size = self.size(node)
        urn = np.full((size, self.width(node)), self.fill, self.type)
        if isinstance(node, Product):
            column, after = 0, size
            for child in node.children:
                part = self.urn(child)
                after //= len(part)
                rows = np.arange(size) // after % len(part)
                urn[:, column : column + part.shape[1]] = part[rows]
                column += part.shape[1]
            return urn
        each = size // len(node.feasible)
        for place, index in enumerate(node.feasible):
            part = self.urn(node.children[index])  # type: ignore[arg-type]  # it is feasible
            below = urn[place * each : (place + 1) * each]
            below[:, 0] = index
            below[:, 1 : 1 + part.shape[1]] = np.repeat(part, each // len(part), axis=0)
        return urn


def _options(root: Node) -> Iterator[int]:
    """The numbers of options below a node, 0 for a real number."""
    seen: set[Node] = set()
    stack: list[Node | None] = [root]
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if isinstance(node, Leaf):
            yield node.arity or 0
        elif isinstance(node, Prefix):
            stack.append(node.child)
        else:
            stack += node.children
            if isinstance(node, Branch):
                yield len(node.children)
