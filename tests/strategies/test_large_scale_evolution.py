"""Large-scale evolution: pairwise tournaments in which the loser dies."""

from __future__ import annotations

from collections import Counter
from statistics import mean
from typing import Any

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.strategies import Trial, make_strategy
from nasdsl.variation import mutations
from tests.flat_space import FlatSpace, Genotype

from .cells import needs_table, search, space


def value(genotype: Any) -> tuple[float, ...]:
    return (float(sum(genotype.choices)),)


def tell(strategy: Any, asked: list[Any], state: Any = "done") -> None:
    values = [value(g) if state == "done" else () for g in asked]
    strategy.tell(
        [Trial(i, g, state, v) for i, (g, v) in enumerate(zip(asked, values, strict=True))]
    )


def filled(population: int, **options: Any) -> Any:
    flat: Any = FlatSpace((50,) * 4)
    strategy: Any = make_strategy(
        "large_scale_evolution", flat, {"population": population} | options, 0
    )
    tell(strategy, strategy.ask(population))
    return strategy


def test_the_papers_settings() -> None:
    config = make_strategy("large_scale_evolution", space(), {}, 0)._capacity  # type: ignore[attr-defined]
    assert config == 1000


def test_the_worse_of_two_dies_and_the_better_is_the_parent() -> None:
    strategy = filled(8)
    for _ in range(100):
        before = Counter(strategy._living)
        (child,) = strategy.ask(1)
        after = Counter(strategy._living)
        ((dead, _),) = (before - after).items()
        assert not after - before
        assert sum(strategy._space.distance(child, g) == 1 and v >= dead[0] for v, g in after)
        tell(strategy, [child])
        assert len(strategy._living) == 8
    assert min(strategy._living)[0] > (60.0,)


def test_everyone_but_the_worst_can_win() -> None:
    """The better of two random members: rank r of n wins with probability 2 (r - 1) / (n (n - 1))."""
    strategy, wins, n = filled(5), Counter[Any](), 5
    ranked = sorted(strategy._living)
    for _ in range(20_000):
        wins[strategy._living[strategy._pair()[1]]] += 1
    for rank, member in enumerate(ranked):
        assert abs(wins[member] / 20_000 - 2 * rank / (n * (n - 1))) < 0.015


def test_those_that_are_out_count_among_the_population() -> None:
    strategy = filled(10)
    out = strategy.ask(6)
    assert len(strategy._living) == 4
    tell(strategy, out)
    assert len(strategy._living) == 10


def test_a_failure_leaves_a_gap_that_a_birth_fills() -> None:
    strategy = filled(10)
    out = strategy.ask(3)
    tell(strategy, out, "failed")
    assert len(strategy._living) == 7
    for _ in range(3):
        tell(strategy, strategy.ask(1))
    assert len(strategy._living) == 10


def test_it_may_start_with_the_least_networks() -> None:
    strategy: Any = make_strategy("large_scale_evolution", space(), {"start": "least"}, 0)
    assert {g.choices for g in strategy.ask(20)} == {(0,) * 6}


def test_the_operators_are_of_the_papers_kind() -> None:
    """Networks grow and shrink: from the empty one, each child of the default mix is near."""
    strategy = filled(10)
    parent = Genotype((25,) * 4)
    assert strategy._vary(strategy._space, parent, strategy._rng) != parent
    assert set(mutations.MUTATIONS) > {"resample", "nudge", "swap", "add", "remove", "replace"}
    with pytest.raises(NasError, match="did you mean `remove`"):
        make_strategy("large_scale_evolution", space(), {"mutations": ["remov"]}, 0)


@needs_table
def test_it_beats_random_search_on_the_table() -> None:
    ours = [
        max(search("large_scale_evolution", {"population": 30}, seed, 300))[0] for seed in range(20)
    ]
    random = [max(search("random", {}, seed, 300))[0] for seed in range(20)]
    assert mean(ours) > mean(random) + 0.1
