"""Every method finds options that are clearly better: the others let too little through."""

from __future__ import annotations

from typing import Any

import pytest

from nasdsl import parse_space

from .cases import CASES, Case

PLANTED = """
space planted
motif layer = one of { narrow: linear(1) -> linear(12)  wide: linear(12) -> tanh  flat: linear(1) -> tanh -> linear(12) }
network = image(1, 8, 8) -> flatten -> layer -> layer -> linear(10)
"""
SEARCH = {
    "epochs": 10, "limit": 600, "batch_size": 16, "lr": 0.05, "arch_lr": 0.03, "warm_up": 0, "samples": 60,
    "population": 8, "generations": 2, "parents": 4, "finalists": 9, "steps": 10, "batch": 4,
    "controller_lr": 0.05, "temperature": 1.0, "alpha": 0.1, "eta": 0.1, "window": 3, "ratio": 0.0, "tau": 1.0,
    "final_tau": 0.3, "depths": [1], "cost": "none", "batches": 2, "full": 0.0,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", [c for c in CASES if c.name != "mdenas_shared"], ids=str)
def test_what_is_better_is_found(case: Case) -> None:
    space: Any = parse_space(PLANTED)
    known = type(case.strategy(space, 0)).Config.model_fields
    options = {key: value for key, value in SEARCH.items() if key in known}
    strategy = case.strategy(space, 1, **options)
    found = [d.domain.show(d.index) for d in space.decisions(strategy.ask(1)[0])]
    assert found == ["wide", "wide"]
