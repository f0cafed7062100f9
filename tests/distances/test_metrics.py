"""What the distances promise, on random architectures of small spaces."""

from __future__ import annotations

import random
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl import parse_space
from nasdsl.distances import bourgain, hamming, paths
from nasdsl.distances.edit import edit_distance
from nasdsl.distances.layers import Layers, layers
from nasdsl.distances.otmann import normalised, otmann
from nasdsl.distances.paths import Features

CELLS = """
space cells
motif edge = one of {
  none: zero
  skip: identity
  conv1: relu -> conv(1) -> bn
  conv3: conv(3) -> bn -> (relu | tanh)
  pool: max_pool(3) | avg_pool(3)
}
let cell = graph (x) {
  n = [x]
  for i in 1..3 { n += sum([y -> edge for y in n]) }
  out n[-1]
}
network = image(3, 8, 8) -> conv(3, out = any [4, 8]) -> 2 * cell -> global_avg_pool -> linear(4)
"""
DEEP = """
space deep
network = vector(8)
  -> repeat any 1..4 { linear(any [4, 8, 16]) -> (relu | tanh | identity) }
  -> linear(2)
"""
TEXTS = {"cells": CELLS, "deep": DEEP}
spaces = pytest.mark.parametrize("name", list(TEXTS))
seeds = st.integers(0, 10**6)
EXACT = 1e-6


@cache
def space(name: str) -> Any:
    return parse_space(TEXTS[name])


@cache
def network(name: str, seed: int) -> Layers:
    found = space(name)
    return layers(found.build(found.sample(random.Random(seed))))


def ot(a: Layers, b: Layers) -> float:
    return otmann(a, b, [0.5])[0] / 1000


def share(a: Layers, b: Layers) -> float:
    return normalised(otmann(a, b, [0.5]), a, b)[0]


METRICS = {"otmann": ot, "edit": edit_distance}
measured = pytest.mark.parametrize("measure", [ot, edit_distance, share])
metrics = pytest.mark.parametrize("measure", list(METRICS.values()), ids=list(METRICS))


@spaces
@measured
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_equal_networks_are_at_distance_0(name: str, measure: Any, seed: int) -> None:
    assert measure(network(name, seed), network(name, seed)) == pytest.approx(0, abs=EXACT)


@spaces
@measured
@settings(max_examples=20, deadline=None)
@given(a=seeds, b=seeds)
def test_symmetry(name: str, measure: Any, a: int, b: int) -> None:
    x, y = network(name, a), network(name, b)
    assert measure(x, y) == pytest.approx(measure(y, x), rel=EXACT, abs=EXACT)
    assert measure(x, y) >= 0


@spaces
@metrics
@settings(max_examples=30, deadline=None)
@given(a=seeds, b=seeds, c=seeds)
def test_triangle_inequality(name: str, measure: Any, a: int, b: int, c: int) -> None:
    x, y, z = network(name, a), network(name, b), network(name, c)
    assert measure(x, z) <= measure(x, y) + measure(y, z) + EXACT


@spaces
@metrics
def test_different_networks_are_apart(name: str, measure: Any) -> None:
    """All networks of which even the layers differ."""
    found = list({n.layers: n for n in (network(name, s) for s in range(12))}.values())
    assert len(found) > 5
    for i, a in enumerate(found):
        for b in found[:i]:
            assert measure(a, b) > EXACT


@settings(max_examples=30, deadline=None)
@given(a=seeds, b=seeds)
def test_normalised_distances_are_shares(a: int, b: int) -> None:
    assert 0 <= share(network("cells", a), network("cells", b)) <= 1 + EXACT


@settings(max_examples=30, deadline=None)
@given(a=seeds, b=seeds, c=seeds)
def test_hamming_is_a_metric(a: int, b: int, c: int) -> None:
    found = space("deep")
    genotypes = [found.sample(random.Random(s)) for s in (a, b, c)]
    rows = [hamming.row(found, g) for g in genotypes]
    table = hamming.distances(rows, rows)
    assert np.allclose(table, table.T) and not table.diagonal().any()
    assert table[0, 2] <= table[0, 1] + table[1, 2] + EXACT
    for i, x in enumerate(genotypes):
        for j, y in enumerate(genotypes):
            assert (table[i, j] == 0) == (x == y)
            assert table[i, j] <= found.distance(x, y)  # numbers may be less than 1 apart


@settings(max_examples=30, deadline=None)
@given(a=seeds, b=seeds, c=seeds)
def test_path_distance_is_a_metric_of_sets(a: int, b: int, c: int) -> None:
    found = space("cells")
    sets = [paths.paths(found.build(found.sample(random.Random(s)))) for s in (a, b, c)]
    table = paths.distances(sets, sets)
    assert table[0, 1] == len(sets[0] ^ sets[1])
    assert table[0, 2] <= table[0, 1] + table[1, 2]


def drawings() -> list[Any]:
    """One cell drawn in every order of its parallel branches."""
    branches = ["conv(3) -> bn", "max_pool(3)", "identity", "relu -> conv(1) -> conv(3)"]
    text = "space a network = image(3, 8, 8) -> conv(3, out = 4) -> sum([{}]) -> global_avg_pool"
    drawn = [text.format(", ".join(order)) for order in permutations(branches)]
    return [parse_space(t) for t in drawn]


def test_isomorphic_networks_are_the_same() -> None:
    found = [s.build(s.sample(random.Random(0))) for s in drawings()]
    networks = [layers(a) for a in found]
    assert len({n.key for n in networks}) == 1
    assert len({paths.paths(a) for a in found}) == 1


def test_nesting_and_dead_parts_do_not_count() -> None:
    plain = parse_space("space a network = vector(4) -> linear(4) -> relu -> linear(2)")
    nested = parse_space(
        """space a
        motif block = graph (x) {
          unused = x -> linear(9)
          out sum([x -> identity -> linear(4), x -> zero -> linear(4)]) -> relu
        }
        network = vector(4) -> block -> linear(2)"""
    )
    first, second = (layers(s.build(s.sample(random.Random(0)))) for s in (plain, nested))
    assert first.key == second.key


@settings(max_examples=20, deadline=None)
@given(st.lists(seeds, min_size=2, max_size=9, unique=True))
def test_embeddings_never_stretch(chosen: list[int]) -> None:
    """Bourgain's map is 1-Lipschitz on a metric, and gives valid kernels."""
    networks = [network("deep", s) for s in chosen]
    table = np.array([[edit_distance(a, b) for b in networks] for a in networks])
    places = bourgain.embed(table, bourgain.reference_sets(len(networks), random.Random(0)))
    apart = bourgain.euclidean(places, places)
    assert (apart <= table + EXACT).all()
    assert np.linalg.eigvalsh(np.exp(-(apart**2)))[0] > -EXACT


def test_reference_sets_have_all_sizes() -> None:
    sets = bourgain.reference_sets(10, random.Random(0))
    assert [len(s) for s in sets] == [1] * 3 + [2] * 3 + [4] * 3 + [8] * 3
    assert bourgain.reference_sets(1, random.Random(0)) == [[0]]


def test_paths_of_no_network_at_all() -> None:
    empty: list[Features] = [frozenset()]
    assert paths.distances(empty, empty).tolist() == [[0.0]]
