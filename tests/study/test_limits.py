"""Cost limits reach every strategy: what breaks them is told, counted apart and never evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from nasdsl import parse_space
from nasdsl.strategies.conformance import score
from nasdsl.strategies.needs import obstacles
from nasdsl.study.artefacts import summary
from nasdsl.study.config import Choice, SearchConfig
from nasdsl.study.objectives import Objective
from nasdsl.study.run import start
from nasdsl.study.store import Store, StudyInfo
from tests.strategies.cases import CASES, Case

SPACE = parse_space("""
space limited
network = vector(8)
  -> linear(any [4, 8, 16, 32])
  -> repeat any 1..3 { linear(any [4, 8, 16, 32]) -> (relu | tanh | gelu) }
  -> linear(2)
require params < 600
require macs > 100
""")
BUDGET = 12
FIRST = {case.name: case for case in reversed(CASES)}


class Evaluator:
    def evaluate(
        self, genotype: Any, architecture: Any, *, seed: int, budget: Any
    ) -> Mapping[str, float]:
        assert SPACE.feasible(genotype)
        return {"accuracy": score(SPACE.text(genotype))}


@pytest.mark.parametrize("case", FIRST.values(), ids=FIRST)
def test_limits_hold_and_cost_no_budget(tmp_path: Path, case: Case) -> None:
    if obstacles(SPACE, case.name):
        pytest.skip("not for this space")
    config = SearchConfig(
        strategy=Choice(name=case.name, options=case.config),
        objectives=(Objective(metric="accuracy"), Objective(metric="params", goal="minimize")),
        budget=BUDGET,
    )
    settings = config.model_dump(mode="json")
    info = StudyInfo("test", SPACE.name, SPACE.hash, settings, 0)
    with Store.create(tmp_path / "study.db", info) as store:
        search = start(store, SPACE, config, evaluator=Evaluator())
        stopped = search.run()
        rows = list(store.rows())
    progress = search.progress
    states = [row.state for row in rows]
    assert stopped == "budget" and states.count("done") == progress.done == BUDGET
    assert states.count("infeasible") == progress.infeasible == len(rows) - BUDGET
    assert summary(search, stopped)["trials"] == {
        "done": BUDGET,
        "failed": 0,
        "infeasible": progress.infeasible,
    }
    assert all((row.values == ()) == (row.state == "infeasible") for row in rows)
    assert all(SPACE.feasible(trial.genotype) for trial in progress.front)
