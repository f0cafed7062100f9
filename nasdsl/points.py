"""Walks through the graph of choices: sampling, ranks, completion. Points are lists of indices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from random import Random

from .dag import Branch, Leaf, Node, Prefix, Product
from .domains import Domain
from .symbolic import Var

Index = int | float
Place = tuple[str, Var, Index]


class Malformed(Exception):
    """A sequence of indices is not a point of the space."""


def sample(root: Node, rng: Random) -> list[Index]:
    """A point, each decision uniform over its feasible options."""
    out: list[Index] = []
    random = rng.random
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        if node.__class__ is Product:
            if node.cards is not None:
                out += [int(random() * card) for card in node.cards]
            else:
                stack += reversed(node.children)
        elif node.__class__ is Branch:
            index = node.feasible[int(random() * len(node.feasible))]
            out.append(index)
            stack.append(node.children[index])  # type: ignore[arg-type]  # its class says so; isinstance is slower
        elif node.__class__ is Leaf:
            out.append(draw(node, rng))
        else:
            stack.append(node.child)  # type: ignore[union-attr]  # a Prefix: no other class is left
    return out


def draw(node: Leaf, rng: Random) -> Index:
    """An option, uniformly."""
    if node.arity is None:
        return draw_float(node.var.domain, rng)
    return int(rng.random() * node.arity) if node.arity < 2**40 else rng.randrange(node.arity)


def lowest(node: Leaf) -> Index:
    """The first option, or the lower end."""
    return 0 if node.arity is not None else node.var.domain.low


def draw_float(domain: Domain, rng: Random) -> float:
    """A real number of the interval: uniform, or log-uniform."""
    if domain.log:
        return math.exp(rng.uniform(math.log(domain.low), math.log(domain.high)))
    return rng.uniform(domain.low, domain.high)


def unrank(root: Node, rank: int) -> list[Index]:
    """Point number `rank` in lexicographic order of the walk (first decisions most significant)."""
    out: list[Index] = []
    stack: list[tuple[Node, int]] = [(root, rank)]
    while stack:
        node, rest = stack.pop()
        if isinstance(node, Leaf):
            out.append(rest)
        elif isinstance(node, Branch):
            index, rest = node.child_of_rank(rest)
            out.append(index)
            stack.append((node.below(index), rest))
        elif isinstance(node, Prefix):
            stack.append((node.child, rest))
        elif node.cards is not None:
            digits: list[Index] = []
            for card in reversed(node.cards):
                rest, digit = divmod(rest, card)
                digits.append(digit)
            out += reversed(digits)
        else:
            for child in reversed(node.children):
                rest, part = divmod(rest, child.size or 0)
                stack.append((child, part))
    return out


def rank(root: Node, choices: Sequence[Index]) -> int:
    """The inverse of `unrank`. Raises Malformed."""
    position = 0

    def visit(node: Node) -> int:
        nonlocal position
        if isinstance(node, Prefix):
            return visit(node.child)
        if isinstance(node, Product):
            total = 0
            if node.cards is not None:
                for place, card in enumerate(node.cards, position):
                    index = choices[place] if place < len(choices) else -1
                    if index.__class__ is not int or not 0 <= index < card:
                        index = take(node.children[place - position], choices, place)  # type: ignore[arg-type]  # a product of cards has leaves
                    total = total * card + int(index)
                position += len(node.cards)
                return total
            for child in node.children:
                total = total * (child.size or 0) + visit(child)
            return total
        index = take(node, choices, position)
        position += 1
        if isinstance(node, Leaf):
            return int(index)
        return node.bounds[int(index)] + visit(node.below(index))

    total = visit(root)
    if position != len(choices):
        raise Malformed(f"it has {len(choices)} decisions, not {position}")
    return total


def take(node: Leaf | Branch, choices: Sequence[Index], position: int) -> Index:
    """The entry of a decision. Raises Malformed if it is none of the feasible options."""
    if position >= len(choices):
        raise Malformed(f"it ends before `{node.var.path}`")
    index = choices[position]
    if isinstance(node, Leaf):
        size = node.arity
        if size is None:
            domain = node.var.domain
            if not isinstance(index, int | float) or not domain.low <= index <= domain.high:
                raise Malformed(f"`{node.var.path}` must be in {domain}, not {index}")
            return index
    else:
        size = len(node.children)
    if not isinstance(index, int) or not 0 <= index < size:
        raise Malformed(f"`{node.var.path}` must be 0..{size - 1}, not {index}")
    if isinstance(node, Branch) and node.children[index] is None:
        shown = node.var.domain.show(index)
        raise Malformed(f"`{node.var.path}` = {shown} is excluded by a requirement")
    return index


def fits(node: Leaf | Branch, index: Index) -> bool:
    """Whether this is an option, feasible or not."""
    size = node.arity if isinstance(node, Leaf) else len(node.children)
    if size is None:
        domain = node.var.domain
        return domain.low <= index <= domain.high
    return isinstance(index, int) and 0 <= index < size


TAIL = 4096  # sizes up to which the points of a part are listed once and reused


def enumerate_points(root: Node, start: int, stop: int) -> Iterator[tuple[Index, ...]]:
    """Points start..stop-1 in order of rank."""
    return _points(root, start, stop, {})


_Known = dict[tuple[int, int], list[tuple[Index, ...]]]


def _points(node: Node, start: int, stop: int, known: _Known) -> Iterator[tuple[Index, ...]]:
    if isinstance(node, Product):
        yield from _side_by_side(node, 0, start, stop, known)
    elif isinstance(node, Prefix):
        yield from _points(node.child, start, stop, known)
    elif isinstance(node, Leaf):
        for index in range(start, stop):
            yield (index,)
    else:
        for index in node.feasible:
            child, low = node.below(index), node.bounds[index]
            size = child.size or 0
            if low < stop and start < low + size:
                below = _points(child, max(0, start - low), min(size, stop - low), known)
                yield from map((index,).__add__, below)


def _side_by_side(
    node: Product, place: int, start: int, stop: int, known: _Known
) -> Iterator[tuple[Index, ...]]:
    """The points of the children from `place` on."""
    left = len(node.children) - place
    if left == 0:
        if start < stop:
            yield ()
        return
    child = node.children[place]
    if left == 1:
        yield from _points(child, start, stop, known)
        return
    tail = math.prod(c.size or 0 for c in node.children[place + 1 :])
    first, last = start // tail, -(-stop // tail)
    for rank, head in enumerate(_points(child, first, last, known), first):
        low, high = max(0, start - rank * tail), min(tail, stop - rank * tail)
        if tail <= TAIL and low == 0 and high == tail:
            key = id(node), place + 1
            rests = known.get(key)
            if rests is None:
                rests = known[key] = list(_side_by_side(node, place + 1, 0, tail, known))
            yield from map(head.__add__, rests)
        else:
            yield from map(head.__add__, _side_by_side(node, place + 1, low, high, known))


def length(node: Node, choices: Sequence[Index], start: int) -> int:
    """How many entries, from `start` on, the walk below a node takes."""
    count = 0
    stack: list[Node] = [node]
    while stack:
        node = stack.pop()
        if node.__class__ is Product:
            if node.cards is not None:
                count += len(node.cards)
            else:
                stack += reversed(node.children)
        elif node.__class__ is Branch:
            stack.append(node.children[choices[start + count]])  # type: ignore[arg-type,index]  # its class says so; isinstance is slower
            count += 1
        elif node.__class__ is Leaf:
            count += 1
        else:
            stack.append(node.child)  # type: ignore[union-attr]  # a Prefix: no other class is left
    return count


def first(node: Node) -> list[Index]:
    """The first point of a part (its lower ends, where it is continuous)."""
    out: list[Index] = []
    stack: list[Node] = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, Product):
            stack += reversed(node.children)
        elif isinstance(node, Prefix):
            stack.append(node.child)
        elif isinstance(node, Leaf):
            out.append(lowest(node))
        else:
            out.append(node.feasible[0])
            stack.append(node.below(node.feasible[0]))
    return out


def nodes(root: Node, choices: Sequence[Index]) -> list[Leaf | Branch]:
    """The node of each entry of a point."""
    out: list[Leaf | Branch] = []
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        if node.__class__ is Product:
            if node.cards is not None:
                out += node.children  # type: ignore[arg-type]  # a product of cards has leaves
            else:
                stack += reversed(node.children)
        elif node.__class__ is Branch:
            stack.append(node.children[choices[len(out)]])  # type: ignore[arg-type,index]  # its class says so; isinstance is slower
            out.append(node)
        elif node.__class__ is Leaf:
            out.append(node)
        else:
            stack.append(node.child)  # type: ignore[union-attr]  # a Prefix: no other class is left
    return out
