"""Requirements exclude what would be mistakes; what they leave open is reported."""

from __future__ import annotations

from itertools import product
from math import comb, prod
from operator import eq, ge, gt, le, lt, ne
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.diagnostics import NasError
from nasdsl.space import parse_space

GRAPH = "network = vector(4) -> graph (x) {\n  f = some of [x, x -> relu]\n"
TIED = "let h = any [2, 3]\nlet d = any [8, 9]\nrequire d % h == 0\n"
SMALL = "let a = any 0..3\nrequire a < 2\n"
EXCLUDED = {
    "shapes": (2, TIED + "network = sequence(4, 5) -> linear(d) -> attention(h)"),
    "values": (2, SMALL + "network = vector(4) -> linear([3, 4][a])"),
    "empty sums": (3, GRAPH + "  require len(f) > 0\n  out sum(f)\n}"),
    "tested": (4, GRAPH + "  out (sum(f) if f else x)\n}"),
}


@pytest.mark.parametrize(("size", "text"), EXCLUDED.values(), ids=EXCLUDED)
def test_what_cannot_occur_is_no_mistake(size: int, text: str) -> None:
    space = parse_space(text)
    assert space.size == size
    for genotype in space.enumerate():
        space.build(genotype)


@pytest.mark.parametrize("name", ["shapes", "values", "empty sums"])
def test_without_the_requirement_it_is_one(name: str) -> None:
    lines = EXCLUDED[name][1].splitlines()
    with pytest.raises(NasError):
        parse_space("\n".join(line for line in lines if "require" not in line))


def test_an_excluded_option_of_a_subset_hides_no_cost() -> None:
    space = parse_space(
        "network = vector(4) -> graph (x) {\n  s = [x, x -> relu]\n"
        "  out sum([x] + (some of [y -> tanh for i, y in s if i == 0]))\n} -> linear(2)"
    )
    assert space.cost_range.params == (10, 10)


BITS = {
    "numbers": "let b = [any 0..1 for i in 1..40]\nrequire sum(b) == 20\n",
    "subset": "let b = some of 1..40\nrequire len(b) == 20\n",
    "conditions": "let b = [any [false, true] for i in 1..40]\nrequire sum([1 for x in b if x]) == 20\n",
}


@pytest.mark.parametrize("name", BITS)
def test_a_fixed_sum_of_many_bits(name: str) -> None:
    space = parse_space(BITS[name] + "network = vector(4) -> linear(4)")
    size = space.size
    assert size == comb(40, 20)
    for number in (0, 1, size // 3, size - 1):
        genotype = space.unrank(number)
        assert space.rank(genotype) == number
        assert sum(genotype.choices) == 20
    for seed in range(5):
        assert sum(space.sample(Random(seed)).choices) == 20


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-3, 5), min_size=2, max_size=6),
    st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
    st.integers(-4, 9),
    st.sampled_from(["sum", "min", "max", "mul"]),
)
def test_folds_of_open_numbers(weights: list[int], sign: str, limit: int, fold: str) -> None:
    listed = ", ".join(f"(any 0..2) * {w}" for w in weights)
    text = f"let b = [{listed}]\nrequire {fold}(b) {sign} {limit}\nnetwork = vector(4) -> linear(4)"
    make = {"sum": sum, "min": min, "max": max, "mul": prod}[fold]
    holds = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}[sign]
    expected = [
        point
        for point in product(range(3), repeat=len(weights))
        if holds(make([x * w for x, w in zip(point, weights, strict=True)]), limit)
    ]
    try:
        space = parse_space(text)
    except NasError as error:
        assert not expected and error.diagnostics[0].code in ("NAS510", "NAS511")
        return
    found = [sorted(space.decisions(g), key=lambda d: d.path) for g in space.enumerate()]
    assert sorted(tuple(d.index for d in point) for point in found) == expected


def test_a_requirement_on_a_real_number() -> None:
    space = parse_space(
        "let x = any 0.0..0.5\nlet n = any 1..3\nrequire x * n < 0.2\n"
        "network = vector(4) -> linear(4 * n) -> dropout(x)"
    )
    assert space.size is None and len(space.limits) == 1
    for seed in range(20):
        genotype = space.sample_feasible(Random(seed))
        n, x = genotype.choices
        assert x * (n + 1) < 0.2
        assert space.feasible(genotype)
    assert not space.feasible(space.genotype({"x": 0.3}))


def test_a_long_range() -> None:
    space = parse_space("network = vector(4) -> linear(1 + (any 0..1000000000))")
    assert space.size == 1_000_000_001
    genotype = space.unrank(4)
    assert space.build(genotype).graph.nodes[-1].shapes == ((5,),)
    assert space.rank(genotype) == 4
    assert not space.warnings
    assert "…" in str(space.decisions(genotype)[0].domain)
