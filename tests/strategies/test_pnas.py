"""Progressive search grows by a block at a time, evaluates each network once, and beats chance."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from nasdsl import NasError
from nasdsl.canonical import architecture_hash
from nasdsl.genotype import Genotype
from nasdsl.space import Space, load
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.levels import Growth, Parts, Sizes, choices_of, plan
from nasdsl.strategies.pnas import Pnas
from tests.flat_space import FlatSpace

from .cases import TINY
from .race import NASBENCH201, mean_best, nasbench201

SPACES = Path(__file__).parents[2] / "spaces"
SIZE = "count/if"  # the path of `any 1..blocks if grow else blocks`


@pytest.fixture(scope="module")
def cells() -> Space:
    """Cells of one to three blocks."""
    small = {"grow": True, "blocks": 3, "C": 4, "N": 1, "size": 8}
    return load(SPACES / "pnas.nas", set=small)


def blocks(space: Space, genotype: Genotype) -> list[tuple[int, ...]]:
    """(first, op1, second, op2) of each block."""
    found = {d.path: int(d.index) for d in space.decisions(genotype)}
    names = ("first", "op1", "second", "op2")
    return [tuple(found[f"{n}/i[{i}]"] for n in names) for i in range(found[SIZE] + 1)]


@pytest.mark.slow
def test_the_first_level_is_the_136_cells_of_one_block(cells: Space) -> None:
    """C22: 256 cells of one block, of which 136 differ."""
    strategy = make_strategy("pnas", cells, {"level": "count", **TINY, "candidates": 300}, 0)
    asked = strategy.ask(1000)
    assert len(asked) == 136
    assert len({architecture_hash(cells.build(g)) for g in asked}) == 136
    strategy.tell([Trial(i, g, "done", (float(i),)) for i, g in enumerate(asked)])
    following = strategy.ask(4)
    assert [len(blocks(cells, g)) for g in following] == [2] * 4


def test_levels_grow_by_exactly_one_block(cells: Space) -> None:
    config = {"level": "count", **TINY, "beam": 6, "candidates": 60}
    strategy: Any = make_strategy("pnas", cells, config, 1)
    before: list[Any] = [[]]
    for level in range(1, 4):
        asked = strategy.ask(100)
        assert len(asked) == 6
        found = [blocks(cells, g) for g in asked]
        assert all(len(b) == level and b[:-1] in before for b in found)
        strategy.tell([Trial(i, g, "done", (float(i),)) for i, g in enumerate(asked)])
        before = found
    assert {len(blocks(cells, g)) for g in strategy.ask(6)} == {3}  # the paper ends here


def test_a_cell_has_as_many_children_as_there_are_blocks(cells: Space) -> None:
    """|B_2| = 3² · 8² = 576: the block may also read the first."""
    parent = cells.genotype({SIZE: 0}, Random(0))
    growth = Growth(cells, Sizes(SIZE, 3), 1, lambda atom: atom.options[0], Random(0))
    children = list(growth.children(choices_of(cells, parent), 10_000))
    assert len(children) == len(set(children)) == 576
    assert all(blocks(cells, c)[:1] == blocks(cells, parent) for c in children)
    drawn = list(growth.children(choices_of(cells, parent), 100))
    assert len(drawn) == 100 and set(drawn) <= set(children)


def test_parts_are_decided_one_after_the_other() -> None:
    space: Any = FlatSpace((3, 4, 5, 2))
    levels = plan(space, "", 2)
    assert levels.count == 2 and levels.after(0) == 1 and levels.after(1) == 0
    growth = Growth(space, levels, 0, lambda atom: 1, Random(0))
    assert {g.choices for g in growth.children({}, 100)} == {
        (a, b, 1, 1) for a in range(3) for b in range(4)
    }
    growth = Growth(space, levels, 1, lambda atom: 1, Random(0))
    parent = choices_of(space, Genotype((2, 3, 1, 1)))
    assert {g.choices for g in growth.children(parent, 100)} == {
        (2, 3, c, d) for c in range(5) for d in range(2)
    }


def test_rounds_of_a_loop_are_levels() -> None:
    space = load(SPACES / "nasbench201.nas")
    levels = plan(space, "i", 5)
    assert isinstance(levels, Parts) and levels.count == 3
    keys = list(choices_of(space, space.sample(Random(0))))
    assert [levels.part(key, 0) for key in keys] == [0, 1, 1, 2, 2, 2]


def test_an_unknown_level_is_explained() -> None:
    with pytest.raises(NasError, match="NAS328") as caught:
        make_strategy("pnas", load(SPACES / "nasbench201.nas"), {"level": "k"}, 0)
    assert "there are i, y" in str(caught.value)


def test_the_surrogate_finds_what_is_good() -> None:
    """One value for each option, added: the best of 4,096 after a level's worth of trials."""
    space: Any = FlatSpace((8,) * 4)
    config = {"unique": False, "parts": 2, "beam": 32, "embedding": 16, "hidden": 16}
    strategy = make_strategy("pnas", space, config, 0)
    assert isinstance(strategy, Pnas)
    best = 0
    for number in range(128):
        (genotype,) = strategy.ask(1)
        value = sum(genotype.choices)
        best = max(best, int(value))
        strategy.tell([Trial(number, genotype, "done", (value,))])
    assert best == 28


@pytest.mark.slow
@pytest.mark.skipif(not NASBENCH201.is_file(), reason="needs NASDSL_DATA")
def test_it_beats_random_search_on_nasbench201() -> None:
    """100 trials: 84.48 ± 0.12 against 83.80 ± 0.05 % of validation accuracy after 12 epochs."""
    space, table = load(SPACES / "nasbench201.nas", set={"N": 1, "C": 4}), nasbench201()
    config = {"level": "i", "beam": 20, "embedding": 16, "hidden": 32, "epochs": 40}
    found = mean_best("pnas", config, space, table, 100, 20)
    assert found > mean_best("random", {}, space, table, 100, 100)
