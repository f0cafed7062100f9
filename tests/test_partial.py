"""What has no value in some cases does no harm where it is not needed."""

from __future__ import annotations

import pytest

from nasdsl.space import parse_space

ONE = "let a = any 0..2\nnetwork = vector(4) -> "
TWO = "let a = any 0..2\nlet b = any 1..2\nrequire b == 2 or a != 0\nnetwork = vector(4) -> "
LIST = "let xs = 1..(any 1..3)\nnetwork = vector(4) -> "
SIZES = {
    "sum": (ONE + "relu\nrequire sum([8 / y for y in [a] if y != 0]) < 5", 2),
    "in": (ONE + "relu\nrequire 8 not in [8 / y for y in [a] if y != 0]", 2),
    "options": (ONE + "linear(any [8 / y for y in [a, 4] if y != 0])", 5),
    "some": (ONE + "linear(1 + sum(some of [8 / y for y in [a] if y != 0]))", 5),
    "size": (ONE + "linear(1 + sum([8 / y for y in [a] if y != 0]))", 3),
    "when": (ONE + "graph (x) { when a != 0 { require 8 / a < 5 } out x -> relu }", 2),
    "and": (ONE + "relu\nrequire a != 0 and 8 / a < 5", 1),
    "if": (ONE + "relu\nrequire (0 if a == 0 else 8 / a) < 5", 2),
    "all": (ONE + "relu\nrequire all([8 / y < 5 for y in [a] if y != 0])", 2),
    "another decides": (TWO + "relu\nrequire (1 if b == 2 else 8 / a) < 5", 4),
    "another decides when": (
        TWO + "graph (x) { when b == 1 { require 8 / a < 5 } out x -> relu }",
        4,
    ),
    "backwards": (LIST + "linear(1 + sum(reverse(xs)))\nrequire sum(reverse(xs)) > 1", 2),
    "greatest": (LIST + "linear(max([1] + xs))\nrequire max([1] + xs) > 1", 2),
    "pick": ("network = vector(4) -> linear(1 + sum(reverse(pick 1 of [1, 2])))", 2),
}


@pytest.mark.parametrize("name", SIZES)
def test_sizes(name: str) -> None:
    text, size = SIZES[name]
    space = parse_space(text)
    assert space.size == size
    for genotype in space.enumerate():
        space.build(genotype)
