"""Learned mutations are distributions over changes, learn which help, and change nothing else."""

from __future__ import annotations

from random import Random
from statistics import mean
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl import parse_space
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.atoms import BINS, atoms
from nasdsl.strategies.mutator import Change, Mutator, changed
from nasdsl.strategies.policies import Word
from tests.flat_space import FlatSpace

from ..generate import spaces
from ..test_meaning import open_space

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32)


def mutator(seed: int = 0) -> Mutator:
    return Mutator(hidden=4, init=0.7, seed=seed)


def changes(word: Word) -> list[Change]:
    """All changes of a genotype."""
    return [
        Change(atom.key, option)
        for atom, taken in word
        for option in atom.options
        if option != taken
    ]


CASES = {
    "flat": None,
    "excluded": "space s\nlet a = any 1..6\nlet b = any 1..6\nnetwork = vector(4) -> linear(a) -> "
    "linear(b)\nrequire a + b == 7 or a == 2 * b",
    "pick": "space s\nnetwork = vector(4) -> graph (x) { n = [x, x -> relu, x -> tanh, x -> "
    "sigmoid] out sum(pick 2 of n) } -> (relu | identity)",
}


@pytest.mark.parametrize("name", CASES)
def test_probabilities_of_changes_sum_to_one(name: str) -> None:
    space: Any = FlatSpace((3, 1, 4)) if CASES[name] is None else parse_space(CASES[name] or "")
    net = mutator()
    word = atoms(space, space.sample(Random(1)))
    logs = {change: net.score(word, change)[0].item() for change in changes(word)}
    chances = torch.tensor(list(logs.values())).exp()
    assert chances.sum().item() == pytest.approx(1, abs=1e-5) and chances.std() > 1e-3
    drawn = [net.draw(word, rng) for rng in [Random(5)] for _ in range(600)]
    for change, chance in zip(logs, chances.tolist(), strict=True):
        assert abs(drawn.count(change) / 600 - chance) < 0.1


def test_the_entropy_is_that_of_both_choices() -> None:
    space: Any = FlatSpace((3, 4))
    net = mutator()
    net.router.data.zero_()
    for name in ("head", "bias"):
        net.table.find("/d0", 3)
        net.table.get_parameter(name).data.zero_()
    word = atoms(space, space.sample(Random(1)))
    net.table.find("/d1", 4)
    net.table.get_parameter("head").data.zero_()
    net.table.get_parameter("bias").data.zero_()
    log, entropy = net.score(word, changes(word)[0])
    assert log.exp().item() == pytest.approx(1 / 4)  # one of two decisions, one of two others
    assert entropy.exp().item() == pytest.approx(4)


@FEW
@given(spaces(), SEEDS)
def test_a_change_leaves_the_rest_as_it_was(text: str, seed: int) -> None:
    space = open_space(text)
    rng, net = Random(seed), mutator()
    parent = space.sample(rng)
    word = atoms(space, parent)
    change = net.draw(word, rng)
    if change is None:
        assert all(len(atom.options) == 1 for atom, _ in word)
        return
    child = changed(space, parent, change, rng)
    before = {atom.key: (atom, taken) for atom, taken in word}
    after = {atom.key: (atom, taken) for atom, taken in atoms(space, child)}
    assert space.contains(child)
    assert after[change.key][1] == change.option != before[change.key][1]
    for key in before.keys() & after.keys() - {change.key}:
        (_, old), (atom, new) = before[key], after[key]
        assert new == old or old not in atom.options
    reals = {d.path: d.index for d in space.decisions(parent) if d.domain.kind == "float"}
    for decision in space.decisions(child):
        if decision.path in reals and decision.path != change.key:
            assert decision.index == reals[decision.path]


def test_real_numbers_change_by_interval() -> None:
    space = parse_space(
        "space s\nnetwork = vector(4) -> dropout(any 0.0..0.5) -> dropout(any 0.0..0.5)"
    )
    parent = space.sample(Random(0))
    paths = [d.path for d in space.decisions(parent)]
    child = changed(space, parent, Change(paths[0], BINS - 1), Random(1))
    assert child.choices[0] >= 0.5 * (BINS - 1) / BINS
    assert child.choices[1] == parent.choices[1]


def renas(**config: Any) -> Any:
    space: Any = FlatSpace((4,) * 6)
    return make_strategy("renas", space, config, 0)


def test_it_learns_which_decision_to_change() -> None:
    """Only the third decision matters, and only its option 2."""
    strategy = renas(population=4, sample=2, removal="oldest", lr=0.03, hidden=8)
    hits: list[bool] = []
    for number in range(160):
        (genotype,) = strategy.ask()
        born = [birth for child, birth in strategy._out if child == genotype]
        hits += [birth[1].key == "/d2" for birth in born]
        # an objective that every change of /d2 improves
        value = born[0][2] + hits[-1] if born else 0.0
        strategy.tell([Trial(number, genotype, "done", (value,))])
    assert mean(hits[:40]) < 0.5 and mean(hits[-40:]) > 0.8


def test_the_population_is_kept_by_tournament() -> None:
    strategy = renas(population=6, sample=7)
    values: list[float] = []
    rng = Random(3)
    for number in range(60):
        (genotype,) = strategy.ask()
        values.append(rng.random())
        strategy.tell([Trial(number, genotype, "done", (values[-1],))])
        kept = sorted(member[0][0] for member in strategy._members)
        assert kept == sorted(values)[-6:]  # tournaments of all remove the worst of all
    best = max(strategy._members, key=lambda member: member[0])
    strategy.ask()
    assert strategy._out[-1][1][0] == best[1]


def test_the_oldest_go_if_that_is_wanted() -> None:
    strategy = renas(population=3, sample=2, removal="oldest")
    asked = []
    for number in range(20):
        asked += strategy.ask()
        strategy.tell([Trial(number, asked[-1], "done", (-number,))])
        assert [genotype for _, genotype in strategy._members] == asked[-3:]


def test_failures_teach_nothing() -> None:
    strategy = renas(population=2, batch=1)
    for number in range(2):
        strategy.tell([Trial(number, strategy.ask()[0], "done", (0.0,))])
    before = strategy.mutator.dump()
    (child,) = strategy.ask()
    strategy.mutator.load(before)
    strategy.tell([Trial(2, child, "failed")])
    assert strategy._told == [] and not strategy._out and len(strategy._members) == 2
    assert strategy._baseline.value is None
