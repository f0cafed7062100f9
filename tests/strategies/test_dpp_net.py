"""Of the children, those are evaluated that nothing dominates in expected value and cost."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from pydantic import ValidationError

from nasdsl import load, parse_space
from nasdsl.costs import cost
from nasdsl.genotype import Genotype
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.dpp_net import DppNet, DppNetConfig
from nasdsl.strategies.fronts import dominates, hypervolume

from .cases import TINY
from .race import NASBENCH201, nasbench201

SPACES = Path(__file__).parents[2] / "spaces"
SPACE = parse_space("""
space widths
network = vector(8) -> linear(any 1..9) -> linear(any 1..9) -> linear(any 1..9) -> linear(2)
""")


def made(**options: Any) -> DppNet:
    strategy = make_strategy("dpp_net", SPACE, {**TINY, "candidates": 100, **options}, 0)
    assert isinstance(strategy, DppNet)
    return strategy


def values(genotype: Genotype, expected: float) -> tuple[float, ...]:
    found = cost(SPACE.build(genotype))
    return (expected, -found.params, -found.macs)


def test_the_first_is_the_front() -> None:
    """By hand: (expected, params), larger widths cost more."""
    strategy = made(costs=["params"])
    candidates = [Genotype((w, 0, 0)) for w in (0, 1, 2, 3)]
    order = strategy._order(candidates, [0.5, 0.4, 0.9, 0.6])
    assert set(order[:2]) == {0, 2} and set(order[2:]) == {1, 3}


def test_fronts_come_one_after_the_other() -> None:
    strategy = made()
    candidates = list(SPACE.enumerate(0, 60))
    expected = [float((7 * i) % 13) for i in range(60)]
    order = strategy._order(candidates, expected)
    assert sorted(order) == list(range(60))
    points = [values(candidates[i], expected[i]) for i in order]
    for place, point in enumerate(points):
        assert not any(dominates(later, point) for later in points[place + 1 :])


def test_what_is_evaluated_has_cheap_and_good_ones() -> None:
    """Wider is better, so every width has its place on the front: pnas would take the widest."""
    spread: dict[str, int] = {}
    for name in ("pnas", "dpp_net"):
        config = {
            "embedding": 8, "hidden": 16, "epochs": 30, "members": 1, "beam": 16, "parts": 3,
            "candidates": 150, "kind": "mlp",
        }  # fmt: skip
        strategy = make_strategy(name, SPACE, config, 0)
        asked: list[Genotype] = []
        for level in range(3):
            asked = strategy.ask(16)
            told = [
                Trial(16 * level + i, g, "done", (float(sum(g.choices)),))
                for i, g in enumerate(asked)
            ]
            strategy.tell(told)
        params = [cost(SPACE.build(g)).params for g in asked]
        spread[name] = max(params) - min(params)
    assert spread["dpp_net"] > spread["pnas"]


def test_costs_are_known_ones() -> None:
    with pytest.raises(ValidationError, match="costs"):
        DppNetConfig.model_validate({"costs": ["latency"]})
    with pytest.raises(ValidationError, match="costs"):
        DppNetConfig.model_validate({"costs": []})


@pytest.mark.slow
@pytest.mark.skipif(not NASBENCH201.is_file(), reason="needs NASDSL_DATA")
def test_its_front_is_better_than_that_of_random_search() -> None:
    """Accuracy after 12 epochs and MFLOPs on NAS-Bench-201, above 50 % and below 250."""
    space = load(SPACES / "nasbench201.nas", set={"N": 1, "C": 4})
    accuracy, flops = nasbench201(), nasbench201("flops_m")
    config = {
        "level": "i", "beam": 20, "candidates": 300, "costs": ["macs"], "embedding": 16, "hidden": 32,
        "epochs": 40,
    }  # fmt: skip

    def volume(name: str, options: dict[str, Any], seed: int) -> float:
        strategy = make_strategy(name, space, options, seed)
        points: list[tuple[float, ...]] = []
        for number in range(100):
            (genotype,) = strategy.ask(1)
            value = accuracy[genotype.choices]
            points.append((value, -flops[genotype.choices]))
            strategy.tell([Trial(number, genotype, "done", (value,))])
        return hypervolume(points, (50.0, -250.0))

    found = fmean(volume("dpp_net", config, seed) for seed in range(10))
    assert found > fmean(volume("random", {}, seed) for seed in range(30))
