"""Aging evolution without training: NAS-Bench-201's space, accuracies from a table."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import product
from random import Random

from nasdsl.strategies import make_strategy
from nasdsl.strategies.base import Trial

from . import peers
from .checkout import space
from .measure import Contest, Peer, Work

POPULATION, TOURNAMENT = 50, 10


def contests(small: bool) -> Iterator[Contest]:
    """500 evaluations of a made-up table; PyGlove gets fewer, as each takes it milliseconds."""
    count, fewer = (20, 5) if small else (500, 60)
    found = space("nasbench201")
    values = Random(0)
    table: dict[tuple[int | float, ...], float] = {
        point: values.random() for point in product(range(5), repeat=6)
    }

    def ours() -> float:
        config = {"population": POPULATION, "sample": TOURNAMENT}
        strategy = make_strategy("regularized_evolution", found, config, 0)
        best = 0.0
        for number in range(count):
            (genotype,) = strategy.ask()
            value = table[genotype.choices]
            best = max(best, value)
            strategy.tell([Trial(number, genotype, "done", (value,))])
        return best

    def pyglove() -> Work:
        import pyglove as pg

        def search() -> None:
            algorithm = pg.evolution.regularized_evolution(
                population_size=POPULATION, tournament_size=TOURNAMENT
            )
            hyper = peers.pyglove_space("nasbench201")
            for point, feedback in pg.sample(hyper, algorithm, num_examples=fewer):
                feedback(table[tuple(point)])

        return Work(search, fewer)

    yield Contest("Aging evolution on a table", "one evaluation (ask, look up, tell)",
                  Work(ours, count),
                  [Peer("PyGlove", pyglove, 100), Peer("a bare loop", lambda: Work(bare(table, count), count))],
                  at_most=30e-6)  # fmt: skip


class bare:
    """The algorithm in plain Python, on tuples: what no library can be faster than by much."""

    def __init__(self, table: dict[tuple[int, ...], float], count: int) -> None:
        self.table, self.count = table, count

    def __call__(self) -> float:
        rng, table = Random(0), self.table
        members: deque[tuple[float, tuple[int, ...]]] = deque()
        best = 0.0
        for number in range(self.count):
            if number < POPULATION:
                point = tuple([int(5 * rng.random()) for _ in range(6)])
            else:
                _, parent = max(rng.choices(members, k=TOURNAMENT))
                place = int(6 * rng.random())
                turned = (parent[place] + 1 + int(4 * rng.random())) % 5
                point = (*parent[:place], turned, *parent[place + 1 :])
                members.popleft()
            value = table[point]
            best = max(best, value)
            members.append((value, point))
        return best
