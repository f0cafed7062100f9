"""Every method keeps the contract of searches in supernets."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch

from nasdsl.oneshot import checkpoint
from nasdsl.oneshot.names import CHECKPOINT
from nasdsl.strategies import STRATEGIES

from .cases import CASES, Case, space_of

pytestmark = pytest.mark.usefixtures("double")
cases = pytest.mark.parametrize("case", CASES, ids=str)
few = pytest.mark.parametrize(
    "case",
    [
        pytest.param(c, marks=() if c.name in ("darts", "gdas", "spos") else pytest.mark.slow)
        for c in CASES
    ],
    ids=str,
)


def test_every_method_is_here() -> None:
    methods = {name for name, entry in STRATEGIES.items() if entry.family == "supernet"}
    assert {case.name for case in CASES} == methods


@cases
@pytest.mark.parametrize("name", ["cell", pytest.param("nested", marks=pytest.mark.slow)])
def test_proposals_are_feasible_members_and_end(case: Case, name: str) -> None:
    space = space_of(name)
    strategy = case.strategy(space, 1)
    asked = [g for _ in range(30) for g in strategy.ask(2)]
    assert 0 < len(asked) <= case.options.get("keep", 1)
    assert len(asked) == len(set(asked))
    assert all(space.contains(g) and space.feasible(g) for g in asked)


@few
def test_same_seed_same_search(case: Case) -> None:
    space = space_of("cell")
    epochs: list[list[Any]] = [[], []]
    found = []
    for place, heard in enumerate(epochs):
        random.seed(place)
        torch.manual_seed(place)  # global randomness has no say
        strategy = case.strategy(space, 5)
        strategy.listen(lambda e, heard=heard: heard.append((e.number, e.loss, dict(e.curves))))
        found.append(strategy.ask(5))
    assert found[0] == found[1] and epochs[0] == epochs[1]


@few
def test_global_randomness_is_left_alone(case: Case) -> None:
    random.seed(3)
    torch.manual_seed(3)
    before = random.getstate(), torch.get_rng_state()
    case.strategy(space_of("cell"), 5, epochs=1).ask(1)
    assert random.getstate() == before[0] and torch.equal(torch.get_rng_state(), before[1])


@cases
@pytest.mark.parametrize("stop", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_stopped_search_goes_on_exactly(case: Case, stop: int, tmp_path: Path) -> None:
    space = space_of("cell")

    def interrupt(epoch: Any) -> None:
        if epoch.number == stop:
            raise KeyboardInterrupt

    whole, parts = tmp_path / "whole", tmp_path / "parts"
    strategy = case.strategy(space, 5)
    strategy.attach(whole, None)
    found = strategy.ask(5)
    strategy = case.strategy(space, 5)
    strategy.attach(parts, None)
    strategy.listen(interrupt)
    with pytest.raises(KeyboardInterrupt):
        strategy.ask(5)
    other = case.strategy(space, 5)
    other.attach(parts, None)
    assert other.ask(5) == found
    ends = [checkpoint.load(f / "supernet" / CHECKPOINT) for f in (whole, parts)]
    assert _same(*({**end, "seconds": 0} for end in ends))
    lines = [
        [json.loads(line) | {"seconds": 0} for line in text.splitlines()]
        for f in (whole, parts)
        for text in [(f / "supernet" / "curves.jsonl").read_text(encoding="utf-8")]
    ]
    assert lines[0] == lines[1] and len(lines[0]) == 3


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b)


@few
def test_the_state_holds_what_was_derived(case: Case) -> None:
    space = space_of("cell")
    strategy, other = case.strategy(space, 3), case.strategy(space, 99)
    first = strategy.ask(1)
    other.restore(json.loads(json.dumps(strategy.state())))
    assert other.ask(9) == strategy.ask(9) and first not in other.ask(9)
    before, after = case.strategy(space, 3), case.strategy(space, 99)
    after.restore(json.loads(json.dumps(before.state())))
    assert after.ask(1) == first


@few
def test_supernets_learn(case: Case) -> None:
    heard: list[Any] = []
    strategy = case.strategy(space_of("cell"), 2, limit=400, lr=0.05)
    strategy.listen(heard.append)
    strategy.ask(1)
    assert heard[-1].loss < 0.9 * heard[0].loss and heard[-1].accuracy > 0.3
