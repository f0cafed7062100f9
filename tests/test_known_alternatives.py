"""What a builder keeps of one architecture never shows in another: `one of` in every surrounding."""

from __future__ import annotations

from random import Random

import pytest

from nasdsl import parse_space
from nasdsl.architecture import Architecture
from nasdsl.costs import cost
from nasdsl.printer import print_architecture
from nasdsl.space import Space

TEXTS = {
    "plain": "one of { a: relu -> conv(1) -> bn  b: identity  c: conv(3) }",
    "parameter": "one of { a: conv(3, out = wide)  b: conv(1, out = wide) -> relu }",
    "decided": "one of { a: conv(3, out = size)  b: relu -> conv(1, out = size) }",
    "loop": "one of { a: conv(3, out = 2 + i)  b: identity }",
    "motif": "one of { a: settled -> relu  b: open -> relu }",
    "shadow": "shadowed(conv(3, out = 5))",
    "nested": "one of { a: one of { c: relu -> bn  d: tanh -> bn }  b: bn -> relu }",
    "guarded": "one of { a if size == 4: conv(3)  b: relu -> bn }",
    "graph": "one of { a: graph (x) { y = x -> conv(3)  out y }  b: relu -> bn }",
    "function": "one of { a: bn  b: settled }",
}
SPACE = """space known
param wide = 7
let size = any [3, 4]
motif settled = conv(1, out = 6) -> bn
motif open = conv(any [1, 3], out = 6) -> bn
motif shadowed(settled) = one of {{ a: settled -> relu  b: relu -> settled }}
motif twice(i) = {text}
network = image(3, 8, 8) -> conv(1, out = 4) -> {parts} -> global_avg_pool -> linear(2)
"""


def space(text: str) -> Space:
    parts = " -> ".join(f"twice({i})" for i in (1, 2, 1))
    return parse_space(SPACE.format(text=text, parts=parts))


def told(architecture: Architecture) -> tuple[str, object, list[str]]:
    names = [graph.name for graph in architecture.graphs()]
    return print_architecture(architecture, "any"), cost(architecture), names


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_architectures_do_not_depend_on_those_before(text: str) -> None:
    warm, rng = space(text), Random(0)
    genotypes = [warm.sample(rng) for _ in range(40)]
    for genotype in genotypes:
        warm.build(genotype)
    for genotype in genotypes[:12]:
        fresh = space(text)
        assert told(warm.build(genotype)) == told(fresh.build(genotype))
        assert told(warm.build(genotype)) == told(fresh.build(genotype)), "made once, used again"
