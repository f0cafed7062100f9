"""The sorted tournament is the tournament of the paper."""

from __future__ import annotations

import random
from collections import Counter, deque
from typing import Any

from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.conformance import drive, evaluate
from nasdsl.strategies.regularized_evolution import RegularizedEvolution
from tests.flat_space import FlatSpace, Genotype

DRAWS = 20_000


def filled(values: list[float], sample: int) -> tuple[RegularizedEvolution, list[Any]]:
    space: Any = FlatSpace()
    config = {"population": len(values), "sample": sample}
    strategy: Any = make_strategy("regularized_evolution", space, config, 0)
    members = strategy.ask(len(values))
    members = [Genotype((i, 0, 0, 0, 0, 0)) for i in range(len(members))]
    pairs = enumerate(zip(members, values, strict=True))
    strategy.tell([Trial(i, g, "done", (v,)) for i, (g, v) in pairs])
    return strategy, members


def test_parents_are_distributed_as_in_a_tournament() -> None:
    values, sample = [0.3, 0.9, 0.1, 0.3, 0.5], 2
    strategy, members = filled(values, sample)
    got = Counter(strategy._parent().choices[0] for _ in range(DRAWS))
    rng = random.Random(1)
    want: Counter[int] = Counter()
    for _ in range(DRAWS):
        drawn = [rng.randrange(len(values)) for _ in range(sample)]
        want[max(drawn, key=lambda i: values[i])] += 1
    for i in range(len(members)):
        assert abs(got[i] - want[i]) < 0.02 * DRAWS, (got, want)


def test_the_oldest_dies() -> None:
    space: Any = FlatSpace()
    strategy: Any = make_strategy("regularized_evolution", space, {"population": 7, "sample": 3}, 0)
    recent: deque[Any] = deque(maxlen=7)
    for number in range(300):
        (genotype,) = strategy.ask(1)
        trial = evaluate(space, genotype, number // 2, fail=True)  # equal values occur
        strategy.tell([trial])
        if trial.state == "done":
            recent.append(genotype)
        assert sorted(strategy._members, key=repr) == sorted(recent, key=repr)
        assert strategy._values == sorted(strategy._values)


def test_it_climbs() -> None:
    space: Any = FlatSpace((10,) * 6)
    strategy = make_strategy("regularized_evolution", space, {"population": 20, "sample": 10}, 0)
    best = 0
    for number in range(1500):
        (genotype,) = strategy.ask(1)
        value = sum(genotype.choices)
        best = max(best, int(value))
        strategy.tell([Trial(number, genotype, "done", (value,))])
    assert best >= 52
    assert len(drive(strategy, space, 3)) == 3
