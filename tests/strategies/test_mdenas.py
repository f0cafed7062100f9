"""Multinomial distribution learning: the update by hand, and that it finds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.mdenas import Choice
from tests.flat_space import FlatSpace, Genotype

from .tables import macro, mean_accuracy, needs_tables


def test_the_update_by_hand() -> None:
    """H^e = 3, 1, 2, 0 and H^a = 0.5, 0.9, 0.7, –: 1 beats 0 and 2, 2 beats 0, 3 takes no part."""
    choice = Choice(4)
    for option, value in ((0, 0.1), (2, 0.2), (1, 0.9), (0, 0.3), (2, 0.7), (0, 0.5)):
        choice.record(option, value)
    assert choice.epochs == [3, 1, 2, 0] and choice.last == [0.5, 0.9, 0.7, 0.0]
    assert choice.mean == pytest.approx([0.3, 0.9, 0.45, 0.0])
    choice.learn(0.01, choice.last)
    assert choice.p == pytest.approx([0.23, 0.27, 0.25, 0.25])


def test_more_training_and_more_accuracy_move_nothing() -> None:
    choice = Choice(2)
    for option, value in ((0, 0.9), (0, 0.9), (1, 0.5)):
        choice.record(option, value)
    choice.learn(0.1, choice.last)
    assert choice.p == [0.5, 0.5]


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1)), max_size=60), st.floats(0.01, 1.0))
def test_probabilities_stay_a_distribution(records: list[tuple[int, float]], alpha: float) -> None:
    choice = Choice(4)
    for option, value in records:
        choice.record(option, value)
        choice.learn(alpha, choice.last)
        assert min(choice.p) >= 0 and sum(choice.p) == pytest.approx(1)


def test_architectures_are_drawn_from_the_distribution() -> None:
    space: Any = FlatSpace((4,))
    strategy: Any = make_strategy("mdenas", space, {"alpha": 0.125}, 0)
    for number, (option, value) in enumerate([(0, 0.1), (0, 0.1), (1, 0.9)]):
        strategy.tell([Trial(number, Genotype((option,)), "done", (value,))])
    drawn = Counter(g.choices[0] for g in strategy.ask(8000))
    found = [drawn[option] / 8000 for option in range(4)]
    assert found == pytest.approx([0.125, 0.375, 0.25, 0.25], abs=0.02)


def test_nothing_is_learnt_in_the_warm_up() -> None:
    space: Any = FlatSpace((2,))
    strategy: Any = make_strategy("mdenas", space, {"warm_up": 4, "alpha": 0.25}, 0)
    for number, (option, value) in enumerate([(0, 0.1), (0, 0.1), (0, 0.1), (1, 0.9), (0, 0.1)]):
        assert all(c.p == [0.5, 0.5] for c in strategy._choices.values())
        strategy.tell([Trial(number, Genotype((option,)), "done", (value,))])
    assert strategy._choices["/d0"].p == [0.25, 0.75]


@needs_tables
def test_it_beats_random_search_on_nasbench_macro() -> None:
    config = {"alpha": 0.03, "accuracy": "mean", "avoid_duplicates": True}
    random = mean_accuracy(macro, "random", {}, 60)
    assert mean_accuracy(macro, "mdenas", config, 60) > random + 0.02
