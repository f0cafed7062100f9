"""Children at a level differ from their parent in what the level decides, in any space."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl import NasError, parse_space
from nasdsl.strategies.atoms import Atom, atoms
from nasdsl.strategies.levels import Growth, Parts, Sizes, choices_of, plan

from ..generate import spaces
from ..test_meaning import open_space

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
DEEP = """
space deep
let n = any 1..4
network = vector(8) -> repeat n { linear(any [4, 8]) -> (relu | tanh) } -> linear(2)
"""


def first(atom: Atom) -> int:
    return atom.options[0]


@FEW
@given(spaces(), st.integers(1, 4), st.integers(0, 2**32))
def test_children_keep_what_was_decided(text: str, parts: int, seed: int) -> None:
    space = open_space(text)
    levels = plan(space, "", parts)
    rng = Random(seed)
    parent = space.sample(rng)
    for level in range(levels.count):
        growth = Growth(space, levels, level, first, rng)
        children = list(growth.children(choices_of(space, parent), 20))
        assert children and all(space.contains(c) for c in children)
        before = [taken for place, (_, taken) in enumerate(atoms(space, parent))
                  if levels.role(level, "", place) == "keep"]  # fmt: skip
        for child in children:
            after = [taken for _, taken in atoms(space, child)]
            assert after[: len(before)] == before
        parent = rng.choice(children)


@FEW
@given(spaces(), st.integers(0, 2**32))
def test_all_parts_at_once_are_the_whole_space(text: str, seed: int) -> None:
    space = open_space(text)
    if space.size is None or space.size > 300:
        return
    growth = Growth(space, Parts(1, lambda key, place: 0), 0, first, Random(seed))
    found = list(growth.children({}, 10**6))
    assert len(found) == len(set(found)) == space.size


def test_a_size_brings_new_decisions_to_life() -> None:
    space = parse_space(DEEP)
    levels = plan(space, "n", 5)
    assert isinstance(levels, Sizes) and levels.count == 4
    assert [levels.after(level) for level in (-1, 0, 2, 3)] == [0, 1, 3, 3]
    grown: dict[str, int] = {}
    for level in range(4):
        growth = Growth(space, levels, level, first, Random(0))
        children = list(growth.children(grown, 100))
        assert len(children) == 4  # a width and an activation more
        found = [choices_of(space, c) for c in children]
        rest = {key: taken for key, taken in grown.items() if key != levels.key}
        assert all(len(c) == 1 + 2 * (level + 1) and rest.items() <= c.items() for c in found)
        grown = found[-1]


@pytest.mark.parametrize("level", ["m", "repeats", "N"])
def test_what_there_is_to_grow_by(level: str) -> None:
    with pytest.raises(NasError, match="NAS328") as caught:
        plan(parse_space(DEEP), level, 5)
    assert "there are repeat, " in str(caught.value) or "did you mean" in str(caught.value)
