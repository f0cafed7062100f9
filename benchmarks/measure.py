"""Interleaved timing: in every round all contestants run, one after the other.

A ratio is taken within a round, so what slows the machine down for a while slows all of them. The
median over the rounds is reported, with a 95 % confidence interval from the order of the ratios,
which supposes nothing about their distribution. Time is CPU time of the process, per operation.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, comb
from statistics import median


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure. `small`: tiny problems, to see that everything runs. `exact`: no contest
    gets more rounds than that, though a few per cent may matter in it."""

    rounds: int = 7
    seconds: float = 0.1  # at least, for one contestant in one round
    small: bool = False
    exact: bool = False


def with_children() -> float:
    """CPU seconds of this process and of those it has waited for."""
    return sum(os.times()[:4])


FULL = Effort()
LONG = 10  # times the least: a first call that takes so long need not be repeated to be timed
SMOKE = Effort(rounds=1, seconds=0.0, small=True, exact=True)


@dataclass(frozen=True, slots=True)
class Work:
    """Something to time: one call does `count` operations. `clock` gives the seconds spent so far:
    `with_children` if the call waits for processes that it starts."""

    call: Callable[[], object]
    count: int = 1
    clock: Callable[[], float] = time.process_time


@dataclass(frozen=True, slots=True)
class Peer:
    """What ours is held against; `make` imports it, and its absence is no failure.

    bar: how many times faster ours should be (below 1: how much slower it may be). margin: the part
    of the bar by which the lower bound may miss it, where equals are compared and no number of rounds
    would put the bound on the bar itself.
    """

    name: str
    make: Callable[[], Work]
    bar: float | None = None
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class Contest:
    """One figure of ours and its peers. `at_most`: seconds an operation of ours should take.

    check: raises unless the contestants compute the same; what it returns is put beside the figure.
    rounds: at least so many, where a few per cent matter. most: at most so many, where a round takes
    a minute. unit: of what the clocks count, "s" or "B".
    """

    group: str
    what: str
    ours: Work
    peers: Sequence[Peer] = ()
    at_most: float | None = None
    check: Callable[[], str] | None = None
    rounds: int = 0
    most: int | None = None
    unit: str = "s"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: seconds an operation (medians), and their time over ours by round."""

    group: str
    what: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    ratios: tuple[float, ...] = ()
    bar: float | None = None
    at_most: float | None = None
    margin: float = 0.0
    note: str = field(default="")
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        return median(self.ratios) if self.ratios else None

    @property
    def met(self) -> bool | None:
        """True if the whole confidence interval is above the bar (less the margin), False if it is
        below; None if neither, or if there is no bar, or nothing to compare with."""
        if self.at_most is not None:
            return self.ours <= self.at_most
        if self.bar is None or not self.ratios:
            return None
        low, high = interval(self.ratios)
        return True if low >= self.bar * (1 - self.margin) else False if high < self.bar else None


def interval(ratios: Sequence[float]) -> tuple[float, float]:
    """A 95 % confidence interval of the median; all of the ratios if they are fewer than six."""
    listed, cut = sorted(ratios), 0
    count, outside = len(listed), 2.0
    while outside <= 0.05 * 2**count and 2 * cut < count:
        cut += 1
        outside += 2 * comb(count, cut)
    cut = max(0, cut - 1)
    return listed[cut], listed[count - 1 - cut]


def run(contest: Contest, effort: Effort) -> Iterator[Row]:
    """The rows of a contest: one for each peer, and one for a limit on our own time."""
    present: list[tuple[Peer, Work]] = []
    missing: list[tuple[Peer, str]] = []
    for peer in contest.peers:
        try:
            present.append((peer, peer.make()))
        except ModuleNotFoundError as error:
            missing.append((peer, f"{error.name} is missing: pip install 'nasdsl[bench]'"))
    note = contest.check() if contest.check else ""
    rounds = effort.rounds if effort.exact else max(effort.rounds, contest.rounds)
    if contest.most is not None and not effort.exact:
        rounds = min(rounds, contest.most)
    times = _rounds([contest.ours, *(work for _, work in present)], effort, rounds)
    ours = median(times[0])
    if contest.at_most is not None or not contest.peers:
        yield Row(contest.group, contest.what, ours, at_most=contest.at_most, note=note,
                  unit=contest.unit)  # fmt: skip
    for (peer, _), theirs in zip(present, times[1:], strict=True):
        ratios = tuple(t / o for o, t in zip(times[0], theirs, strict=True))
        yield Row(contest.group, contest.what, ours, peer.name, median(theirs), ratios, peer.bar,
                  margin=peer.margin, note=note, unit=contest.unit)  # fmt: skip
    for peer, reason in missing:
        yield Row(contest.group, contest.what, ours, peer.name, note=reason)


def _rounds(works: Sequence[Work], effort: Effort, rounds: int) -> list[list[float]]:
    """Seconds an operation, by contestant and round; every other round runs backwards."""
    repeats = [_repeats(work, effort.seconds) for work in works]
    times: list[list[float]] = [[] for _ in works]
    for number in range(rounds):
        order = range(len(works))
        for i in order if number % 2 == 0 else reversed(order):
            times[i].append(_seconds(works[i], repeats[i]) / works[i].count)
    return times


def _repeats(work: Work, least: float) -> int:
    """How many calls take so many seconds, once caches are filled."""
    if not least:
        return 1
    if _seconds(work, 1) > LONG * least:
        return 1
    return max(1, ceil(least / _seconds(work, 1)))


def _seconds(work: Work, repeats: int) -> float:
    call = work.call
    started = work.clock()
    for _ in range(repeats):
        call()
    return max(work.clock() - started, 1e-9) / repeats
