"""Objectives: signs, scalarisations, what a `search` block may say of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasdsl.cli.overrides import read_overrides
from nasdsl.diagnostics import NasError
from nasdsl.study.config import SearchConfig, read_search
from nasdsl.study.objectives import AnyObjective, MnasNet, Objective, Weighted
from nasdsl.study.task import check_objectives


def read(text: str) -> tuple[AnyObjective, ...]:
    return read_search(read_overrides({"objective": text})).objectives


def test_signs() -> None:
    loss = Objective(metric="loss", goal="minimize")
    assert loss.signed({"loss": 2.0}) == -2.0 and loss.unsigned(-2.0) == 2.0
    assert Objective(metric="accuracy").signed({"accuracy": 0.5}) == 0.5


def test_mnasnet_is_the_papers() -> None:
    """Tan et al. 2019: at -0.07, twice the latency costs about 5 %."""
    soft = MnasNet(metric="accuracy", cost="ms", target=80)
    assert soft.signed({"accuracy": 0.75, "ms": 80}) == 0.75
    assert math.isclose(soft.signed({"accuracy": 0.75, "ms": 160}), 0.75 * 2**-0.07)
    assert math.isclose(soft.signed({"accuracy": 0.75, "ms": 40}), 0.75 * 2**0.07)
    doubled = soft.signed({"accuracy": 0.53, "ms": 160}) / soft.signed({"accuracy": 0.5, "ms": 80})
    assert abs(doubled - 1) < 0.011  # the figure from which the paper has its exponent
    hard = MnasNet(metric="accuracy", cost="ms", target=80, alpha=0, beta=-1)
    assert hard.signed({"accuracy": 0.75, "ms": 20}) == hard.signed({"accuracy": 0.75, "ms": 80})
    assert math.isclose(hard.signed({"accuracy": 0.75, "ms": 160}), 0.375)


def test_mnasnet_of_no_cost() -> None:
    soft = MnasNet(metric="accuracy", cost="ms", target=80)
    assert soft.signed({"accuracy": 0.5, "ms": 0}) == math.inf
    assert math.isnan(soft.signed({"accuracy": 0.5, "ms": -1}))
    assert soft.model_copy(update={"alpha": 0}).signed({"accuracy": 0.5, "ms": 0}) == 0.5
    steep = soft.model_copy(update={"alpha": -1e6})
    assert steep.signed({"accuracy": 0.5, "ms": 1e-300}) == math.inf


finite = st.floats(1e-3, 1e6)


@given(finite, finite, finite, finite)
def test_mnasnet_never_prefers_the_dominated(a: float, b: float, cost: float, more: float) -> None:
    objective = MnasNet(metric="accuracy", cost="ms", target=80, alpha=-0.01, beta=-0.5)
    better = objective.signed({"accuracy": max(a, b), "ms": min(cost, more)})
    assert better >= objective.signed({"accuracy": min(a, b), "ms": max(cost, more)}) * (1 - 1e-12)


def test_weights() -> None:
    objective = Weighted(weights={"accuracy": 2.0, "params": -0.5})
    assert objective.signed({"accuracy": 3.0, "params": 4.0, "loss": 9.0}) == 4.0


TEXTS = [
    "maximize(accuracy)",
    "minimize(macs, reference = 200000000)",
    "mnasnet(accuracy, macs, target = 80000000)",
    "mnasnet(accuracy, latency, target = 3.5, alpha = 0, beta = -1, reference = 0.1)",
    "weighted(accuracy = 1, params = -1e-07)",
]


def test_what_is_written_is_read() -> None:
    objectives = read(", ".join(TEXTS))
    assert [str(o) for o in objectives] == TEXTS
    assert read(", ".join(map(str, objectives))) == objectives


def test_settings_are_json() -> None:
    config = SearchConfig(objectives=read(", ".join(TEXTS)))
    assert SearchConfig.model_validate_json(config.model_dump_json()) == config
    old = {"objectives": [{"metric": "loss", "goal": "minimize"}, {"metric": "accuracy"}]}
    assert [str(o) for o in SearchConfig.model_validate(old).objectives] == [
        "minimize(loss)",
        "maximize(accuracy)",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mnasnet(accuracy, macs)", "NAS311"),
        ("mnasnet(accuracy, macs, target = 0)", "NAS311"),
        ("mnasnet(accuracy, macs, target = 3, alpha = 0.1)", "NAS311"),
        ("mnasnet(accuracy, macs, 3)", "NAS312"),
        ("mnasnet(accuracy, macs, target = 3, w = 1)", "NAS310"),
        ("weighted()", "NAS311"),
        ("weighted(accuracy)", "NAS311"),
        ("weighted(accuracy = high)", "NAS311"),
        ("weighted(accuracy = true)", "NAS311"),
        ("maximize(accuracy, 3)", "NAS312"),
        ("maximize(accuracy, goal = minimize)", "NAS310"),
        ("maximize(accuracy, reference = best)", "NAS311"),
        ("chebyshev(accuracy = 1)", "NAS313"),
    ],
)
def test_mistakes(text: str, code: str) -> None:
    with pytest.raises(NasError) as caught:
        read(text)
    assert caught.value.diagnostics[0].code == code
    assert caught.value.diagnostics[0].span is not None


def test_every_metric_must_be_there() -> None:
    check_objectives(read("mnasnet(accuracy, macs, target = 3)"), ["accuracy", "macs"])
    for text in ("mnasnet(accuracy, mac, target = 3)", "weighted(accuracy = 1, mac = -1)"):
        with pytest.raises(NasError, match=r"NAS544.*`mac`") as caught:
            check_objectives(read(text), ["accuracy", "macs"])
        assert caught.value.diagnostics[0].help == "did you mean `macs`?"
