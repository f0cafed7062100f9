"""Mixes of operators: weights, and how they are written."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nasdsl.configure import Config, configure
from nasdsl.diagnostics import NasError
from nasdsl.parser import parse_text
from nasdsl.settings import read_settings
from nasdsl.study.config import SearchConfig, read_search
from nasdsl.syntax import Search
from nasdsl.variation import MUTATIONS, crossover, mutation
from nasdsl.variation.decisions import by_path
from nasdsl.variation.options import Crossovers, Mutations

from .subjects import subject


class Options(Config):
    mutations: Mutations | None = None
    crossovers: Crossovers | None = None


def read(text: str) -> SearchConfig:
    (block,) = parse_text(f"search {{ strategy = regularized_evolution({text}) }}").items
    assert isinstance(block, Search)
    return read_search(read_settings(block, {}))


def test_weights() -> None:
    for value in (["resample", {"name": "nudge", "args": [2], "kwargs": {}}],
                  ({"name": "resample"} | {"args": [1.0]}, {"name": "nudge", "kwargs": {"weight": 2}}),
                  {"resample": 1, "nudge": 2}, ["resample", "nudge(2.0)"]):  # fmt: skip
        found = configure(Options, {"mutations": value}, what="x").mutations
        assert found == {"resample": 1.0, "nudge": 2.0}
    assert configure(Options, {"mutations": "swap"}, what="x").mutations == {"swap": 1.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mutations = [resampel]", "there is no mutation `resampel`; did you mean `resample`?"),
        ("mutations = [uniform]", "there is no mutation `uniform`; there are resample, nudge"),
        ("mutations = [nudge(-1)]", "the weight of `nudge` is a number from 0, not -1"),
        ("mutations = [nudge(1, 2)]", "`nudge` takes one number, its weight"),
        ("mutations = [nudge(rate = 1)]", "`nudge` takes one number, its weight"),
        ("mutations = [nudge, nudge(2)]", "`nudge` is given twice"),
        ("mutations = []", "at least one mutation with a weight above 0"),
        ("mutations = [nudge(0)]", "at least one mutation with a weight above 0"),
        ("mutations = [3]", "expected operators, such as [resample, nudge(2)]"),
        ("mutations = 3", "expected operators, such as [resample, nudge(2)]"),
        ('mutations = [nudge("a")]', "the weight of `nudge` is a number from 0, not a"),
        ('mutations = ["nudge(x)"]', "the weight of `nudge` is a number from 0, not x"),
        ('mutations = ["nudge(-1)"]', "the weight of `nudge` is a number from 0, not -1"),
        ("crossovers = [stag]", "there is no crossover `stag`; did you mean `stage`?"),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    with pytest.raises(NasError) as caught:
        read(text)
    (mistake,) = caught.value.diagnostics
    assert mistake.code == "NAS311" and message in mistake.message


def test_what_is_written_down_is_read_back() -> None:
    found = read("mutations = [resample, nudge(2)], crossovers = stage")
    again = SearchConfig.model_validate_json(found.model_dump_json())
    assert again == found
    assert str(found.strategy) == (
        'regularized_evolution(mutations = ["resample", "nudge(2)"], crossovers = ["stage"])'
    )


@given(st.dictionaries(st.sampled_from([*MUTATIONS]), st.floats(0, 1e6), min_size=1))
def test_weights_survive_as_json(weights: dict[str, float]) -> None:
    assume(any(weights.values()))
    found = Options.model_validate({"mutations": weights})
    assert Options.model_validate_json(found.model_dump_json()) == found


def test_operators_are_drawn_by_weight() -> None:
    space, rng = subject("real"), Random(0)
    parent = space.sample(rng)
    mutate = mutation({"nudge": 3.0, "remove": 100.0, "swap": 0.0})  # there is nothing to remove
    width = Counter[int]()
    for _ in range(400):
        child = mutate(space, parent, rng)
        assert child is not None
        width[space.distance(parent, child)] += 1
    assert set(width) == {1}
    assert mutation({"remove": 1.0})(space, parent, rng) is None


def test_weights_are_shares() -> None:
    space, rng = subject("nasbench201"), Random(0)
    parent = space.genotype(dict.fromkeys(by_path(space, space.unrank(0)), 1))
    mutate = mutation({"remove": 1.0, "flip": 3.0, "add": 5.0})
    removed = 0
    for _ in range(2000):
        child = mutate(space, parent, rng)
        assert child is not None
        removed += sorted(child.choices) == [0, 1, 1, 1, 1, 1]
    # a quarter, and what flip does so by chance: five others of the six, once or more
    assert 0.25 < removed / 2000 < 0.25 + 0.75 * 0.3


def test_crossovers_fall_back() -> None:
    space, rng = subject("nasbench201"), Random(0)
    first, second = space.unrank(0), space.unrank(15624)
    cross = crossover({"subtree": 10.0, "point": 1.0})
    child = cross(space, first, second, rng)
    assert child is not None and set(child.choices) == {0, 4}
    assert cross(space, first, first, rng) is None
    assert set(MUTATIONS) >= {"resample", "nudge", "swap", "add", "remove", "replace", "flip"}
