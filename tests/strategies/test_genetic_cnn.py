"""Genetic CNN: generations by roulette, stages that are exchanged, bits that flip."""

from __future__ import annotations

from collections import Counter
from random import Random
from statistics import mean
from typing import Any

from nasdsl import load
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.generations import roulette
from nasdsl.strategies.genetic_cnn import GeneticCNNConfig
from nasdsl.variation.decisions import by_path
from nasdsl.variation.paths import parts
from tests.flat_space import FlatSpace

from .cells import ROOT, needs_table, search

CIFAR: Any = load(ROOT / "spaces" / "genetic_cnn.nas")


def ones(genotype: Any) -> float:
    return float(sum(genotype.choices))


def tell(strategy: Any, asked: list[Any], value: Any = ones) -> None:
    strategy.tell([Trial(i, g, "done", (value(g),)) for i, g in enumerate(asked)])


def test_the_papers_settings() -> None:
    config = GeneticCNNConfig()
    assert (config.population, config.generations) == (20, 50)
    assert (config.mutation, config.flip, config.crossover, config.exchange) == (
        0.8,
        0.05,
        0.2,
        0.2,
    )


def test_generations_are_asked_for_one_by_one() -> None:
    strategy = make_strategy("genetic_cnn", CIFAR, {}, 0)
    asked = strategy.ask(64)
    assert len(asked) == 20
    tell(strategy, asked[:15])
    strategy.tell([Trial(0, g, "failed") for g in asked[15:]])
    more = strategy.ask(64)  # random ones again: there are no parents yet
    assert len(more) == 20
    tell(strategy, more[:5])
    assert strategy._generations.number == 1  # type: ignore[attr-defined]
    assert len(strategy.ask(8)) == 8 and len(strategy.ask(64)) == 12


def test_it_ends_after_the_last_generation() -> None:
    strategy = make_strategy("genetic_cnn", CIFAR, {"population": 4, "generations": 3}, 0)
    count = 0
    while asked := strategy.ask(3):
        tell(strategy, asked)
        count += len(asked)
    assert count == 4 * (1 + 3)


def test_roulette_goes_by_the_distance_from_the_worst() -> None:
    drawn = Counter(roulette([3.0, 1.0, 2.0, 4.0], 60_000, Random(0)))
    assert 1 not in drawn  # the worst is always eliminated
    for place, share in ((0, 2 / 6), (2, 1 / 6), (3, 3 / 6)):
        assert abs(drawn[place] / 60_000 - share) < 0.01
    drawn = Counter(roulette([5.0, 5.0], 1000, Random(0)))
    assert 400 < drawn[0] < 600


def offspring(config: dict[str, float], parents: list[Any]) -> list[Any]:
    options = {"population": len(parents)} | config
    strategy: Any = make_strategy("genetic_cnn", CIFAR, options, 0)
    tell(strategy, parents, lambda g: 1.0)
    brood: list[Any] = strategy.ask(len(parents))
    return brood


def test_without_variation_members_are_copied() -> None:
    parents = [CIFAR.sample(Random(i)) for i in range(50)]
    brood = offspring({"mutation": 0.0, "crossover": 0.0}, parents)
    assert len(brood) == 50 and set(brood) <= set(parents)


def test_a_crossed_pair_exchanges_stages_and_is_not_mutated() -> None:
    """With q_C = 1/2 every stage of a child is a parent's, whole."""
    parents = [CIFAR.unrank(0), CIFAR.unrank(CIFAR.size - 1)] * 100
    brood = offspring({"mutation": 1.0, "flip": 1.0, "crossover": 1.0, "exchange": 0.5}, parents)
    group = parts(by_path(CIFAR, parents[0]))
    shapes = Counter[tuple[int, ...]]()
    for child in brood:
        stages: dict[str, set[Any]] = {}
        for path, bit in by_path(CIFAR, child).items():
            stages.setdefault(group[path], set()).add(bit)
        assert all(len(bits) == 1 for bits in stages.values())
        shapes[tuple(bits.pop() for bits in stages.values())] += 1
    assert len(shapes) == 8  # 2 ** 3 stages


def test_bits_flip_at_their_rate_in_their_share_of_members() -> None:
    parent = CIFAR.sample(Random(3))
    brood = offspring({"crossover": 0.0}, [parent] * 2000)
    flips = mean(CIFAR.distance(parent, child) for child in brood)
    assert abs(flips - 0.8 * 0.05 * 19) < 0.06
    same = mean(child == parent for child in brood)
    assert abs(same - (0.2 + 0.8 * 0.95**19)) < 0.04


def test_fitness_is_the_mean_of_all_evaluations_of_a_genotype() -> None:
    flat: Any = FlatSpace()
    strategy: Any = make_strategy("genetic_cnn", flat, {"population": 3}, 0)
    one, two = flat.unrank(0), flat.unrank(1)
    strategy.tell([Trial(0, one, "done", (1.0,)), Trial(1, one, "done", (4.0,))])
    strategy.tell([Trial(2, two, "done", (3.0,))])
    assert strategy._means == {one: (2, 2.5), two: (1, 3.0)}
    strategy.tell([Trial(i, one, "done", (1.0,)) for i in range(3)])
    assert strategy._means == {one: (5, 1.6)}  # two is in no generation any more


@needs_table
def test_it_beats_random_search_on_the_table() -> None:
    """With the paper's rates its members are better than random ones, with more variation (an edge
    is one decision here, not five bits) the best one too."""
    random = [search("random", {}, seed, 1000) for seed in range(20)]
    paper = [search("genetic_cnn", {}, seed, 1000) for seed in range(5)]
    last = [mean(v[0] for v in run[-250:]) for run in paper]
    assert min(last) > 85 > mean(mean(v[0] for v in run[-250:]) for run in random)
    options = {"flip": 0.1, "crossover": 0.5, "exchange": 0.5}
    ours = [max(search("genetic_cnn", options, seed, 1000))[0] for seed in range(20)]
    assert mean(ours) > mean(max(run)[0] for run in random) + 0.05
