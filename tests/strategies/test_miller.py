"""Miller's genetic algorithm: rows of a matrix of connections are exchanged, entries flip."""

from __future__ import annotations

from random import Random
from statistics import mean
from typing import Any

from nasdsl import load
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.miller import MillerConfig
from nasdsl.variation.decisions import by_path
from nasdsl.variation.paths import rows

from .cells import ROOT, needs_table, search

CIFAR: Any = load(ROOT / "spaces" / "genetic_cnn.nas")


def offspring(config: dict[str, float], parents: list[Any]) -> list[Any]:
    strategy = make_strategy("miller", CIFAR, {"population": len(parents)} | config, 0)
    strategy.tell([Trial(i, g, "done", (1.0,)) for i, g in enumerate(parents)])
    return strategy.ask(len(parents))


def test_defaults() -> None:
    config = MillerConfig()
    assert (config.population, config.crossover, config.mutation) == (50, 0.6, 0.005)


def test_crossover_exchanges_one_row() -> None:
    parents = [CIFAR.unrank(0), CIFAR.unrank(CIFAR.size - 1)] * 50
    group = rows(by_path(CIFAR, parents[0]))
    brood = offspring({"crossover": 1.0, "mutation": 0.0}, parents)
    sizes = set()
    for child in brood:
        found = by_path(CIFAR, child)
        common = 0 if sum(child.choices) < 10 else 1
        exchanged = {group[path] for path, bit in found.items() if bit != common}
        assert len(exchanged) <= 1
        for row in exchanged:
            inside = [bit for path, bit in found.items() if group[path] == row]
            assert set(inside) == {1 - common}
            sizes.add(len(inside))
    assert sizes == {1, 2, 3, 4}


def test_entries_flip_at_their_rate() -> None:
    parent = CIFAR.sample(Random(1))
    for rate in (0.005, 0.3):
        brood = offspring({"mutation": rate}, [parent] * 1000)
        flips = mean(CIFAR.distance(parent, child) for child in brood)
        assert abs(flips / 19 - rate) < 0.01


def test_the_worst_has_no_children() -> None:
    strategy = make_strategy(
        "miller", CIFAR, {"population": 3, "mutation": 0.0, "crossover": 0.0}, 0
    )
    worst, good, best = (CIFAR.unrank(i) for i in (0, 1, 2))
    pairs = ((worst, 0.1), (good, 0.5), (best, 0.9))
    for _ in range(20):
        strategy.tell([Trial(0, g, "done", (v,)) for g, v in pairs])
        assert worst not in strategy.ask(3)


@needs_table
def test_it_beats_random_search_on_the_table() -> None:
    """With its own rates its members are better than random ones; with more mutation (six decisions
    are few for one of 200) the best one too."""
    random = [search("random", {}, seed, 1000) for seed in range(20)]
    own = [search("miller", {}, seed, 1000) for seed in range(5)]
    last = [mean(v[0] for v in run[-250:]) for run in own]
    assert min(last) > 85 > mean(mean(v[0] for v in run[-250:]) for run in random)
    options = {"population": 20, "mutation": 0.1}
    ours = [max(search("miller", options, seed, 1000))[0] for seed in range(20)]
    assert mean(ours) > mean(max(run)[0] for run in random) + 0.05
