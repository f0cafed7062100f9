"""The graph of choices: a hash-consed DAG of leaves, branches, products and prefixes.

A point of the space is a walk: a branch or leaf gives one index and goes on with that child, a
product does all its children in order. The indices in the order of the walk are the genotype.
Sizes are exact big integers; a node under a continuous decision has size None.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Any

from .limits import deep_recursion
from .symbolic import Var

MAX_BITS = 1_000_000  # of the number of members


class TooLarge(Exception):
    """More distinct sub-spaces than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class Leaf:
    """A decision on which nothing else depends."""

    __slots__ = ("arity", "size", "var")
    size: int | None

    def __init__(self, var: Var) -> None:
        self.var = var
        self.size = self.arity = var.size


class Branch:
    """A decision that decides what follows; a child is None where the rest is infeasible."""

    __slots__ = ("bounds", "children", "even", "feasible", "size", "var")
    size: int | None

    def __init__(self, var: Var, children: tuple[Node | None, ...]) -> None:
        self.var, self.children = var, children
        self.feasible = tuple(i for i, c in enumerate(children) if c is not None)
        sizes = [0 if c is None else c.size for c in children]
        self.size = None
        self.bounds: tuple[int, ...] = ()
        if all(s is not None for s in sizes):
            total, bounds = 0, []
            for s in sizes:
                bounds.append(total)
                total += s or 0
            self.size, self.bounds = total, tuple(bounds)
        self.even = len(set(sizes)) == 1

    def below(self, index: float) -> Node:
        """What follows a feasible option."""
        found = self.children[int(index)]
        assert found is not None
        return found

    def child_of_rank(self, rank: int) -> tuple[int, int]:
        """The index of the child that holds a rank, and the rank inside it."""
        index = bisect_right(self.bounds, rank) - 1
        while self.children[index] is None:
            index -= 1
        return index, rank - self.bounds[index]


class Product:
    """Independent parts, in order; `cards` if all of them are finite leaves."""

    __slots__ = ("cards", "children", "size")
    size: int | None

    def __init__(self, children: tuple[Node, ...]) -> None:
        self.children = children
        self.size = 1
        for child in children:
            if child.size is None or self.size is None:
                self.size = None
            else:
                self.size *= child.size
                if self.size.bit_length() > MAX_BITS:
                    raise TooLarge(MAX_BITS)
        flat = all(isinstance(c, Leaf) and c.size is not None for c in children)
        self.cards = tuple(c.size or 0 for c in children) if flat else None


class Prefix:
    """A node shared by several places: its paths begin with `marker`, here read as `prefix`."""

    __slots__ = ("child", "marker", "prefix", "size")
    size: int | None

    def __init__(self, marker: str, prefix: str, child: Node) -> None:
        self.marker, self.prefix, self.child, self.size = marker, prefix, child, child.size


Node = Leaf | Branch | Product | Prefix


class Pool:
    """Makes nodes, each distinct one once."""

    def __init__(self, limit: int = 200_000) -> None:
        self.limit = limit
        self.nodes: dict[tuple[object, ...], Node] = {}
        self.unit = Product(())

    def _intern(self, key: tuple[object, ...], make: Callable[..., Node], *args: Any) -> Node:
        found = self.nodes.get(key)
        if found is None:
            if len(self.nodes) >= self.limit:
                raise TooLarge(self.limit)
            found = self.nodes[key] = make(*args)
        return found

    def leaf(self, var: Var) -> Node:
        return self._intern((Leaf, var), Leaf, var)

    def branch(self, var: Var, children: tuple[Node | None, ...]) -> Node | None:
        """A branch; a leaf if no child decides anything; None if no child is feasible."""
        if all(c is None for c in children):
            return None
        if all(c is self.unit for c in children):
            return self.leaf(var)
        key = (Branch, var, *(None if c is None else id(c) for c in children))
        return self._intern(key, Branch, var, children)

    def product(self, parts: Iterable[Node]) -> Node:
        """Parts side by side, nested products flattened."""
        flat: list[Node] = []
        for part in parts:
            flat.extend(part.children if isinstance(part, Product) else (part,))
        if len(flat) == 1:
            return flat[0]
        if not flat:
            return self.unit
        return self._intern((Product, *(id(c) for c in flat)), Product, tuple(flat))

    def prefix(self, marker: str, prefix: str, child: Node) -> Node:
        if child is self.unit:
            return child
        return self._intern((Prefix, marker, prefix, id(child)), Prefix, marker, prefix, child)


def structure_hash(root: Node) -> str:
    """SHA-256 of the graph of choices: paths, domains and structure."""
    import hashlib  # OpenSSL is slow to load, and many commands do without

    known: dict[int, str] = {}

    def digest(node: Node | None) -> str:
        if node is None:
            return "none"
        if id(node) in known:
            return known[id(node)]
        match node:
            case Leaf(var=var):
                text = f"leaf {var.path} {var.domain!r}"
            case Branch(var=var, children=children):
                text = f"branch {var.path} {var.domain!r} " + " ".join(digest(c) for c in children)
            case _ if hasattr(node, "children"):
                text = "product " + " ".join(digest(c) for c in node.children)
            case _:
                text = f"prefix {node.marker} {node.prefix} {digest(node.child)}"
        known[id(node)] = hashlib.sha256(text.encode()).hexdigest()
        return known[id(node)]

    with deep_recursion():
        return digest(root)
