"""The sorted tournament is the tournament of the paper."""

from __future__ import annotations

import random
from collections import Counter, deque
from typing import Any

from nasdsl import load
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.conformance import drive, evaluate
from nasdsl.strategies.regularized_evolution import RegularizedEvolution
from tests.documents import ROOT
from tests.flat_space import FlatSpace, Genotype

DRAWS = 20_000
CELLS: Any = load(ROOT / "spaces" / "nasbench201.nas")
PATHS = [step.path for step in CELLS.steps(CELLS.unrank(0))]


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


def nasbench(config: dict[str, Any], count: int = 40) -> list[Any]:
    """Proposals behind a population of networks with six edges."""
    options = {"population": 10, "sample": 3} | config
    strategy = make_strategy("regularized_evolution", CELLS, options, 0)
    full = [CELLS.genotype(dict.fromkeys(PATHS, o)) for o in (1, 2, 3, 4)] * 3
    strategy.tell([Trial(i, g, "done", (float(i),)) for i, g in enumerate(full)])
    strategy.ask(10)  # the random beginning
    return strategy.ask(count)


def test_mutations_are_the_given_ones() -> None:
    assert {sum(i > 0 for i in g.choices) for g in nasbench({"mutations": ["remove"]})} == {5}
    found = [g.choices.count(0) for g in nasbench({"mutations": {"remove": 1, "resample": 1}})]
    assert 5 < sum(found) < 40


def test_where_no_mutation_applies_one_decision_is_drawn() -> None:
    for genotype in nasbench({"mutations": ["swap"]}):
        assert sorted(Counter(genotype.choices).values()) == [1, 5]


def test_crossovers_mix_two_parents() -> None:
    config: dict[str, Any] = {"crossovers": ["stage"], "mutations": ["remove"]}
    for rate, kinds in ((0.0, {1}), (1.0, {1, 2})):
        found = nasbench(config | {"crossover_rate": rate})
        assert {len(set(g.choices) - {0}) for g in found} == kinds
