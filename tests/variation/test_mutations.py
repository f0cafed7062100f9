"""Mutations stay in the space, differ from the parent, and touch only what they say."""

from __future__ import annotations

import math
from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl.genotype import Genotype
from nasdsl.space import Space
from nasdsl.variation.decisions import absent, by_path
from nasdsl.variation.mutations import MUTATIONS, flip, flipped, least, level, nudge, replace, swap
from nasdsl.walks import Step

from ..generate import spaces
from ..test_meaning import open_space
from .subjects import NAMES, TEXTS, subject

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32)
operators = pytest.mark.parametrize("name", MUTATIONS)

#: Where each mutation surely applies; `resample`, `flip` and `level` apply anywhere.
APPLIES = {
    "nudge": ("conditional", "recursive", "real", "hierarchical", "excluded"),
    "swap": ("inputs", "pick", "ordered", "repeated", "permutation", "darts"),
    "replace": ("conditional", "recursive", "darts", "excluded"),
}


def steps(space: Space, genotype: Genotype) -> dict[str, tuple[Step, float]]:
    found = zip(space.steps(genotype), genotype.choices, strict=True)
    return {step.path: (step, index) for step, index in found}


def changed(space: Space, parent: Genotype, child: Genotype) -> list[str]:
    """The paths that both have with different options."""
    old, new = by_path(space, parent), by_path(space, child)
    return [path for path in old if path in new and old[path] != new[path]]


@FEW
@given(text=spaces(), seed=SEEDS)
def test_random_spaces(text: str, seed: int) -> None:
    space, rng = open_space(text), Random(seed)
    for name in [*MUTATIONS] * 3:
        parent = space.sample(rng)
        child = MUTATIONS[name](space, parent, rng)
        if child is None:
            stuck = len(list(space.neighbours(parent))) == 0
            assert stuck or name not in ("resample", "flip", "level")
        else:
            assert space.contains(child) and child != parent


@operators
@pytest.mark.parametrize("where", NAMES)
def test_it_applies_where_it_should(name: str, where: str) -> None:
    space, rng = subject(where), Random(0)
    found = []
    for _ in range(20):
        parent = space.sample(rng)
        child = MUTATIONS[name](space, parent, rng)
        assert child is None or (space.contains(child) and child != parent)
        found.append(child)
    if name in APPLIES:
        assert (None not in found) == (where in APPLIES[name])
    elif name in ("resample", "flip", "level"):
        assert None not in found


@operators
@pytest.mark.parametrize("where", ["nasbench201", "hierarchical", "real", "bits"])
def test_one_decision_where_nothing_depends(name: str, where: str) -> None:
    space, rng = subject(where), Random(1)
    for _ in range(30):
        parent = space.sample(rng)
        child = MUTATIONS[name](space, parent, rng)
        if child is not None and name != "flip":
            assert space.distance(parent, child) == 1


@operators
def test_one_member(name: str) -> None:
    from nasdsl import parse_space

    space = parse_space("network = vector(2) -> linear(2)")
    assert MUTATIONS[name](space, space.unrank(0), Random(0)) is None


@operators
@pytest.mark.parametrize("where", NAMES)
def test_seeds_decide(name: str, where: str) -> None:
    space = subject(where)
    parent = space.sample(Random(5))
    runs = [MUTATIONS[name](space, parent, Random(8)) for _ in range(2)]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("where", APPLIES["nudge"][:-1])
def test_nudge_goes_to_the_next_option(where: str) -> None:
    space, rng = subject(where), Random(2)
    for _ in range(50):
        parent = space.sample(rng)
        child = nudge(space, parent, rng)
        assert child is not None
        (path,) = changed(space, parent, child)
        decision, old = steps(space, parent)[path]
        new = by_path(space, child)[path]
        if decision.options is None:
            assert decision.domain.low <= new <= decision.domain.high
        else:
            assert abs(decision.options.index(int(new)) - decision.options.index(int(old))) == 1
            assert decision.domain.ordered and decision.role != "input"


