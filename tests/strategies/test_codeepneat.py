"""CoDeepNEAT: modules and blueprints, their species, and whose merit a network is."""

from __future__ import annotations

from collections import Counter
from random import Random
from statistics import mean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasdsl import load, parse_space
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.codeepneat import CoDeepNEATConfig, _kind
from nasdsl.strategies.conformance import drive
from nasdsl.strategies.species import Gene, Individual, Population, _apportion, distance
from nasdsl.variation.decisions import by_path
from nasdsl.variation.paths import split

from .cells import ROOT, needs_table, search, space

ALIKE = """
motif block = graph (x) { out x -> linear(any [4, 8, 12, 16]) -> (relu | tanh | sigmoid) }
network = vector(4) -> chain([block for i in 0..3]) -> linear(any [2, 3])
"""


def make(text: Any = None, **options: int) -> Any:
    config = {"blueprints": 4, "modules": 6, "networks": 10} | options
    return make_strategy("codeepneat", space() if text is None else parse_space(text), config, 0)


def test_the_papers_sizes() -> None:
    config = CoDeepNEATConfig()
    assert (config.blueprints, config.modules, config.networks) == (25, 45, 100)


def test_places_of_one_kind_share_their_modules() -> None:
    assert _kind("cell/i[3]") == _kind("cell/i[0]") == "cell/i"
    assert _kind("block#2") == "block" != _kind("reduce")
    assert list(make()._modules) == ["cell/i"]
    darts = make_strategy("codeepneat", load(ROOT / "spaces" / "darts.nas"), {"modules": 4}, 0)
    assert list(darts._modules) == ["normal", "reduce"]  # type: ignore[attr-defined]


def test_a_blueprint_has_what_stands_in_no_place() -> None:
    strategy = make(ALIKE)
    (kind,) = strategy._modules
    assert kind == "chain"  # of chain[0] to chain[3]
    strategy.ask(50)
    names = {name for b in strategy._blueprints.members for name in b.genes}
    assert {name for name in names if not name.startswith("@")} == {"linear.out"}
    assert len([name for name in names if name.startswith("@")]) == 4


def test_places_of_one_species_have_the_same_module() -> None:
    strategy = make(ALIKE, species=1)
    for genotype in strategy.ask(30):
        places: dict[str, list[Any]] = {}
        for path, index in by_path(strategy._space, genotype).items():
            place, rest = split(path, strategy._stem)
            if rest:
                places.setdefault(place, []).append((rest, index))
        assert len(places) == 4
        assert len({tuple(inside) for inside in places.values()}) == 1


def test_a_network_is_made_of_modules_there_are() -> None:
    strategy = make(ALIKE, species=3)
    known = [m.genes for m in next(iter(strategy._modules.values())).members]
    for genotype in strategy.ask(30):
        found: dict[str, dict[str, Any]] = {}
        for path, index in by_path(strategy._space, genotype).items():
            place, rest = split(path, strategy._stem)
            found.setdefault(place, {})[rest] = index
        for inside in found.values():
            if "" not in inside:
                assert any(inside == {name: index for name, (_, index) in g.items()} for g in known)


def test_fitness_is_the_mean_over_the_networks_of_a_part() -> None:
    strategy = make()
    asked = strategy.ask(9)
    waiting = {g: [list(p) for p in parts] for g, parts in strategy._out.items()}
    worth: dict[Any, list[float]] = {}
    order = list(enumerate(asked))
    Random(1).shuffle(order)
    for number, genotype in order:
        parts = waiting[genotype].pop(0)
        if number == 0:
            strategy.tell([Trial(number, genotype, "failed")])
            continue
        strategy.tell([Trial(number, genotype, "done", (float(number),))])
        for part in parts:
            worth.setdefault(tuple(part), []).append(float(number))
    for (kind, number), values in worth.items():
        population = strategy._modules[kind] if kind else strategy._blueprints
        member = population.member(number)
        assert member.count == len(values) and member.fitness == pytest.approx(mean(values))
    assert not strategy._out and strategy._done == 8


def test_what_was_not_asked_is_nobodys_merit() -> None:
    strategy = make()
    strategy.tell([Trial(0, space().unrank(7), "done", (1.0,))])
    assert strategy._done == 0
    assert not any(m.count for m in strategy._blueprints.members)


