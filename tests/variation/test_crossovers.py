"""Crossovers: children of the space, made of what their parents decided."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl.genotype import Genotype
from nasdsl.space import Space
from nasdsl.variation.crossovers import CROSSOVERS, exchanged, point, stage, subtree
from nasdsl.variation.decisions import by_path
from nasdsl.variation.paths import below, parts, rows

from ..generate import spaces
from ..test_meaning import open_space
from .subjects import NAMES, subject

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
operators = pytest.mark.parametrize("name", CROSSOVERS)
FLAT = ("nasbench201", "genetic_cnn", "hierarchical", "bits", "real")


@FEW
@given(text=spaces(), seed=st.integers(0, 2**32))
def test_random_spaces(text: str, seed: int) -> None:
    space, rng = open_space(text), Random(seed)
    for name in [*CROSSOVERS] * 3:
        first, second = space.sample(rng), space.sample(rng)
        child = CROSSOVERS[name](space, first, second, rng)
        assert child is None or space.contains(child)
        if name != "subtree":  # which may move within one parent
            assert CROSSOVERS[name](space, first, first, rng) in (None, first)


@operators
@pytest.mark.parametrize("where", NAMES)
def test_kinds_of_decisions(name: str, where: str) -> None:
    space, rng = subject(where), Random(0)
    for _ in range(20):
        first, second = space.sample(rng), space.sample(rng)
        child = CROSSOVERS[name](space, first, second, rng)
        assert child is None or space.contains(child)


@pytest.mark.parametrize("name", ["uniform", "stage", "point"])
@pytest.mark.parametrize("where", FLAT)
def test_every_decision_is_a_parents(name: str, where: str) -> None:
    space, rng = subject(where), Random(0)
    for _ in range(30):
        first, second = space.sample(rng), space.sample(rng)
        child = CROSSOVERS[name](space, first, second, rng)
        if child is None:
            continue
        triples = zip(child.choices, first.choices, second.choices, strict=True)
        assert all(c in (a, b) for c, a, b in triples)
        if name != "uniform":
            assert child not in (first, second)


def test_parts_are_stages_nodes_and_cells() -> None:
    def found(name: str) -> list[str]:
        space = subject(name)
        return list(dict.fromkeys(parts(by_path(space, space.unrank(0))).values()))

    assert found("genetic_cnn") == [f"chain/modules/i[{s}]" for s in range(3)]
    assert found("nasbench201") == [f"cell/i[{i}]" for i in range(3)]
    assert found("hierarchical") == [*(f"level2/m[{m}]" for m in range(6)), "cell"]
    assert found("darts") == ["normal", "reduce"]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], []),
        (["a"], ["a"]),
        (["a", "a=x/b"], ["a", "a/=x"]),
        (
            ["width", "net/i[0]/k", "net/i[1]/k", "net/i[1]/m", "net/i[1]/n"],
            ["width", "net/i[0]", "net/i[1]"],
        ),
        (["i[0]/a", "i[1]/a", "i[1]/b", "i[1]/c"], ["i[0]", "i[1]"]),
        (["i[0]/a", "i[0]/b"], ["i[0]/a", "i[0]/b"]),
        (["a/x", "a/y", *(f"b/{c}/{i}" for c in "cde" for i in "xyz")], ["a", "b/c", "b/d", "b/e"]),
        (["a/x", "a/y", "b/c/x", "b/d/y", "b/d/z"], ["a", "b"]),
        (["repeat/count", "repeat[0]/k", "repeat[1]/k"], ["repeat", "repeat[0]", "repeat[1]"]),
    ],
)
def test_parts(paths: list[str], expected: list[str]) -> None:
    assert list(dict.fromkeys(parts(paths).values())) == expected


def test_rows_are_the_edges_into_a_node() -> None:
    space = subject("genetic_cnn")
    found = rows(by_path(space, space.unrank(0)))
    assert found["chain/modules/i[2]/reads/i[3][1]"] == "chain/modules/i[2]/reads/i[3]"
    assert len(set(found.values())) == 2 + 3 + 4
    space = subject("nasbench201")
    assert len(set(rows(by_path(space, space.unrank(0))).values())) == 3
    assert rows(["width"]) == {"width": "width"}


def owners(space: Space, child: Genotype, first: Genotype, second: Genotype) -> dict[str, set[str]]:
    """For each part, the parents that it can be from."""
    a, b, c = (by_path(space, g) for g in (first, second, child))
    group = parts(c)
    return {
        name: {
            who
            for who, parent in (("first", a), ("second", b))
            if all(c[p] == parent.get(p) for p in c if group[p] == name)
        }
        for name in group.values()
    }


@pytest.mark.parametrize("where", ["genetic_cnn", "nasbench201", "hierarchical", "darts"])
def test_stages_are_exchanged_whole(where: str) -> None:
    space, rng = subject(where), Random(0)
    for _ in range(50):
        first, second = space.sample(rng), space.sample(rng)
        child = stage(space, first, second, rng)
        if child is None:
            continue
        assert child not in (first, second)
        found = owners(space, child, first, second).values()
        assert all(found)
        assert {"first"} in found and {"second"} in found


def test_one_point() -> None:
    space, rng = subject("hierarchical"), Random(0)
    cuts = set()
    for _ in range(300):
        first, second = space.sample(rng), space.sample(rng)
        child = point(space, first, second, rng)
        assert child is not None
        fits = [
            cut for cut in range(47) if child.choices == first.choices[:cut] + second.choices[cut:]
        ]
        assert fits
        cuts.add(fits[0])
    assert len(cuts) > 30


def test_subtrees_are_moved_whole() -> None:
    """The child is the first parent with the subtree at one path replaced by one of the second's."""
    space, rng = subject("recursive"), Random(0)
    moved = other_place = 0
    for _ in range(200):
        first, second = space.sample(rng), space.sample(rng)
        child = subtree(space, first, second, rng)
        if child is None:
            continue
        a, b, c = (by_path(space, g) for g in (first, second, child))
        moved += 1
        differ = [path for path in (*a, *c) if a.get(path) != c.get(path)]
        roots = [r for r in a if all(p == r or below(r, p) for p in differ)]
        assert roots
        tree = {
            p[len(roots[-1]) :]: i for p, i in c.items() if p == roots[-1] or below(roots[-1], p)
        }
        sources = [
            r for r in b if {p[len(r) :]: i for p, i in b.items() if p == r or below(r, p)} == tree
        ]
        other_place += bool(sources) and roots[-1] not in sources
    assert moved > 100 and other_place > 10


def test_flat_spaces_have_no_subtrees() -> None:
    space, rng = subject("nasbench201"), Random(0)
    assert subtree(space, space.sample(rng), space.sample(rng), rng) is None


def test_exchange_gives_two_children() -> None:
    space, rng = subject("genetic_cnn"), Random(0)
    counts = []
    for _ in range(400):
        first, second = space.sample(rng), space.sample(rng)
        one, two = exchanged(space, first, second, 0.2, parts, rng)
        for a, b, c, d in zip(first.choices, second.choices, one.choices, two.choices, strict=True):
            assert (a, b) in ((c, d), (d, c))
        found = owners(space, one, first, second).values()
        assert all(found)
        counts.append(sum(o == {"second"} for o in found) / 3)
    assert abs(sum(counts) / len(counts) - 0.2) < 0.04
    assert exchanged(space, first, second, 0.0, parts, rng) == (first, second)
    assert exchanged(space, first, second, 1.0, parts, rng) == (second, first)
