"""Spaces on which every kind of decision occurs, for the operators."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from nasdsl import load, parse_space
from nasdsl.space import Space

from ..documents import ROOT

TENSORS = "n = [x, x -> relu, x -> tanh, x -> sigmoid]"

TEXTS: Mapping[str, str] = {
    "conditional": """
        network = vector(8)
          -> linear(any [4, 8, 16])
          -> repeat any 1..3 { linear(any [4, 8]) -> (relu | tanh) }
          -> linear(2)""",
    "recursive": """
        motif expr(d) = one of {
          leaf: any [tanh, relu]
          pair if d > 0: sum([expr(d-1), expr(d-1)])
          then if d > 0: chain([expr(d-1), any [tanh, relu, sigmoid]])
        }
        network = vector(4) -> expr(3) -> linear(any 2..5)""",
    "real": """
        let rate = any 1e-4..1e-1 log
        network = vector(4) -> dropout(any 0.1..0.5) -> dropout(rate) -> linear(any [2, 3])""",
    "inputs": f"network = vector(4) -> graph (x) {{ {TENSORS} out sum([any n, n[any 1..3]]) }}",
    "pick": f"network = vector(4) -> graph (x) {{ {TENSORS} out sum(pick 2 of n) }}",
    "ordered": f"network = vector(4) -> graph (x) {{ {TENSORS} out concat(pick 2 of n ordered) }}",
    "repeated": f"network = vector(4) -> graph (x) {{ {TENSORS} out sum(pick 3 of n repeated) }}",
    "permutation": "network = vector(4) -> chain(permutation of [relu, tanh, sigmoid])",
    "excluded": """
        let a = any 1..6
        let b = any 1..6
        network = vector(4) -> linear(a) -> linear(b)
        require a + b == 7 or a == 2 * b""",
    "bits": f"network = vector(4) -> graph (x) {{ {TENSORS} s = some of n out sum(s) if s else x }}",
}
FILES = ("nasbench201", "genetic_cnn", "hierarchical", "darts")
NAMES = (*TEXTS, *FILES)


@cache
def subject(name: str) -> Space:
    if name in TEXTS:
        return parse_space(TEXTS[name])
    return load(ROOT / "spaces" / f"{name}.nas")
