"""The engine of Bayesian optimisation: what it remembers, believes, proposes and finds."""

from __future__ import annotations

import json
import random
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from nasdsl import NasError, parse_space
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.gaussian_process import Kernel
from nasdsl.strategies.metrics import Hamming
from nasdsl.strategies.observations import Observations, finite, transformed
from nasdsl.strategies.proposals import climb_tree, evolve, softmax
from nasdsl.strategies.surrogate import Geometry, Surrogate
from tests.flat_space import FlatSpace, Genotype

SMALL = {"initial": 5, "candidates": 40}


def done(number: int, choices: tuple[int, ...], *values: float) -> Trial:
    return Trial(number, Genotype(choices), "done", values)


def anything(genotype: Any) -> bool:
    return True


# ------------------------------------------------------------------------ what it remembers


def test_repeated_measurements_are_averaged() -> None:
    known = Observations(10)
    for value in (1.0, 2.0, 6.0):
        known.tell(done(0, (1,), value))
    known.tell(done(1, (2,), 4.0))
    genotypes, targets = known.targets("standardize", "first", random.Random(0))
    assert genotypes == [Genotype((1,)), Genotype((2,))]
    assert targets.tolist() == [-1.0, 1.0]


def test_the_best_and_the_latest_stay() -> None:
    known = Observations(6)
    values = [9, 1, 8, 2, 7, 3, 4, 5, 6, 0]
    for number, value in enumerate(values):
        known.tell(done(number, (number,), value))
    genotypes, _ = known.targets("rank", "first", random.Random(0))
    kept = {values[int(g.choices[0])] for g in genotypes}
    assert len(kept) == 6 and {9, 8, 7} <= kept and 0 in kept


def test_failures_count_as_the_worst() -> None:
    known = Observations(10)
    known.tell(done(0, (1,), 3.0))
    known.tell(done(1, (2,), 1.0))
    known.tell(Trial(2, Genotype((3,)), "failed"))
    known.tell(Trial(3, Genotype((4,)), "infeasible"))
    genotypes, targets = known.targets("standardize", "first", random.Random(0))
    assert [g.choices[0] for g in genotypes] == [1, 2, 3]
    assert targets[2] == targets[1] < targets[0]
    assert Genotype((4,)) in known and known.begun == 3


def test_values_that_are_no_numbers_are_failures() -> None:
    trials = [done(0, (1,), float("nan")), done(1, (2,), float("inf")), done(2, (3,), 1.0)]
    assert [t.state for t in finite(trials)] == ["failed", "failed", "done"]


def test_ranks_do_not_see_outliers() -> None:
    scores = transformed(np.array([1.0, 2.0, 3.0, 1e9]), "rank")
    assert np.allclose(scores, -scores[::-1]) and (np.diff(scores) > 0).all()
    assert transformed(np.ones(3), "standardize").tolist() == [0, 0, 0]
    assert transformed(np.ones(3), "rank").tolist() == [0, 0, 0]


def test_mixtures_of_objectives_find_different_optima() -> None:
    """ParEGO: over draws, either end and the middle of a front lead; what is dominated never does."""
    known = Observations(10)
    front = [(0.0, 1.0), (0.6, 0.6), (1.0, 0.0), (0.3, 0.3)]
    for number, values in enumerate(front):
        known.tell(done(number, (number,), *values))
    rng = random.Random(0)
    leaders = [int(known.targets("rank", "random", rng)[1].argmax()) for _ in range(200)]
    assert {leaders.count(i) > 10 for i in range(3)} == {True} and 3 not in leaders
    firsts = {int(known.targets("rank", "first", rng)[1].argmax()) for _ in range(20)}
    assert firsts == {2}


# ------------------------------------------------------------------------ what it believes


def model() -> tuple[Any, Surrogate]:
    space: Any = FlatSpace((3,) * 4)
    points = [Genotype((0, 0, 0, 0)), Genotype((2, 2, 2, 2))]
    geometry = Geometry(Hamming(space), points)
    kernel = Kernel(Hamming.groups, (1.0,), (0.3,), 1e-4)
    return space, Surrogate(geometry, kernel, points, np.array([1.0, -1.0]))


@pytest.mark.parametrize("how", ["believer", "liar"])
def test_beliefs_change_the_deviation_and_the_mean_as_they_say(how: Any) -> None:
    _, surrogate = model()
    new, near = Genotype((0, 0, 1, 1)), Genotype((0, 0, 1, 2))
    surrogate.attend([new, near])
    means, stds = surrogate.predict([new, near])
    surrogate.believe([new], how)
    after, narrower = surrogate.attended()
    assert narrower[0] < 0.05 and narrower[1] < stds[1]
    if how == "believer":
        assert np.allclose(after, means, atol=1e-3)
    else:
        assert after[0] == pytest.approx(-1.0, abs=1e-2) and after[1] < means[1]
    assert np.allclose(surrogate.predict([new, near])[0], after)


# ------------------------------------------------------------------------ what it proposes


def total(genotypes: Any) -> list[float]:
    return [float(sum(g.choices)) for g in genotypes]


def test_evolution_maximises() -> None:
    space: Any = FlatSpace((5,) * 6)
    rng = random.Random(0)

    def vary(genotype: Any) -> Any:
        return space.mutate(genotype, rng)

    found = evolve(space, [Genotype((0,) * 6)], vary, total, anything, anything, 300, rng)
    drawn = [sum(space.sample(random.Random(s)).choices) for s in range(len(found))]
    assert max(found.values()) > np.mean(drawn) + 4 and len(found) <= 340
    assert all(found[g] == sum(g.choices) for g in found)


