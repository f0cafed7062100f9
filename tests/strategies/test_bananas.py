"""BANANAS: the ensemble, the encoding, and the batches of one model."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest
import torch

from nasdsl import parse_space
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.mlp_ensemble import Ensemble, Shape, Training
from tests.flat_space import FlatSpace

SMALL = {"layers": 2, "epochs": 30, "batch": 4, "candidates": 40, "encoding": "decisions"}


def linear(n: int, seed: int) -> tuple[Any, Any]:
    """Bits whose values are a weighted sum."""
    rng = np.random.default_rng(seed)
    features = (rng.random((n, 12)) < 0.5).astype(float)
    values = features @ np.linspace(-1, 1, 12)
    return features, values


def test_an_ensemble_learns_and_its_members_disagree_where_it_has_not() -> None:
    features, values = linear(80, 0)
    ensemble = Ensemble(features, values, Shape(5, 2, 20), Training(epochs=80), 0)
    unseen, want = linear(40, 1)
    found = ensemble.predict(unseen)
    assert found.shape == (5, 40)
    assert np.corrcoef(found.mean(axis=0), want)[0, 1] > 0.9
    assert len({tuple(member) for member in found.round(6).tolist()}) == 5
    far = ensemble.predict(10 * unseen)
    assert far.std(axis=0).mean() > 2 * found.std(axis=0).mean()


def test_ensembles_repeat_by_seed_and_touch_no_global_generator() -> None:
    features, values = linear(20, 0)
    before = torch.get_rng_state()
    first, again, other = (
        Ensemble(features, values, Shape(2, 1, 5), Training(epochs=3), seed).predict(features)
        for seed in (7, 7, 8)
    )
    assert torch.equal(before, torch.get_rng_state())
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def told(strategy: Any, batch: list[Any], number: int = 0) -> None:
    strategy.tell([Trial(number, g, "done", (float(sum(g.choices)),)) for g in batch])


def test_a_model_proposes_a_batch_of_mutations_of_the_best() -> None:
    space: Any = FlatSpace((4,) * 6)
    strategy = make_strategy("bananas", space, {**SMALL, "parents": 2}, 0)
    first = strategy.ask(10)
    told(strategy, first)
    best = sorted(first, key=lambda g: sum(g.choices), reverse=True)[:2]
    batch = [g for _ in range(4) for g in strategy.ask(1)]
    assert strategy.state()["queue"] == []
    assert len({*first, *batch}) == 14
    assert all(min(space.distance(g, b) for b in best) == 1 for g in batch)


def test_a_batch_resumes_in_the_middle() -> None:
    space: Any = FlatSpace((4,) * 6)
    strategy, other = (make_strategy("bananas", space, SMALL, seed) for seed in (0, 1))
    told(strategy, strategy.ask(10))
    told(strategy, strategy.ask(2))
    other.restore(json.loads(json.dumps(strategy.state())))
    for which in (strategy, other):
        which.tell([])
    for _ in range(6):
        (a,), (b,) = strategy.ask(1), other.ask(1)
        assert a == b
        told(strategy, [a])
        told(other, [b])


@pytest.mark.parametrize("acquisition", ["its", "ei", "ucb", "mean"])
def test_it_climbs(acquisition: str) -> None:
    """A sum of 6 choices of 4, whose mean is 9: 100 random draws find 15 of 18."""
    space: Any = FlatSpace((4,) * 6)
    strategy = make_strategy("bananas", space, {**SMALL, "acquisition": acquisition}, 0)
    best = 0
    for _ in range(12):
        batch = strategy.ask(5)
        best = max(best, *(int(sum(g.choices)) for g in batch))
        told(strategy, batch)
    assert best >= 16


CELL = """
space cells
motif edge = one of { none: zero  skip: identity  conv3: conv(3) -> relu  pool: max_pool(3) }
let cell = graph (x) { n = [x]  for i in 1..3 { n += sum([y -> edge for y in n]) }  out n[-1] }
network = image(3, 8, 8) -> conv(3, out = 4) -> cell -> global_avg_pool -> linear(4)
"""


def test_paths_are_the_columns_that_tell_networks_apart() -> None:
    space = parse_space(CELL)
    config = {**SMALL, "encoding": "path", "features": 6}
    strategy: Any = make_strategy("bananas", space, config, 0)
    known = [space.sample(random.Random(s)) for s in range(12)]
    columns = strategy._columns(known)
    table = strategy._table(known, columns)
    assert table.shape == (12, 6) and set(np.unique(table)) == {0.0, 1.0}
    assert (table.min(axis=0) == 0).all() and (table.max(axis=0) == 1).all()
    counts = table.sum(axis=0)
    assert (np.diff(counts) <= 0).all()  # the most common first
    assert all(name.startswith(("cell: ", "cells: ")) for name in columns)
    told(strategy, strategy.ask(10))
    assert all(space.contains(g) for g in strategy.ask(6))
