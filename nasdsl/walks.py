"""Walks that know the paths of decisions: the graph of choices unrolled, each place with its path.

A walk meets spots: a Run of decisions side by side on which nothing depends, or a Fork. What a
program shares between several places is unrolled where a walk first comes to it, and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from random import Random

from . import points
from .dag import Branch, Leaf, Node, Prefix, Product
from .domains import Domain
from .points import Index, Malformed
from .record import Frozen, record
from .symbolic import Var
from .values import ROOT

MOST = 200_000  # remembered paths

Place = tuple[str, Var, Index]


@record
class Step(Frozen):
    """A decision that a walk comes to. options: its feasible indices in order, None for a real number.

    role: "input" if it picks one of several tensors, "count" if it is a number of repetitions.
    """

    path: str
    domain: Domain
    options: Sequence[int] | None
    role: str = ""


class Names:
    """What the markers of shared programs stand for here."""

    __slots__ = ("marker", "outer", "prefix")

    def __init__(self, marker: str, prefix: str, outer: Names | None) -> None:
        self.marker, self.prefix, self.outer = marker, prefix, outer


class Run:
    """Decisions side by side. cards: their numbers of options, 0 for a real number."""

    __slots__ = ("cards", "nodes", "paths", "steps")
    nodes: tuple[Leaf, ...]
    cards: tuple[int, ...]
    steps: Sequence[Step]  # made when they are first asked for

    def __init__(self, nodes: Sequence[Leaf], paths: Sequence[str]) -> None:
        self.nodes, self.paths = tuple(nodes), tuple(paths)
        self.cards = tuple([leaf.arity or 0 for leaf in nodes])
        self.steps = ()


class Fork:
    """A decision that decides what follows. below: by option, None where no walk has come to."""

    __slots__ = ("below", "cards", "names", "node", "nodes", "paths", "steps")
    nodes: tuple[Branch, ...]
    cards: None
    below: list[Row | None]
    steps: Sequence[Step]

    def __init__(self, node: Branch, path: str, names: Names | None) -> None:
        self.node, self.names = node, names
        self.nodes, self.paths, self.cards, self.steps = (node,), (path,), None, ()
        self.below = [None] * len(node.children)


Spot = Run | Fork
Row = tuple[Spot, ...]  # the last comes first, as on a stack


class Walks:
    """Walks below the nodes of one space."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._forget()

    def _forget(self) -> None:
        self._rows: dict[tuple[Node, Names | None], Row] = {}
        self._entered: dict[tuple[Prefix, Names | None], Names] = {}
        self._count = 0

    # -------------------------------------------------------------- unrolling

    def _row(self, node: Node, names: Names | None = None) -> Row:
        """The spots that every walk below a node meets."""
        row = self._rows.get((node, names))
        if row is None:
            if self._count > self._most:
                self._forget()
            row = self._rows[node, names] = tuple(self._unroll(node, names))[::-1]
            self._count += 1 + sum(len(spot.paths) for spot in row)
        return row

    def _unroll(self, node: Node, names: Names | None) -> Iterator[Spot]:
        leaves: list[Leaf] = []
        paths: list[str] = []
        stack: list[tuple[Node, Names | None]] = [(node, names)]
        while stack:
            node, names = stack.pop()
            if isinstance(node, Product):
                stack.extend((child, names) for child in reversed(node.children))
            elif isinstance(node, Prefix):
                stack.append((node.child, self._enter(node, names)))
            elif isinstance(node, Leaf):
                leaves.append(node)
                paths.append(resolve(node.var.path, names))
            else:
                if leaves:
                    yield Run(leaves, paths)
                    leaves, paths = [], []
                yield Fork(node, resolve(node.var.path, names), names)
        if leaves:
            yield Run(leaves, paths)

    def _enter(self, node: Prefix, names: Names | None) -> Names:
        found = self._entered.get((node, names))
        if found is None:
            found = self._entered[node, names] = Names(node.marker, node.prefix, names)
        return found

    def _below(self, fork: Fork, index: int) -> Row:
        child = fork.node.children[index]
        assert child is not None
        row = fork.below[index] = self._row(child, fork.names)
        return row

    # -------------------------------------------------------------- walks

    def walk(self, root: Node, choices: Sequence[Index]) -> list[Spot]:
        """The spots that a point meets, in order. Raises Malformed if it is not a point."""
        if {*map(type, choices)} != {int} or min(choices) < 0:
            return self._walk_slowly(root, choices)
        met: list[Spot] = []
        at, count = 0, len(choices)
        stack = list(self._row(root))
        while stack:
            spot = stack.pop()
            met.append(spot)
            if spot.cards is not None:
                end = at + len(spot.cards)
                for index, card in zip(choices[at:end], spot.cards, strict=False):
                    if index >= card:
                        return self._walk_slowly(root, choices)
                at = end
                continue
            below = spot.below
            if at >= count or choices[at] >= len(below):
                return self._walk_slowly(root, choices)
            row = below[choices[at]]  # type: ignore[index]  # a choice of one option is an int
            if row is None:
                points.take(spot.node, choices, at)
                row = self._below(spot, choices[at])  # type: ignore[arg-type]  # likewise
            at += 1
            stack += row
        if at != count:
            return self._walk_slowly(root, choices)
        return met

    def _walk_slowly(self, root: Node, choices: Sequence[Index]) -> list[Spot]:
        """A walk with real numbers on it, or one that says what is wrong."""
        met: list[Spot] = []
        at = 0
        stack = list(self._row(root))
        while stack:
            spot = stack.pop()
            met.append(spot)
            for node in spot.nodes:
                index = points.take(node, choices, at)
                at += 1
            if spot.cards is None:
                row = spot.below[int(index)]
                stack += self._below(spot, int(index)) if row is None else row
        if at != len(choices):
            raise Malformed(f"it has {len(choices)} decisions, not {at}")
        return met

    def places(self, root: Node, choices: Sequence[Index]) -> list[Place]:
        """The path, decision and index of each entry. Raises Malformed if it is not a point."""
        met = self.walk(root, choices)
        variables = [node.var for spot in met for node in spot.nodes]
        return list(zip(_paths(met), variables, choices, strict=True))

    def paths(self, root: Node, choices: Sequence[Index]) -> list[str]:
        """The path of each entry. Raises Malformed if it is not a point."""
        return list(_paths(self.walk(root, choices)))

    def by_path(self, root: Node, choices: Sequence[Index]) -> dict[str, Index]:
        """The entries by their paths. Raises Malformed if it is not a point."""
        return dict(zip(_paths(self.walk(root, choices)), choices, strict=True))

    def complete(
        self, root: Node, get: Callable[[str], Index | None], rng: Random | None
    ) -> list[Index]:
        """A point whose decisions are `get(path)` where that is feasible, else drawn (None: the first)."""
        out: list[Index] = []
        stack = list(self._row(root))
        while stack:
            spot = stack.pop()
            if spot.cards is not None:
                found = list(map(get, spot.paths))
                for wanted, card in zip(found, spot.cards, strict=True):
                    if wanted.__class__ is not int or not 0 <= wanted < card:
                        found = [
                            _fitted(*pair, rng) for pair in zip(spot.nodes, found, strict=True)
                        ]
                        break
                out += found  # type: ignore[arg-type]  # checked one by one, or made to fit
                continue
            wanted, below = get(spot.paths[0]), spot.below
            if wanted.__class__ is not int or not 0 <= wanted < len(below) or below[wanted] is None:
                wanted = _option(spot.node, wanted, rng)
            out.append(wanted)
            row = below[wanted]
            stack += self._below(spot, wanted) if row is None else row
        return out

    def compose(self, root: Node, choose: Callable[[Step], Index]) -> list[Index]:
        """A point whose decisions are chosen one after the other. Raises Malformed if one is no
        feasible option."""
        out: list[Index] = []
        stack = list(self._row(root))
        while stack:
            spot = stack.pop()
            found = _checked(spot, [choose(step) for step in _steps(spot)])
            out += found
            if spot.cards is None:
                row = spot.below[int(found[0])]
                stack += self._below(spot, int(found[0])) if row is None else row
        return out

    def steps(self, root: Node, choices: Sequence[Index]) -> list[Step]:
        """The decisions that a point meets. Raises Malformed if it is not a point."""
        return [step for spot in self.walk(root, choices) for step in _steps(spot)]

    def gather(self, root: Node, get: Callable[[str], Index | None]) -> list[Index]:
        """The point whose decisions are `get(path)`. Raises Malformed if one is no feasible option."""
        out: list[Index] = []
        stack = list(self._row(root))
        while stack:
            spot = stack.pop()
            found = list(map(get, spot.paths))
            if spot.cards is None:
                (index,) = _checked(spot, found)
                row = spot.below[int(index)]
                stack += self._below(spot, int(index)) if row is None else row
                out.append(index)
                continue
            for wanted, card in zip(found, spot.cards, strict=True):
                if wanted.__class__ is not int or not 0 <= wanted < card:
                    _checked(spot, found)
                    break
            out += found  # type: ignore[arg-type]  # checked one by one
        return out

    def all_decisions(self, root: Node, limit: int) -> Iterator[tuple[str, Domain]]:
        """The path and domain of each decision below a node, each once, in order of the walk."""
        seen: set[tuple[str, Domain]] = set()
        done: set[tuple[int, str]] = set()
        stack: list[tuple[Node, Names | None]] = [(root, None)]
        while stack and len(seen) < limit:
            node, names = stack.pop()
            if isinstance(node, Product):
                stack.extend((child, names) for child in reversed(node.children))
                continue
            if isinstance(node, Prefix):
                stack.append((node.child, Names(node.marker, node.prefix, names)))
                continue
            found = resolve(node.var.path, names), node.var.domain
            if (id(node), found[0]) in done:
                continue
            done.add((id(node), found[0]))
            if found not in seen:
                seen.add(found)
                yield found
            if isinstance(node, Branch):
                below = {id(c): c for c in reversed(node.children) if c is not None}
                stack.extend((child, names) for child in below.values())


