"""Every strategy takes values of several objectives, and resumes with them exactly."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nasdsl.strategies import Trial
from nasdsl.strategies.conformance import score
from nasdsl.strategies.needs import obstacles
from tests.flat_space import FlatSpace
from tests.strategies.cases import CASES, Case

FIRST = {case.name: case for case in reversed(CASES)}
SPACE: Any = FlatSpace((4,) * 5)


def drive(strategy: Any, numbers: range) -> list[Any]:
    asked = []
    for number in numbers:
        (genotype,) = strategy.ask(1)
        values = round(score(SPACE.text(genotype)), 1), -float(sum(genotype.choices))
        failed = number % 5 == 3
        state: Any = "failed" if failed else "done"
        metrics = {} if failed else {"score": values[0], "size": -values[1]}
        strategy.tell([Trial(number, genotype, state, () if failed else values, metrics)])
        asked.append(genotype)
    return asked


@pytest.mark.parametrize("case", FIRST.values(), ids=FIRST)
def test_two_objectives(case: Case) -> None:
    if obstacles(SPACE, case.name):
        pytest.skip("not for this space")
    count = min(14, case.trials)
    strategy, other = case.make(SPACE, 3), case.make(SPACE, 4)
    first = drive(strategy, range(count))
    assert all(SPACE.contains(genotype) for genotype in first)
    other.restore(json.loads(json.dumps(strategy.state())))
    rest = range(count, count + 4)
    assert drive(strategy, rest) == drive(other, rest)