def test_nudge_skips_what_is_excluded() -> None:
    """a + b = 7 or a = 2 b: only b of a = 2 and of a = 4 has a choice."""
    space, rng = subject("excluded"), Random(0)
    seen = set()
    for genotype in space.enumerate():
        for _ in range(20):
            child = nudge(space, genotype, rng)
            assert child is not None and space.contains(child)
            seen.add((genotype.choices, child.choices))
    assert ((1, 0), (1, 4)) in seen  # b: 1 and 5 are neighbours if a is 2


def test_a_real_nudge_is_normal_on_its_scale() -> None:
    space, rng = subject("real"), Random(3)
    moves = Counter[str]()
    shares = []
    for _ in range(3000):
        parent = space.sample(rng)
        child = nudge(space, parent, rng)
        assert child is not None
        (path,) = changed(space, parent, child)
        moves[path] += 1
        if path == "rate":
            old, new = (by_path(space, g)[path] for g in (parent, child))
            assert 1e-4 <= new <= 1e-1
            if 1e-3 < old < 1e-2:  # the middle third: reflection is rare
                shares.append(math.log(new / old) / math.log(1000))
    spread = math.sqrt(sum(s * s for s in shares) / len(shares))
    assert 0.085 < spread < 0.115
    assert min(moves.values()) > 800 and len(moves) == 3


def test_swap_takes_another_input() -> None:
    space, rng = subject("inputs"), Random(0)
    touched = Counter[str]()
    for _ in range(200):
        parent = space.sample(rng)
        child = swap(space, parent, rng)
        assert child is not None
        touched.update(changed(space, parent, child))
    assert set(touched) == {d.path for d in space.steps(space.unrank(0))}
    assert {d.role for d in space.steps(space.unrank(0))} == {"input"}


@pytest.mark.parametrize("where", ["pick", "ordered", "repeated", "permutation"])
def test_swap_of_elements(where: str) -> None:
    """One element is replaced, or two change places; every such exchange can happen."""
    space, rng = subject(where), Random(0)
    (decision,) = space.decisions(space.unrank(0))
    parent = space.unrank(3)
    taken = decision.domain.positions(3)
    reached = set()
    for _ in range(400):
        child = swap(space, parent, rng)
        assert child is not None
        new = decision.domain.positions(int(child.choices[0]))
        moved = sum(a != b for a, b in zip(taken, new, strict=True))
        lost = Counter(taken) - Counter(new)
        assert lost.total() == 1 or (lost.total() == 0 and moved == 2)
        reached.add(new)
    kept = Counter(taken)
    expected = {
        word
        for word in map(decision.domain.positions, range(decision.domain.size or 0))
        if word != taken
        and (
            (
                (kept - Counter(word)).total() == 1
                and (
                    where != "ordered" or sum(a != b for a, b in zip(taken, word, strict=True)) == 1
                )
            )
            or (
                where in ("ordered", "permutation")
                and kept == Counter(word)
                and sum(a != b for a, b in zip(taken, word, strict=True)) == 2
            )
        )
    }
    assert reached == expected


def test_add_and_remove_are_inverse() -> None:
    space, rng = subject("nasbench201"), Random(0)
    for _ in range(50):
        parent = space.sample(rng)
        edges = sum(index != 0 for index in parent.choices)
        for name, change in (("add", 1), ("remove", -1)):
            child = MUTATIONS[name](space, parent, rng)
            if child is None:
                assert edges == (6 if change == 1 else 0)
            else:
                assert sum(index != 0 for index in child.choices) == edges + change


