"""Every strategy in every configuration keeps the contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache, partial
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from nasdsl import NasError, parse_space
from nasdsl.strategies import STRATEGIES, make_strategy
from nasdsl.strategies.conformance import (
    CHECKS,
    check_batches,
    check_bounded_state,
    check_small_space,
    check_state_resumes_exactly,
    check_stays_in_the_space,
    drive,
    trace,
)
from nasdsl.strategies.needs import obstacles
from tests.flat_space import FlatSpace
from tests.strategies.cases import CASES, Case

IDS = [f"{case.name}-{i}" for i, case in enumerate(CASES)]
strategies = pytest.mark.parametrize("case", CASES, ids=IDS)
TELLING = check_stays_in_the_space, check_state_resumes_exactly, check_batches


LONG = [
    pytest.param(case, id=id, marks=() if case.many >= 3000 else pytest.mark.slow)
    for case, id in zip(CASES, IDS, strict=True)
]


def test_every_strategy_is_here() -> None:
    """Those that train supernets have tests of their own: tests/oneshot."""
    others = {name for name, entry in STRATEGIES.items() if entry.family != "supernet"}
    assert {case.name for case in CASES} == others


FIRST = {case.name: case for case in reversed(CASES)}


#: Those whose models take long, and whose resumes have quick tests of their own.
LONGEST = "bo", "nasbot", "auto_keras", "dpp_net"


def _is_quick(case: Case, check: Any) -> bool:
    """Strategies that fit models are slow: of their first cases, what tells most."""
    if case.name in LONGEST:
        return case is FIRST[case.name] and check is check_stays_in_the_space
    return case.trials >= 100 or (case is FIRST[case.name] and check in TELLING)


def _contract() -> list[Any]:
    return [
        pytest.param(
            case,
            check,
            id=f"{id}-{check.__name__}",
            marks=() if _is_quick(case, check) else pytest.mark.slow,
        )
        for case, id in zip(CASES, IDS, strict=True)
        for check in CHECKS
    ]


@pytest.mark.parametrize(("case", "check"), _contract())
def test_contract(case: Case, check: Any) -> None:
    check(case.make, FlatSpace(), case.trials)


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


def _is_telling(case: Case, check: Any, name: str) -> bool:
    """Not strategies that fit models, which are slow."""
    if case is not FIRST[case.name]:
        return False
    if case.trials >= 100:
        return check in TELLING
    return False


def _on_the_language() -> list[Any]:
    """Each strategy once with the checks that depend on the space, the rest among the slow tests."""
    return [
        pytest.param(
            case,
            check,
            text,
            id=f"{id}-{check.__name__}-{name}",
            marks=() if _is_telling(case, check, name) else pytest.mark.slow,
        )
        for case, id in zip(CASES, IDS, strict=True)
        for check in CHECKS
        for name, text in (("conditional", CONDITIONAL), ("real", REAL))
    ]


@pytest.mark.parametrize(("case", "check", "text"), _on_the_language())
def test_contract_on_spaces_of_the_language(check: Any, text: str, case: Case) -> None:
    space = language_space(text)
    if obstacles(space, case.name) or (space.size is None and case.config.get("uniform")):
        with pytest.raises(NasError, match="NAS320"):
            case.make(space, 0)
        return
    if space.size is not None and (case.remembers or case.name == "exhaustive"):
        check_small_space(case.make, space)
        return
    check(case.make, space, case.trials)


@strategies
@pytest.mark.parametrize("options", [(1,), (), (2,), (2, 1, 3)])
def test_small_spaces(case: Case, options: tuple[int, ...]) -> None:
    if case.config.get("shards", 1) > FlatSpace(options).size:
        pytest.skip("the shard is empty")
    space: Any = FlatSpace(options)
    check_small_space(case.make, space)


@strategies
def test_infeasible_members_are_survived(case: Case) -> None:
    space: Any = FlatSpace(allowed=8)
    assert drive(case.make(space, 0), space, min(100, case.trials), fail=True)


@pytest.mark.parametrize("case", LONG)
def test_state_is_bounded(case: Case) -> None:
    if case.remembers:
        pytest.skip("duplicates are avoided by remembering all")
    space: Any = FlatSpace()
    check_bounded_state(case.make, space, min(3000, case.many))


def trace_here(case: Case) -> list[str]:
    space: Any = FlatSpace()
    return trace(case.make(space, 42), space, min(30, case.trials))


QUICK = [case for case in CASES if case.trials >= 100]


@pytest.mark.parametrize("which", ["QUICK", pytest.param("CASES", marks=pytest.mark.slow)])
def test_same_trials_in_another_process(which: str) -> None:
    code = (
        f"import json; from tests.strategies.test_conformance import {which} as CASES, trace_here; "
        "print(json.dumps([trace_here(case) for case in CASES]))"
    )
    root = Path(__file__).parents[2]
    code = "import conftest; " + code
    here = [trace_here(case) for case in globals()[which]]
    env = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    assert json.loads(done.stdout) == here


@pytest.mark.parametrize("case", LONG)
def test_many_trials_are_fast(case: Case) -> None:
    """The time of a trial does not grow with the history: the last tenth costs as the second."""
    space: Any = FlatSpace((8,) * 6)
    strategy, tenth = case.make(space, 0), case.many // 10
    times: list[float] = []
    for start in range(0, case.many, tenth):
        began = process_time()
        drive(strategy, space, tenth, start=start)
        times.append(process_time() - began)
    assert min(times[-3:]) < 3 * max(times[1:5]) + 0.05


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