def _steps(spot: Spot) -> Sequence[Step]:
    if not spot.steps:
        nodes: Sequence[Leaf | Branch] = spot.nodes
        spot.steps = [
            Step(path, node.var.domain, _options(node), node.var.role)
            for node, path in zip(nodes, spot.paths, strict=True)
        ]
    return spot.steps


def _options(node: Leaf | Branch) -> Sequence[int] | None:
    if isinstance(node, Branch):
        every = len(node.feasible) == len(node.children)
        return range(len(node.children)) if every else node.feasible
    return None if node.arity is None else range(node.arity)


def _paths(met: Sequence[Spot]) -> Iterable[str]:
    return chain.from_iterable([spot.paths for spot in met])


def _checked(spot: Spot, found: Sequence[Index | None]) -> Sequence[Index]:
    """The entries of a spot. Raises Malformed if one is no feasible option, or none is given."""
    for place, (index, path) in enumerate(zip(found, spot.paths, strict=True)):
        if index is None:
            raise Malformed(f"nothing is given for `{path}`")
        points.take(spot.nodes[place], found, place)  # type: ignore[arg-type]  # a spot of cards has leaves
    return found  # type: ignore[return-value]  # none is None: checked above


def _fitted(leaf: Leaf, wanted: Index | None, rng: Random | None) -> Index:
    if wanted is not None and points.fits(leaf, wanted):
        return wanted if leaf.arity is None else int(wanted)
    return points.draw(leaf, rng) if rng is not None else points.lowest(leaf)


def _option(node: Branch, wanted: Index | None, rng: Random | None) -> int:
    if wanted is not None and points.fits(node, wanted) and node.children[int(wanted)] is not None:
        return int(wanted)
    return node.feasible[0 if rng is None else int(rng.random() * len(node.feasible))]


def resolve(path: str, names: Names | None) -> str:
    """A decision's path where these names stand."""
    while names is not None:
        if path.startswith(names.marker):
            rest = path[len(names.marker) :]
            path = names.prefix + rest if names.prefix else _at_root(rest)
        names = names.outer
    return path


def _at_root(rest: str) -> str:
    """The path of a decision of a program that stands at the top of the network."""
    return rest[1:] if rest.startswith("/") else ROOT + rest