def test_populations_keep_their_sizes() -> None:
    strategy = make()
    drive(strategy, space(), 500)
    assert len(strategy._blueprints.members) == 4
    (modules,) = strategy._modules.values()
    assert len(modules.members) == 6
    assert {m.species for m in modules.members} == {0, 1, 2}


# ------------------------------------------------------------------ species


def population(genes: list[dict[str, Gene]], species: int, values: list[float]) -> Population:
    found = Population(genes, species)
    for member, value in zip(found.members, values, strict=True):
        member.total, member.count = value, 1
    return found


A, B, C = ({"x": (3, i), "y": (3, i)} for i in range(3))


def test_species_are_of_those_that_are_near() -> None:
    mixed: list[dict[str, Gene]] = [A, B, A, C, {"x": (3, 1), "y": (3, 1), "z": (2, 0)}, C]
    found = Population(mixed, 3)
    species = [m.species for m in found.members]
    assert species[0] == species[2] and species[1] == species[4] and species[3] == species[5]
    assert len(set(species)) == 3


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.tuples(st.just(2), st.integers(0, 1)),
                                max_size=3), min_size=1, max_size=12), st.integers(1, 5))  # fmt: skip
def test_no_species_is_empty(genes: list[dict[str, Gene]], species: int) -> None:
    found = population(genes, species, [float(i) for i in range(len(genes))])
    for _ in range(3):
        assert {m.species for m in found.members} == set(range(min(species, len(genes))))
        assert len(found.members) == len(genes)
        found.evolve(0.5, 0.9, Random(0))
        assert len({m.number for m in found.members}) == len(genes)


@given(
    st.dictionaries(st.text("ab"), st.tuples(st.none(), st.floats(0, 1))),
    st.dictionaries(st.text("ab"), st.tuples(st.none(), st.floats(0, 1))),
)
def test_distance_is_a_share(first: dict[str, Gene], second: dict[str, Gene]) -> None:
    assert 0 <= distance(first, second) == distance(second, first) <= 1
    assert distance(first, first) == 0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6), st.integers(0, 40))
def test_seats_go_by_shares(shares: list[float], more: int) -> None:
    found = _apportion(len(shares) + more, shares)
    assert sum(found) == len(shares) + more and min(found) >= 1
    if sum(shares) > 0:
        exact = [more * s / sum(shares) for s in shares]
        assert all(abs(f - 1 - e) < 1 for f, e in zip(found, exact, strict=True))


def test_the_better_species_has_more_offspring() -> None:
    genes: list[dict[str, Gene]] = [A] * 5 + [C] * 5
    found = population(genes, 2, [3.0] * 5 + [1.0] * 4 + [0.0])
    found.evolve(0.0, 0.0, Random(0))
    sizes = Counter(tuple(m.genes.items()) for m in found.members)
    assert sizes[tuple(A.items())] == 1 + round(8 * 3.0 / 3.8)


def test_the_best_of_a_species_lives_on_and_few_have_children() -> None:
    genes: list[dict[str, Gene]] = [{"x": (100, i)} for i in range(10)]
    found = population(genes, 1, [float(i) for i in range(10)])
    found.evolve(0.0, 0.0, Random(0))
    assert found.members[0].number == 9 and found.members[0].count == 1
    assert {m.genes["x"][1] for m in found.members} == {8, 9}
    found.evolve(0.0, 1.0, Random(0))  # its children were in no network: they count as the mean
    assert len(found.members) == 10


def test_a_real_gene_is_forgotten_and_a_lone_option_stays() -> None:
    found = population([{"r": (None, 0.5)}, {"r": (None, 0.5)}], 1, [1.0, 2.0])
    found.evolve(0.0, 1.0, Random(0))
    assert [m.genes for m in found.members] == [{"r": (None, 0.5)}, {}]
    found = population([{"o": (1, 0)}, {"o": (1, 0)}], 1, [1.0, 2.0])
    found.evolve(0.0, 1.0, Random(0))
    assert [m.genes for m in found.members] == [{"o": (1, 0)}] * 2


def test_fitness() -> None:
    assert Individual(0, {}, total=3.0, count=2).fitness == 1.5


@needs_table
def test_it_beats_random_search_on_the_table() -> None:
    ours = [max(search("codeepneat", {}, seed, 600))[0] for seed in range(20)]
    random = [max(search("random", {}, seed, 600))[0] for seed in range(20)]
    assert mean(ours) > mean(random) + 0.1
