"""Published sizes of spaces that are not shipped: their decisions alone, as small programs."""

from __future__ import annotations

from math import factorial, prod

import pytest

from nasdsl.space import parse_space

LAYERS = """
let ops = [relu, tanh, sigmoid, gelu, silu]
network = vector(4) -> graph (x) {
  s = [x]
  for i in 1..10 {
    fed = some of s[1..]
    s += sum([s[-1] -> any ops] + fed)
  }
  out s[-1]
}
"""

CELLS = """
motif cell = graph (a, b) {
  s = [a, b]
  for i in 1..3 { s += sum([any s -> any ops, any s -> any ops]) }
  out sum(loose(s))
}
let ops = [relu, tanh, sigmoid, gelu, silu]
let normal = cell()
let reduce = cell()
network = vector(4) -> graph (x) {
  y = (x, x) -> normal
  out (y, x) -> reduce
}
"""


def counted(decisions: str) -> str:
    """A program that takes these decisions and nothing else."""
    return f"let taken = {decisions}\nnetwork = vector(4) -> linear(1 + 0 * len(taken))\n"


def evolved_transformer() -> int:
    encoder = prod((i * 2 * 25 * 10 * 4) ** 2 * 3 for i in range(1, 7))
    decoder = prod((i * 2 * 26 * 10 * 4) ** 2 * 3 for i in range(1, 9))
    return encoder * decoder * 6**2


BRANCH = "[any 1..i, any 1..2, any 1..{layers}, any 1..10, any 1..4]"
TRANSFORMER = (
    "[[{e}, {e}, any 1..3] for i in 1..6] + [[{d}, {d}, any 1..3] for i in 1..8] "
    "+ [[any 1..6, any 1..6]]"
).format(e=BRANCH.format(layers=25), d=BRANCH.format(layers=26))

SIZES = {
    "chain of layers with skips, M=5, L=10": (LAYERS, 5**10 * 2**45),
    "two cells of three blocks, M=5": (CELLS, (5**3 * factorial(4)) ** 4),
    "MnasNet without factorisation": (counted("[any 1..432 for i in 1..15]"), 432**15),
    "DetNAS, large": (counted("[any 1..4 for i in 1..40]"), 4**40),
    "DetNAS, small": (counted("[any 1..4 for i in 1..20]"), 4**20),
    "DPC": (counted("[[any 1..i, any 1..81] for i in 1..5]"), factorial(5) * 81**5),
    "AutoAugment": (counted("[[any 1..16, any 1..10, any 1..11] for i in 1..10]"), 1760**10),
    "PBA": (counted("[[any 0..10, any 0..9] for i in 1..30]"), 110**30),
    "CR-NAS": (counted("[any 1..3 for i in 1..16]"), 43_046_721),
    "NSGA-Net, a phase of six nodes": (counted("[some of 1..15, some of 1..1]"), 2**16),
    "AutoGAN": (counted("[any 1..36, any 1..72, any 1..144]"), 373_248),
    "MFAS": (counted("[any 1..32 for i in 1..4]"), 1_048_576),
    "Evolved Transformer": (counted(TRANSFORMER), evolved_transformer()),
}


@pytest.mark.parametrize(("text", "size"), SIZES.values(), ids=SIZES)
def test_size(text: str, size: int) -> None:
    assert parse_space(text).size == size


def test_the_figures_as_they_are_quoted() -> None:
    assert f"{5**10 * 2**45:.3e}" == "3.436e+20"
    assert f"{evolved_transformer():.2e}" == "7.30e+115"
    assert f"{(5**3 * factorial(4)) ** 4:.1e}" == "8.1e+13"
