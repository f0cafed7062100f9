"""A bounded memory of trials keeps the newest and, of the others, the best."""

from __future__ import annotations

from math import inf, nan
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nasdsl.genotype import Genotype
from nasdsl.strategies import Trial
from nasdsl.strategies.history import History
from tests.flat_space import FlatSpace

SPACE: Any = FlatSpace((30,))
TOLD = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 9)), max_size=60)


def filled(told: list[tuple[int, int]], limit: int) -> History:
    history = History(SPACE, limit)
    for number, (choice, value) in enumerate(told):
        history.add(Trial(number, Genotype((choice,)), "done", (float(value),)))
    return history


@given(TOLD, st.integers(2, 20))
def test_the_newest_and_the_best_are_kept(told: list[tuple[int, int]], limit: int) -> None:
    history = filled(told, limit)
    kept = [(g.choices[0], values[0]) for values, g in history]
    assert len(history) == len(kept) == min(limit, len(told))
    newest = limit // 2
    assert kept[-newest:] == told[-newest:]
    if told:
        best = max(value for _, value in told)
        assert history.best(1)[0][0] == (best,)
    assert all((Genotype((c,)) in history) == (c in dict(kept)) for c in range(30))


@given(TOLD, st.integers(1, 20))
def test_the_best_are_different(told: list[tuple[int, int]], count: int) -> None:
    found = filled(told, 100).best(count)
    by_choice: dict[int, int] = {}
    for choice, value in told:
        by_choice[choice] = max(value, by_choice.get(choice, -1))
    assert [v for (v,), _ in found] == sorted(by_choice.values(), reverse=True)[:count]
    assert len({g for _, g in found}) == len(found)


@given(TOLD, st.integers(2, 20))
def test_it_is_restored(told: list[tuple[int, int]], limit: int) -> None:
    history, other = filled(told, limit), History(SPACE, limit)
    other.load(history.dump())
    assert list(other) == list(history) and other.dump() == history.dump()


def test_what_is_not_done_or_not_finite_is_left_out() -> None:
    history = History(SPACE, 5)
    genotype = Genotype((1,))
    history.add(Trial(0, genotype, "failed"))
    history.add(Trial(1, genotype, "infeasible"))
    for value in (inf, -inf, nan):
        history.add(Trial(2, genotype, "done", (value,)))
    assert not len(history) and genotype not in history
