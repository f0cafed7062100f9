"""Decisions by path: what walks tell of a genotype gives the genotype back, and nothing else does."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl.diagnostics import NasError
from nasdsl.genotype import Genotype
from nasdsl.points import Malformed
from nasdsl.space import Space, parse_space
from nasdsl.walks import Walks

from .generate import spaces
from .test_meaning import open_space

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32)

DEEP = """space deep
motif e(d) = relu | (tanh -> e(d - 1) -> e(d - 1)) if d > 0 else identity
let c = any 1..4
network = vector(4) -> e(3) -> repeat any 0..2 { linear(c) -> (relu | tanh) } -> dropout(any 0.1..0.5)
require c != 3
"""


def deep() -> Space:
    return parse_space(DEEP)


@FEW
@given(spaces(), SEEDS)
def test_paths_and_indices_give_the_genotype_back(text: str, seed: int) -> None:
    space, rng = open_space(text), Random(seed)
    for _ in range(5):
        genotype = space.sample(rng)
        decisions = {d.path: d.index for d in space.decisions(genotype)}
        assert tuple(decisions.values()) == genotype.choices
        assert space.genotype(decisions) == genotype
        assert space.reader(tuple(decisions))(tuple(decisions.values())) == genotype


@FEW
@given(SEEDS)
def test_what_is_forgotten_is_unrolled_again(seed: int) -> None:
    space, rng = deep(), Random(seed)
    forgetful = Walks(most=3)
    for _ in range(10):
        choices = space.sample(rng).choices
        assert forgetful.places(space.root, choices) == space.walks.places(space.root, choices)


@FEW
@given(SEEDS)
def test_what_is_given_stays_and_the_rest_is_drawn(seed: int) -> None:
    space, rng = deep(), Random(seed)
    whole = {d.path: d.index for d in space.decisions(space.sample(rng))}
    part = {path: i for path, i in whole.items() if rng.random() < 0.5}
    for source in (None, rng):
        found = {d.path: d.index for d in space.decisions(space.genotype(part, source))}
        assert all(found[path] == i for path, i in part.items() if path in found)


def test_what_is_not_given_or_not_feasible_is_the_first_option() -> None:
    space = deep()
    first = space.genotype({})
    assert set(first.choices[:-1]) == {0}
    assert first.choices[-1] == 0.1
    assert space.genotype({"c": 2}) == space.genotype({"c": 99}) == first


@pytest.mark.parametrize("change", [(0, 7), (0, -1), (0, 0.0), (0, 2), (-1, 0.6), (-1, "0.2")])
def test_entries_that_are_no_options(change: tuple[int, Any]) -> None:
    space = deep()
    decisions = space.decisions(space.genotype({}))
    place = change[0] if change[0] else next(i for i, d in enumerate(decisions) if d.path == "c")
    choices = [d.index for d in decisions]
    choices[place] = change[1]
    assert not space.contains(Genotype(tuple(choices)))
    with pytest.raises(Malformed):
        space.walks.places(space.root, choices)
    with pytest.raises(NasError, match="NAS461"):
        space.reader([d.path for d in decisions])(choices)


def test_too_few_and_too_many_entries() -> None:
    space = deep()
    choices = space.genotype({}).choices
    for wrong in (choices[:-1], choices[:1], (), (*choices, 0), (*choices, 0.2)):
        assert not space.contains(Genotype(wrong))
        with pytest.raises(NasError, match="NAS461"):
            space.decisions(Genotype(wrong))


def test_a_reader_needs_every_decision_and_passes_over_others() -> None:
    space = parse_space("network = vector(4) -> (linear(any [1, 2]) | relu) -> linear(any [3, 4])")
    paths = [path for path, _ in space.all_decisions()]
    assert space.reader(paths)([1, 1, 0]).choices == (1, 0)
    assert space.reader(paths)([1, None, 0]).choices == (1, 0)
    assert space.reader([*paths, "no/such"])([0, 1, 0, 5]).choices == (0, 1, 0)
    for indices in ([0, None, 0], [None, 1, 0]):
        with pytest.raises(NasError, match="nothing is given for"):
            space.reader(paths)(indices)


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("deep:0", "NAS463", "deep:0"),
        ("other:{hash}:0", "NAS464", "other"),
        ("deep:00000000:0", "NAS465", "00000000"),
        ("deep:{hash}:0.0x1.1", "NAS461", None),
        ("deep:{hash}:0.1_0", "NAS466", "1_0"),
        ("deep:{hash}:0..1", "NAS466", ""),
        ("deep:{hash}:0.-1", "NAS466", "-1"),
        ("deep:{hash}:0.٣", "NAS466", "٣"),
        ("deep:{hash}:0." + 5000 * "1", "NAS466", 5000 * "1"),
        ("deep:{hash}:0.0x9_9p99999", "NAS466", "0x9_9p99999"),
        ("deep:{hash}:", "NAS461", None),
    ],
)
def test_texts_that_are_no_genotypes(text: str, code: str, marked: str | None) -> None:
    space = deep()
    with pytest.raises(NasError) as caught:
        space.read(text.replace("{hash}", space.hash[:8]))
    (found,) = caught.value.diagnostics
    assert found.code == code
    if marked is not None:
        assert found.span is not None and found.span.text == marked
