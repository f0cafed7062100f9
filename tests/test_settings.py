"""The search block: form, values, and what its configuration makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasdsl import syntax
from nasdsl.diagnostics import NasError
from nasdsl.parser import parse
from nasdsl.settings import KNOWN, CallSetting, Settings, read_seconds, read_settings
from nasdsl.study.config import SearchConfig, read_search


def settings(body: str, **params: Any) -> Settings:
    from nasdsl.spans import Source

    program = parse(Source("test.nas", f"search {{ {body} }}"))
    (search,) = [item for item in program.items if isinstance(item, syntax.Search)]
    return read_settings(search, params)


def codes(body: str) -> list[str]:
    with pytest.raises(NasError) as caught:
        read_search(settings(body))
    assert all(d.message and (d.help or d.span) for d in caught.value.diagnostics)
    return [d.code for d in caught.value.diagnostics]


def test_values() -> None:
    found = settings(
        "strategy = regularized_evolution(population = P, sample = 5) budget = 200 seed = -1"
        ' evaluate = tabular("a.csv", join = "", order = [1, 0], metrics = ["x"])'
        ' objective = maximize(accuracy), minimize(macs) time = "2h" trial_time = 1.5',
        P=50,
    )
    assert found["strategy"] == (
        CallSetting("regularized_evolution", (), {"population": 50, "sample": 5}),
    )
    assert found["budget"] == (200,) and found["seed"] == (-1,)
    config = read_search(found)
    assert config.strategy.options == {"population": 50, "sample": 5}
    assert config.evaluate is not None
    assert config.evaluate.options == {
        "file": "a.csv", "join": "", "order": [1, 0], "metrics": ["x"],
    }  # fmt: skip
    assert [str(o) for o in config.objectives] == ["maximize(accuracy)", "minimize(macs)"]
    assert (config.time, config.trial_time) == (7200, 1.5)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("stratgy = random", ["NAS300"]),
        ("budget = 1 budget = 2", ["NAS301"]),
        ("budget = 1 + 1", ["NAS302"]),
        ("budget = 1, 2", ["NAS303"]),
        ("objective = maximize(metric = accuracy, x)", ["NAS304"]),
        ("strategy = random(uniform = true, uniform = true)", ["NAS305"]),
        ("stratgy = random budget = 1, 2 seed = any 3", ["NAS300", "NAS303", "NAS302"]),
        ("strategy = regularised_evolution", ["NAS321"]),
        ("strategy = random(unifrom = true)", ["NAS310"]),
        ("strategy = regularized_evolution(population = 0, sample = many)", ["NAS311", "NAS311"]),
        ("strategy = random(true, true, true)", ["NAS312"]),
        ("strategy = random(true, uniform = true)", ["NAS312"]),
        ("strategy = 3", ["NAS306"]),
        ("objective = 3", ["NAS306"]),
        ("objective = biggest(accuracy)", ["NAS313"]),
        ("objective = maximize()", ["NAS311"]),
        ("evaluate = tabuler(file = x)", ["NAS322"]),
        ('evaluate = python("os:system")', ["NAS315"]),
        ("budget = 0", ["NAS306"]),
        ("budget = random(1)", ["NAS306"]),
        ('time = "soon"', ["NAS306"]),
        ("time = -5", ["NAS306"]),
    ],
)
def test_mistakes(body: str, expected: list[str]) -> None:
    assert codes(body) == expected


def test_spelling_is_suggested() -> None:
    with pytest.raises(NasError, match="did you mean `strategy`"):
        settings("stratgy = random")
    with pytest.raises(NasError, match="did you mean `population`"):
        read_search(settings("strategy = regularized_evolution(populaton = 3)"))


def test_later_layers_win_and_defaults_fill() -> None:
    config = read_search(settings("budget = 5 seed = 3"), settings("budget = 7"))
    assert (config.budget, config.seed, config.strategy.name) == (7, 3, "regularized_evolution")
    assert read_search({}) == SearchConfig()
    python = read_search({}, python="m:f")
    assert python.evaluate is not None and python.evaluate.options == {"target": "m:f"}


@given(st.integers(1, 10**6), st.integers(0, 2**40), st.booleans(), st.floats(0.1, 1e6))
def test_configurations_survive_json(budget: int, seed: int, uniform: bool, time: float) -> None:
    strategy = (CallSetting("random", (), {"uniform": uniform}),)
    layer: Settings = {"budget": (budget,), "seed": (seed,), "strategy": strategy, "time": (time,)}
    config = read_search(layer)
    assert SearchConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1h30m", 5400), ("2d", 172800), (7, 7)]
)
def test_durations(text: str | int, seconds: float) -> None:
    assert read_seconds(text) == seconds


def test_there_is_a_json_schema() -> None:
    schema = SearchConfig.model_json_schema()
    assert set(schema["properties"]) >= {"strategy", "evaluate", "objectives", "budget", "time"}
    assert schema["additionalProperties"] is False
    assert set(KNOWN) - {"objective"} <= set(schema["properties"])
