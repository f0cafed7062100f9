"""Bounds of the cost over all choices: intervals of params, MACs and activations, and of the depth.

An interval is (lowest, highest); inf where nothing is known. The depth of a tensor has an interval for
each input of the graph that it belongs to: of the longest chain of operators with weights that leads
from that input to it, -inf where there may be none. A last one is for the longest from any input: there
always is one, even where it is open from which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import cast

from .record import Record, put, record

Interval = tuple[float, float]
Depth = tuple[Interval, ...]


@record
class CostRange(Record):
    """Bounds of the cost of what has been applied so far, each (lowest, highest).

    depth is that of the whole network, and known at the end only.
    """

    params: tuple[int, float] = (0, 0)
    macs: tuple[int, float] = (0, 0)
    activations: tuple[int, float] = (0, 0)
    depth: tuple[int, float] = (0, 0)

    def __init__(
        self,
        params: tuple[int, float] = (0, 0),
        macs: tuple[int, float] = (0, 0),
        activations: tuple[int, float] = (0, 0),
        depth: tuple[int, float] = (0, 0),
    ) -> None:
        put(self, "params", params)
        put(self, "macs", macs)
        put(self, "activations", activations)
        put(self, "depth", depth)

    def plus(self, other: CostRange) -> CostRange:
        return CostRange(
            _add(self.params, other.params),
            _add(self.macs, other.macs),
            _add(self.activations, other.activations),
            self.depth,
        )

    def repeated(self, times: int) -> CostRange:
        """Shared weights, used several times."""
        return CostRange(self.params, _times(self.macs, times), _times(self.activations, times))

    @staticmethod
    def either(costs: Sequence[CostRange]) -> CostRange:
        """One of these."""
        return _each(costs, _hull) if costs else CostRange()

    @staticmethod
    def some(costs: Sequence[CostRange], count: int) -> CostRange:
        """The sum of `count` of these."""
        return _each(costs, lambda pairs: _extreme(pairs, count)) if costs else CostRange()


FREE = CostRange()
UNKNOWN_COST = CostRange((0, inf), (0, inf), (0, inf))


def _each(
    costs: Sequence[CostRange], join: Callable[[list[tuple[int, float]]], tuple[int, float]]
) -> CostRange:
    return CostRange(
        join([c.params for c in costs]),
        join([c.macs for c in costs]),
        join([c.activations for c in costs]),
    )


def _add(a: tuple[int, float], b: tuple[int, float]) -> tuple[int, float]:
    return a[0] + b[0], a[1] + b[1]


def _times(a: tuple[int, float], times: int) -> tuple[int, float]:
    return a[0] * times, a[1] * times


def _hull(pairs: Iterable[tuple[int, float]]) -> tuple[int, float]:
    lows, highs = zip(*pairs, strict=True)
    return min(lows), max(highs)


def _extreme(pairs: Sequence[tuple[int, float]], count: int) -> tuple[int, float]:
    lows = sorted(p[0] for p in pairs)[:count]
    highs = sorted((p[1] for p in pairs), reverse=True)[:count]
    return sum(lows), sum(highs)


# ---------------------------------------------------------------------------- depth

NO_PATH = (-inf, -inf)
ANY_DEPTH = (-inf, inf)


def starts(count: int) -> list[Depth]:
    """The depths of a graph's inputs: each leads to itself only."""
    return [(*((0, 0) if i == j else NO_PATH for j in range(count)), (0, 0)) for i in range(count)]


def deepest(depths: Sequence[Depth]) -> Depth:
    """Behind an operator on all of these tensors."""
    if len(depths) == 1:
        return depths[0]
    return tuple(
        (max(low for low, _ in places), max(high for _, high in places))
        for places in zip(*depths, strict=True)
    )


def one_of(depths: Sequence[Depth]) -> Depth:
    """Of some one of these tensors."""
    first = depths[0]
    if all(d is first or d == first for d in depths):
        return first
    return tuple(
        (min(low for low, _ in places), max(high for _, high in places))
        for places in zip(*depths, strict=True)
    )


def among(sure: Sequence[Depth], maybe: Sequence[Depth]) -> Depth:
    """Behind an operator on all of `sure` and some of `maybe`, at least one tensor in all."""
    found = one_of(maybe)
    if not sure:
        everything = deepest(maybe)
        return tuple((low, high) for (low, _), (_, high) in zip(found, everything, strict=True))
    base, everything = deepest(sure), deepest([*sure, *maybe])
    return tuple((low, high) for (low, _), (_, high) in zip(base, everything, strict=True))


def deeper(depth: Depth, cost: CostRange) -> Depth:
    """Behind an operator of this cost: one more if it has weights."""
    low, high = cost.macs[0] > 0, cost.macs[1] > 0
    return tuple((a + low, b + high) for a, b in depth) if high else depth


def through(given: Sequence[Depth], inner: Depth) -> Depth:
    """Behind an output of a graph, from the depths of its inputs and that of the output inside."""
    *each, (least, _) = inner
    out = []
    for places in zip(*given, strict=True):
        lows = [_beyond(low, a) for (low, _), (a, _) in zip(places, each, strict=True)]
        highs = [_beyond(high, b) for (_, high), (_, b) in zip(places, each, strict=True)]
        nearest = min(low for low, _ in places)
        out.append((max(*lows, _beyond(nearest, least)), max(highs)))
    return tuple(out)


def _beyond(a: float, b: float) -> float:
    return -inf if -inf in (a, b) else a + b


def whole_depth(depths: Iterable[Depth]) -> tuple[int, float]:
    """The depth of a network with these outputs."""
    places = [place for depth in depths for place in depth]
    low = max((low for low, _ in places), default=0)
    high = max((high for _, high in places), default=0)
    return int(max(low, 0)), cast(float, max(high, 0) if high == inf else int(max(high, 0)))
