"""The exact numbers of genotypes, against the papers' figures and independent formulae."""

from __future__ import annotations

from itertools import product
from math import comb, factorial, prod

import numpy as np
import pytest

from nasdsl.canonical import architecture_hash, graph_hash, graph_text
from nasdsl.space import Space, load
from tests.spaces.cells import full, path_of, small

DARTS_CELL = prod(comb(n, 2) * 7**2 for n in range(2, 6))
BLOCKS = prod(n**2 for n in range(2, 7))  # the two inputs of five blocks


def _walks(moves: int, scales: int) -> int:
    """Walks from the first of some scales in a row, one step up or down or none at a move."""
    ways = [1] + [0] * (scales - 1)
    for _ in range(moves):
        ways = [sum(ways[max(0, s - 1) : s + 2]) for s in range(scales)]
    return sum(ways)


SIZES = {
    "amoebanet": (BLOCKS * 8**10) ** 2,
    "auto_deeplab": _walks(11, 4) * BLOCKS * 8**10,
    "darts": DARTS_CELL**2,
    "enas_macro": 6**12 * 2 ** sum(range(12)),
    "enas_micro": (5**5 * factorial(6)) ** 4,
    "fbnet": 9**22,
    "mnasnet": 432**5,
    "nasbench201": 5**6,
    "nasbench_macro": 3**8,
    "nasnet": (BLOCKS * 13**10 * 2**5) ** 2,
    "natsbench_size": 8**5,
    "ofa": 25 * sum(9**depth for depth in (2, 3, 4)) ** 5,
    "pnas": BLOCKS * 8**10,
    "proxylessnas": 6**6 * 7**15,
    "robnets": 4**14,
}


@pytest.mark.parametrize("name", SIZES)
def test_size(name: str) -> None:
    assert full(name).size == SIZES[name]


def test_figures_of_the_papers() -> None:
    assert DARTS_CELL == 180 * 7**8 == 1_037_664_180
    assert full("darts").size == 1_076_746_950_455_072_400
    assert f"{BLOCKS * 13**10 * 2**5:.3e}" == "2.287e+18"
    assert f"{full('amoebanet').size:.2e}" == "3.10e+29"
    assert f"{full('pnas').size:.2e}" == "5.57e+14"
    assert f"{full('enas_macro').size:.1e}" == "1.6e+29"
    assert f"{full('enas_micro').size:.3e}" == "2.563e+25"
    assert f"{SIZES['ofa'] // 25:.3e}" == "2.176e+19"
    assert f"{full('proxylessnas').size:.3e}" == "2.215e+17"
    assert _walks(11, 4) == 28_657
    assert f"{full('auto_deeplab').size:.2e}" == "1.60e+19"


def test_cells_of_darts_with_fewer_nodes() -> None:
    for steps in (1, 2, 3):
        cell = prod(comb(n, 2) * 7**2 for n in range(2, steps + 2))
        assert load(path_of("darts"), set={"steps": steps}).size == cell**2


def test_robnets_may_free_every_cell() -> None:
    assert load(path_of("robnets"), set={"free": True, "layers": 5}).size == 4 ** (14 * 5)


def _modules(vertices: int, edges: int) -> int:
    """Matrices with at most so many edges and a path from the first vertex to the last."""
    pairs = [(i, j) for j in range(1, vertices) for i in range(j)]
    codes = np.arange(2 ** len(pairs), dtype=np.uint32)
    bit = {pair: (codes >> k & 1).astype(bool) for k, pair in enumerate(pairs)}
    count = sum(b.astype(np.uint8) for b in bit.values())
    reached = [np.ones_like(codes, dtype=bool)]
    for j in range(1, vertices):
        reached.append(np.logical_or.reduce([bit[i, j] & reached[i] for i in range(j)]))
    return int((reached[-1] & (count <= edges)).sum())


@pytest.mark.parametrize(("vertices", "edges"), [(2, 9), (3, 1), (3, 9), (7, 9)])
def test_modules_of_nasbench101(vertices: int, edges: int) -> None:
    settings = {"vertices": vertices, "edges": edges}
    space = full("nasbench101") if vertices == 7 else load(path_of("nasbench101"), set=settings)
    assert space.size == _modules(vertices, edges) * 3 ** (vertices - 2)


def _distinct(space: Space) -> int:
    return len({architecture_hash(space.build(g)) for g in space.enumerate()})


def test_pnas_with_one_block_has_136_cells() -> None:
    """Halves of a block have no order: 16 pairs of input and operator, two of them."""
    space = load(path_of("pnas"), set={"blocks": 1, "C": 4, "N": 1, "size": 8})
    assert space.size == 256
    assert _distinct(space) == comb(16 + 1, 2) == 136


@pytest.mark.slow
def test_cells_of_nasbench201_by_the_canonical_hash() -> None:
    """6,466 by the benchmark's own text, which has no brackets; with brackets 6,900; with flat sums and
    without zeros 4,930 different functions."""
    space = small("nasbench201")
    texts, nested, flat = set(), set(), set()
    for architecture in map(space.build, space.enumerate()):
        cell = next(g for g in architecture.graphs() if g.name == "cell")
        texts.add(graph_text(cell))
        nested.add(graph_hash(cell))
        flat.add(graph_hash(cell, flatten=True))
    assert (len(texts), len(nested), len(flat)) == (6_466, 6_900, 4_930)


@pytest.mark.slow
def test_nasbench_macro_has_3969_networks() -> None:
    stage = {
        n: 3 * len({tuple(b for b in c if b) for c in product(range(3), repeat=n - 1)})
        for n in (2, 3)
    }
    assert _distinct(small("nasbench_macro")) == stage[2] * stage[3] ** 2 == 3_969