def test_add_and_remove_repetitions() -> None:
    space, rng = subject("conditional"), Random(0)
    for _ in range(50):
        parent = space.sample(rng)
        count = by_path(space, parent)["repeat/count"]
        more = MUTATIONS["add"](space, parent, rng)
        fewer = MUTATIONS["remove"](space, parent, rng)
        assert (more is None) == (count == 2) and (fewer is None) == (count == 0)
        if more is not None:
            assert by_path(space, more)["repeat/count"] == count + 1
            assert not changed(space, parent, more)[1:]  # the copies that were there stay


def test_bits_are_set_and_cleared() -> None:
    space, rng = subject("genetic_cnn"), Random(0)
    genotype = space.sample(rng)
    for place in range(space.steps(genotype).__len__() - sum(map(int, genotype.choices))):
        more = MUTATIONS["add"](space, genotype, rng)
        assert more is not None and sum(more.choices) == sum(genotype.choices) + 1, place
        genotype = more
    assert MUTATIONS["add"](space, genotype, rng) is None
    assert set(least(space, genotype, rng).choices) == {0}


@pytest.mark.parametrize("where", ["recursive", "conditional", "darts"])
def test_replace_draws_all_below_anew(where: str) -> None:
    """Of what hung on the decision nothing is kept on purpose: over many draws all of it varies."""
    space, rng = subject(where), Random(1)
    parent = space.sample(rng)
    below = space.below(parent)
    order = [d.path for d in space.steps(parent)]
    varied = set()
    for _ in range(300):
        child = replace(space, parent, rng)
        assert child is not None
        old, new = by_path(space, parent), by_path(space, child)
        root = next(path for path in order if old[path] != new.get(path))
        place = order.index(root)
        count = below[place]
        assert count is not None
        inside = set(order[place + 1 : place + 1 + count])
        for path in order:
            if old[path] != new.get(path):
                assert path == root or path in inside
                varied.add(path)
    roots = {path for path, count in zip(order, below, strict=True) if count is not None}
    assert roots <= varied


def test_below_counts_what_hangs_on_a_decision() -> None:
    space = subject("conditional")
    for genotype in space.enumerate():
        width, count, *rest = space.below(genotype)
        assert width is None and not any(rest)
        assert count == 2 * genotype.choices[1] == len(rest) - 2  # one copy is always there


def test_flip_changes_decisions_at_the_rate() -> None:
    space, rng = subject("genetic_cnn"), Random(0)
    parent = space.sample(rng)
    for rate in (0.0, 0.05, 0.5, 1.0):
        changes = [space.distance(parent, flipped(space, parent, rng, rate)) for _ in range(500)]
        assert abs(sum(changes) / 500 / 19 - rate) < 0.02
    assert all(flip(space, parent, rng) != parent for _ in range(200))


@pytest.mark.parametrize("where", TEXTS)
def test_flip_of_everything_is_in_the_space(where: str) -> None:
    space, rng = subject(where), Random(0)
    for _ in range(30):
        assert space.contains(flipped(space, space.sample(rng), rng, 0.7))


def test_level_goes_by_levels_motifs_and_nodes() -> None:
    """Half of the mutations change the one cell of level 3, and a motif's node each as often."""
    space, rng = subject("hierarchical"), Random(0)
    parent = space.sample(rng)
    places = Counter[str]()
    for _ in range(3000):
        child = level(space, parent, rng)
        assert child is not None
        (path,) = changed(space, parent, child)
        places[path] += 1
    cell = sum(count for path, count in places.items() if path.startswith("cell/"))
    assert abs(cell / 3000 - 0.5) < 0.03
    assert abs(places["cell/j[0]/edges/i[0]"] / cell - 1 / 4) < 0.04
    assert abs(places["cell/j[3]/edges/i[0]"] / cell - 1 / 16) < 0.03
    assert len(places) == 46


def test_what_leaves_out() -> None:
    space = subject("nasbench201")
    assert [absent(s) for s in space.steps(space.unrank(0))] == [0] * 6
    space = subject("conditional")
    found = {s.path: absent(s) for s in space.steps(space.unrank(0))}
    assert set(found.values()) == {None}
