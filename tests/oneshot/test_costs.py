"""Costs of options: exact on chains, differentiable, and tables that fit."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from nasdsl import NasError, parse_space
from nasdsl.costs import cost
from nasdsl.oneshot.choices import Choice, choices_of
from nasdsl.oneshot.costs import CostConfig, analytic, costs_of, loss_with
from nasdsl.relax import relax

CHAIN = """
network = vector(8)
  -> (linear(8) | identity | (linear(8) -> relu -> linear(8)))
  -> (tanh | linear(8))
  -> graph (x) { s = [x, x -> linear(8)]  out sum([x] + (some of [s[1]])) }
  -> linear(2)
"""


def chain() -> tuple[Any, dict[str, Choice]]:
    space = parse_space(CHAIN)
    return space, choices_of(space, relax(space).choices)


def hard(space: Any, choices: dict[str, Choice], genotype: Any) -> dict[str, torch.Tensor]:
    found = {}
    for path, var, index in space.places(genotype):
        if path in choices:
            bit = var.domain.kind == "bit"
            found[path] = torch.tensor([float(index)]) if bit else torch.eye(choices[path].n)[index]
    return found


@pytest.mark.parametrize("metric", ["params", "macs"])
def test_the_expected_cost_of_a_genotype_is_its_cost(metric: str) -> None:
    space, choices = chain()
    costs = analytic(space, choices, metric)
    for genotype in space.enumerate():
        expected = costs.expected(hard(space, choices, genotype), choices)
        assert float(expected) == getattr(cost(space.build(genotype)), metric)


def test_mixtures_cost_their_mean() -> None:
    space, choices = chain()
    costs = analytic(space, choices, "params")
    even = {p: torch.full((c.n,), 1 / max(2, c.n)) for p, c in choices.items()}
    values = [cost(space.build(g)).params for g in space.enumerate()]
    assert float(costs.expected(even, choices)) == pytest.approx(sum(values) / len(values))


def test_forms_of_the_loss_by_hand() -> None:
    ce, share = torch.tensor(2.0), torch.tensor(300.0)
    add = CostConfig(form="add", weight=0.5, target=100)
    power = CostConfig(form="power", weight=2.0, target=100)
    log = CostConfig(form="log", weight=0.2, power=0.6)
    assert float(loss_with(add, ce, share, 1.0)) == pytest.approx(2 + 0.5 * 3)
    assert float(loss_with(power, ce, share, 1.0)) == pytest.approx(2 * 9)
    expected = 2 * 0.2 * math.log(300) ** 0.6  # equation 2 of FBNet
    assert float(loss_with(log, ce, share, 50.0)) == pytest.approx(expected)


def test_tables(tmp_path: Path) -> None:
    space, choices = chain()
    first = next(iter(choices))
    path = tmp_path / "latency.json"
    path.write_text(json.dumps({first: [3, 1, 5], "": 2}))
    costs = costs_of(space, choices, CostConfig(table=str(path)))
    assert costs is not None
    weights = {first: torch.tensor([0.5, 0.5, 0.0])}
    assert float(costs.expected(weights, choices)) == 2 + 2
    for rows in ({first: [1]}, {"nothing": [1, 2]}, [1], {first: "x"}):
        path.write_text(json.dumps(rows))
        with pytest.raises(NasError, match="NAS623"):
            costs_of(space, choices, CostConfig(table=str(path)))
