"""Requirements exclude what would be mistakes; what they leave open is reported."""

from __future__ import annotations

import pytest

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
