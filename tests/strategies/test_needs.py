"""What strategies need of a space, told before anything is imported or evaluated."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

from nasdsl import NasError, parse_space, strategies
from nasdsl.space import Space
from nasdsl.strategies import STRATEGIES, Entry, entries, make_strategy
from nasdsl.strategies.needs import CAUTIONS, NEEDS, cautions, demand, obstacles, report

ONE = "network = vector(4) -> linear(2)"
BITS = "network = vector(4) -> (relu | tanh) -> (relu | tanh) -> linear(2)"
NUMBERS = "network = vector(4) -> linear(any [4, 8, 16]) -> linear(2)"
REAL = "network = vector(4) -> dropout(any 0.0..0.5) -> linear(2)"
MANY = "network = vector(4) -> repeat 30 { relu | tanh } -> linear(2)"
WIDE = "network = vector(4) -> linear(any 1..5000) -> linear(2)"
LACKS = {
    ONE: {"choices", "decisions", "numbers", "blocks", "order"},
    BITS: {"numbers", "order"},
    NUMBERS: {"decisions", "bits", "blocks"},
    REAL: {"finite", "decisions", "bits", "relaxes", "intervals", "neighbours"},
    MANY: {"numbers", "ends", "order"},
    WIDE: {"decisions", "bits", "relaxes", "neighbours", "narrow"},
}


@pytest.mark.parametrize("text", LACKS)
def test_what_a_space_lacks(text: str) -> None:
    space = parse_space(text)
    found = {name for name, test in {**NEEDS, **CAUTIONS}.items() if test(space)}
    assert found == LACKS[text]


def test_entries_name_what_there_is() -> None:
    for entry in STRATEGIES.values():
        assert set(entry.needs) <= set(NEEDS) and set(entry.cautions) <= set(CAUTIONS)


def test_the_report_says_what_make_strategy_does() -> None:
    """A strategy is made exactly where the report has no obstacle."""
    for text in LACKS:
        space = parse_space(text)
        for fit in report(space):
            if fit.obstacles:
                with pytest.raises(NasError, match="NAS320"):
                    make_strategy(fit.strategy, space, {}, 0)
            elif not STRATEGIES[fit.strategy].extra:
                make_strategy(fit.strategy, space, {}, 0)


def test_a_refusal_names_those_that_can() -> None:
    space = parse_space(REAL)
    with pytest.raises(NasError) as caught:
        demand(space, "exhaustive")
    (diagnostic,) = caught.value.diagnostics
    assert "it has ranges of real numbers" in diagnostic.message
    assert "`random`" in diagnostic.help and "`exhaustive`" not in diagnostic.help


def test_cautions_are_no_obstacles() -> None:
    space = parse_space(MANY)
    assert obstacles(space, "exhaustive") == []
    assert cautions(space, "exhaustive") == ["it has about 10^9 members: this will not end"]


def test_of_several_objectives_some_see_the_first() -> None:
    several = "\nsearch { objective = maximize(accuracy), minimize(macs) }"
    found = {fit.strategy: fit.cautions for fit in report(parse_space(BITS + several))}
    assert any("weighted(" in why for why in found["q_learning"])
    assert not found["nsga2"] and not found["random"] and not found["bo"]
    assert not cautions(parse_space(BITS), "q_learning")


def test_operators_that_set_their_width_are_no_good_for_a_share_of_the_channels() -> None:
    text = "space s\nnetwork = image(1, 6, 6) -> conv(1, out = 8) -> (identity | relu -> conv(3, out = 8))"
    (why,) = cautions(parse_space(text), "pc_darts")
    assert "one in 4 channels" in why
    assert not cautions(parse_space(text.replace("conv(3, out = 8)", "conv(3)")), "pc_darts")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Pretends that entry points are installed."""

    def install(**targets: str) -> None:
        points = [EntryPoint(n, value, strategies.GROUP) for n, value in targets.items()]
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
        strategies.extensions.cache_clear()

    yield install
    strategies.extensions.cache_clear()


def test_strategies_of_other_packages(installed: Any) -> None:
    installed(other="nasdsl.strategies.random_search:RandomSearch", broken="nowhere:Class")
    space: Space = parse_space(BITS)
    assert list(entries()) == [*STRATEGIES, "other", "broken"]  # none of them imported
    assert make_strategy("other", space, {"uniform": True}, 3).ask(2) == make_strategy(
        "random", space, {"uniform": True}, 3
    ).ask(2)
    with pytest.raises(NasError, match="NAS336"):
        make_strategy("broken", space, {}, 0)
    with pytest.raises(NasError, match="did you mean `other`"):
        make_strategy("othre", space, {}, 0)


def test_a_name_is_taken_once(installed: Any) -> None:
    installed(random="elsewhere:Random")
    with pytest.raises(NasError, match="NAS325"):
        entries()


def test_entries_are_values() -> None:
    assert Entry("m:C", "f", "p", "u") == Entry("m:C", "f", "p", "u", (), "", ())
