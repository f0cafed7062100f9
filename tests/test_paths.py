"""Every decision of a genotype has a path of its own, so the builder takes the right one."""

from __future__ import annotations

import pytest

from nasdsl.canonical import architecture_hash
from nasdsl.space import parse_space

PROGRAMS = {
    "single options": "network = vector(4) -> any [linear(any [1, 2])] -> any [linear(any [1, 2])]",
    "named as a part": "let at = any 0..1\n"
    "network = vector(4) -> [linear(1), linear(2)][any 0..1] -> linear(3 + at)",
    "shadowed": "motif m = linear(c)\nlet c = any [1, 2]\n"
    "network = vector(4) -> (linear(c) -> m where c = any [1, 2])",
    "at the top": "network = vector(4) -> (relu | tanh) -> (relu | tanh)",
    "recursive at the top": "motif e(d) = relu | (tanh -> e(d - 1)) if d > 0 else identity\n"
    "network = vector(4) -> (relu | tanh) -> e(2)",
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_paths_are_unique_and_not_empty(text: str) -> None:
    space = parse_space(text)
    for genotype in space.enumerate():
        paths = [d.path for d in space.decisions(genotype)]
        assert len(set(paths)) == len(paths)
        assert all(path and not path.startswith(("#", "=", "/")) for path in paths)


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_different_genotypes_are_different_architectures(text: str) -> None:
    space = parse_space(text)
    assert len({architecture_hash(space.build(g)) for g in space.enumerate()}) == space.size