def test_the_tree_maximises_and_cools_down() -> None:
    space: Any = FlatSpace((5,) * 6)
    start = {Genotype((2,) * 6): 12.0, Genotype((0,) * 6): 0.0}
    rng = random.Random(0)

    def vary(genotype: Any) -> Any:
        return space.mutate(genotype, rng)

    found = climb_tree(start, vary, total, anything, anything, 300, rng)
    assert max(found.values()) >= 20 and len(found) <= 330
    assert not start.keys() & found.keys()


def test_proposals_keep_to_what_is_fresh_and_feasible() -> None:
    space: Any = FlatSpace((4,) * 4, allowed=6)
    old = space.sample_feasible(random.Random(1))
    rng = random.Random(0)

    def vary(genotype: Any) -> Any:
        return space.mutate(genotype, rng)

    def fresh(genotype: Any) -> bool:
        return bool(genotype != old)

    for found in (
        evolve(space, [old], vary, total, space.feasible, fresh, 200, rng),
        climb_tree({old: 1.0}, vary, total, space.feasible, fresh, 200, rng),
    ):
        assert found and old not in found and all(map(space.feasible, found))


def test_softmax_is_by_standard_deviations() -> None:
    weights = softmax([0.0, 2.0])
    assert weights[0] / weights[1] == pytest.approx(np.exp(-2.0))
    assert softmax([3.0, 3.0]) == [1.0, 1.0]


@pytest.mark.parametrize("search", ["evolution", "tree"])
def test_nothing_is_proposed_twice_while_there_is_more(search: str) -> None:
    space: Any = FlatSpace((4, 4, 4))
    strategy = make_strategy("bo", space, {**SMALL, "search": search}, 0)
    asked: list[Any] = []
    for number in range(6):
        batch = strategy.ask(5)
        strategy.tell([Trial(number, g, "done", (float(sum(g.choices)),)) for g in batch])
        asked += batch
    assert len(set(asked)) == len(asked) == 30


@pytest.mark.parametrize(
    "options",
    [
        {},
        pytest.param({"acquisition": "ucb"}, marks=pytest.mark.slow),
        {"acquisition": "its"},
        pytest.param({"batch": "liar"}, marks=pytest.mark.slow),
    ],
)
def test_it_finds_the_best_of_many(options: dict[str, Any]) -> None:
    """A sum of 6 choices of 5: random search finds 24 of 24 once in 15,625 draws."""
    space: Any = FlatSpace((5,) * 6)
    strategy = make_strategy("bo", space, {**SMALL, **options}, 1)
    best = 0.0
    for number in range(15):
        batch = strategy.ask(5)
        values = [float(sum(g.choices)) for g in batch]
        best = max(best, *values)
        strategy.tell([Trial(number, g, "done", (v,)) for g, v in zip(batch, values, strict=True)])
    assert best >= 22


def test_two_objectives() -> None:
    space: Any = FlatSpace((5,) * 4)
    strategy = make_strategy("bo", space, SMALL, 1)
    seen: list[tuple[float, float]] = []
    for number in range(10):
        batch = strategy.ask(5)
        values = [(float(sum(g.choices[:2])), -float(sum(g.choices[1:]))) for g in batch]
        strategy.tell([Trial(number, g, "done", v) for g, v in zip(batch, values, strict=True)])
        seen += values
    assert max(a for a, _ in seen) >= 7 and max(b for _, b in seen) >= -1


def test_hyperparameters_are_fitted_now_and_then() -> None:
    space: Any = FlatSpace()
    strategy: Any = make_strategy("bo", space, {**SMALL, "refit": 6}, 1)
    kernels = []
    for number in range(20):
        batch = strategy.ask(1)
        strategy.tell([Trial(number, g, "done", (float(sum(g.choices)),)) for g in batch])
        kernels.append(strategy.state()["kernel"])
    assert kernels[:5] == [None] * 5
    fits = [i for i, (a, b) in enumerate(pairwise(kernels)) if a != b]
    assert fits == [4, 10, 16]


SPACE = """
space cells
motif edge = one of { none: zero  skip: identity  conv3: conv(3) -> relu  pool: max_pool(3) }
let cell = graph (x) { n = [x]  for i in 1..2 { n += sum([y -> edge for y in n]) }  out n[-1] }
network = image(3, 8, 8) -> conv(3, out = any [4, 8, 16]) -> cell -> global_avg_pool -> linear(4)
require params < 3000
"""


@pytest.mark.parametrize(
    ("name", "kernel"),
    [("bo", "path"), ("bo", "edit"), ("nasbot", "otmann"), ("auto_keras", "edit"),
     ("auto_keras", "hamming")],
)  # fmt: skip
def test_every_kernel_and_search_resumes_and_keeps_to_the_limits(name: str, kernel: str) -> None:
    space = parse_space(SPACE)
    config = {"initial": 4, "candidates": 10, "kernel": kernel, "nu_str": [0.2], "refit": 4}
    strategy, other = (make_strategy(name, space, config, s) for s in (0, 1))

    def go(which: Any, first: int) -> list[Any]:
        asked = []
        for number in range(first, first + 8, 2):
            batch = which.ask(2)
            which.tell([Trial(number, g, "done", (float(sum(g.choices)),)) for g in batch])
            asked += batch
        return asked

    assert all(space.feasible(g) for g in go(strategy, 0))
    other.restore(json.loads(json.dumps(strategy.state())))
    assert go(strategy, 8) == go(other, 8)


@pytest.mark.parametrize("name", ["bo", "nasbot", "auto_keras"])
def test_without_the_libraries_it_says_what_to_install(name: str, monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "gpytorch", None)
    space: Any = FlatSpace()
    with pytest.raises(NasError, match=r"nasdsl\[bo\]"):
        make_strategy(name, space, {}, 0)
