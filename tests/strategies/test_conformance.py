"""Every strategy in every configuration keeps the contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from nasdsl import NasError, parse_space
from nasdsl.strategies import STRATEGIES, make_strategy
from nasdsl.strategies.conformance import (
    CHECKS,
    check_bounded_state,
    check_small_space,
    drive,
    trace,
)
from tests.flat_space import FlatSpace

CASES: list[tuple[str, dict[str, Any]]] = [
    ("random", {}),
    ("random", {"uniform": True, "avoid_duplicates": True}),
    ("exhaustive", {}),
    ("exhaustive", {"shard": 1, "shards": 3}),
    ("local_search", {}),
    ("local_search", {"improvement": "best"}),
    ("local_search", {"neighbours": 4, "avoid_duplicates": False}),
    ("regularized_evolution", {"population": 20, "sample": 5}),
    ("regularized_evolution", {"population": 10, "sample": 3, "avoid_duplicates": True}),
    ("regularized_evolution", {"population": 1, "sample": 1}),
]
IDS = [f"{name}-{i}" for i, (name, _) in enumerate(CASES)]
strategies = pytest.mark.parametrize(("name", "config"), CASES, ids=IDS)


def factory(name: str, config: dict[str, Any]) -> Any:
    return lambda space, seed: make_strategy(name, space, config, seed)


def test_every_strategy_is_here() -> None:
    assert {name for name, _ in CASES} == set(STRATEGIES)


@strategies
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_contract(check: Any, name: str, config: dict[str, Any]) -> None:
    check(factory(name, config), FlatSpace())


CONDITIONAL = """
space conditional
network = vector(8)
  -> linear(any [4, 8, 16])
  -> repeat any 0..2 { linear(any [4, 8]) -> (relu | tanh) }
  -> linear(2)
require params < 330
"""
REAL = CONDITIONAL.replace("-> linear(2)", "-> dropout(any 0.0..0.5) -> linear(2)")


@cache
def language_space(text: str) -> Any:
    return parse_space(text)


@strategies
@pytest.mark.parametrize("text", [CONDITIONAL, REAL], ids=["conditional", "real"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_contract_on_spaces_of_the_language(
    check: Any, text: str, name: str, config: dict[str, Any]
) -> None:
    space = language_space(text)
    if space.size is None and (name == "exhaustive" or config.get("uniform")):
        with pytest.raises(NasError, match="NAS320"):
            make_strategy(name, space, config, 0)
        return
    avoids = config.get("avoid_duplicates", name == "local_search")
    if space.size is not None and (avoids or name == "exhaustive"):
        check_small_space(factory(name, config), space)
        return
    check(factory(name, config), space)


@strategies
@pytest.mark.parametrize("options", [(1,), (), (2,), (2, 1, 3)])
def test_small_spaces(name: str, config: dict[str, Any], options: tuple[int, ...]) -> None:
    if config.get("shards", 1) > FlatSpace(options).size:
        pytest.skip("the shard is empty")
    space: Any = FlatSpace(options)
    check_small_space(factory(name, config), space)


@strategies
def test_infeasible_members_are_survived(name: str, config: dict[str, Any]) -> None:
    space: Any = FlatSpace(allowed=8)
    assert drive(make_strategy(name, space, config, 0), space, 100, fail=True)


@strategies
def test_state_is_bounded(name: str, config: dict[str, Any]) -> None:
    avoids = make_strategy(name, FlatSpace(), config, 0).state().get("seen")  # type: ignore[arg-type]
    if config.get("avoid_duplicates", avoids is not None and name == "local_search"):
        pytest.skip("duplicates are avoided by remembering all")
    check_bounded_state(factory(name, config), FlatSpace())  # type: ignore[arg-type]


def trace_here(name: str, config: dict[str, Any]) -> list[str]:
    space: Any = FlatSpace()
    return trace(make_strategy(name, space, config, 42), space, 120)


def test_same_trials_in_another_process() -> None:
    code = (
        "import json; from tests.strategies.test_conformance import CASES, trace_here; "
        "print(json.dumps([trace_here(*case) for case in CASES]))"
    )
    root = Path(__file__).parents[2]
    code = "import conftest; " + code
    for hash_seed in ("0", "4711"):
        env = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
        )
        assert json.loads(done.stdout) == [trace_here(*case) for case in CASES]


@strategies
def test_ten_thousand_trials_are_fast(name: str, config: dict[str, Any]) -> None:
    space: Any = FlatSpace((8,) * 6)
    start = perf_counter()
    drive(make_strategy(name, space, config, 0), space, 10_000)
    assert perf_counter() - start < 5


@pytest.mark.parametrize("improvement", ["first", "best"])
def test_avoided_duplicates_cover_the_space_once(improvement: str) -> None:
    space: Any = FlatSpace((3, 4, 2))
    for make in (
        partial(make_strategy, "local_search", space, {"improvement": improvement}),
        partial(make_strategy, "random", space, {"avoid_duplicates": True}),
        partial(
            make_strategy,
            "regularized_evolution",
            space,
            {"population": 5, "sample": 2, "avoid_duplicates": True},
        ),
    ):
        asked = drive(make(3), space, 100)
        assert len(asked) == len(set(asked)) == space.size
