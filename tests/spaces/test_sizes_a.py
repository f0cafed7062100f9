"""Sizes of the spaces against formulas, and published networks against their numbers of weights."""

from __future__ import annotations

from functools import cache
from math import comb, factorial, prod

import pytest

import nasdsl

from .families_a import drive, load, published


def test_genetic_cnn() -> None:
    assert published("genetic_cnn").size == 2 ** (3 + 6 + 10) == 524_288
    assert load("genetic_cnn", K2=5, K3=0, channels_in=1, size=28).size == 2 ** (3 + 10) == 8_192


def test_genetic_cnn_drops_isolated_nodes() -> None:
    """Input and output node of each stage, and 0, 2 (one edge) or all 3 nodes between."""
    space = load("genetic_cnn", K2=0, K3=0, C=4, size=4)
    node, first = 4 * 4 * 9 + 8, 3 * 4 * 9 + 8
    fixed = first + node + 4 * 10 + 10
    edges = {0: 0, 1: 2, 2: 3, 3: 3}
    found = [nasdsl.cost(space.build(g)).params for g in space.enumerate()]
    bits = [sum(g.choices) for g in space.enumerate()]
    assert found == [fixed + node * edges[int(b)] for b in bits]


def test_nas_rl_rnn() -> None:
    assert published("nas_rl_rnn").size == 8**16 * 15**2 == 63_331_869_759_897_600


@pytest.mark.parametrize("strides", [1, 3])
def test_nas_rl_cnn(strides: int) -> None:
    space = published("nas_rl_cnn") if strides == 1 else load("nas_rl_cnn", L=6, strides=3)
    layers = 15 if strides == 1 else 6
    assert space.size == (4 * 4 * 4 * strides**2) ** layers * 2 ** comb(layers, 2)


@pytest.mark.parametrize("nodes", [4, 12])
def test_enas_rnn(nodes: int) -> None:
    size = load("enas_rnn", N=nodes).size
    assert size == 4**nodes * factorial(nodes - 1)
    assert size == {4: 1_536, 12: 669_692_775_628_800}[nodes]


def test_darts_rnn() -> None:
    assert published("darts_rnn").size == factorial(8) * 4**8 == 2_642_411_520


@pytest.mark.parametrize(("nodes", "count"), [(8, 22_960_000), (11, 27_295_000)])
def test_darts_rnn_has_the_published_weights(nodes: int, count: int) -> None:
    """22.96 M and 27.3 M, where the decoder's matrix is the embedding's."""
    space = load("darts_rnn", nodes=nodes)
    found = nasdsl.cost(space.build(space.unrank(0))).params
    assert found - 10_000 * 850 == count


@pytest.mark.parametrize(
    ("free", "size"), [(True, 7**46), (False, 6 ** (6 * 3 + 4) * 7 ** (6 * 3 + 6))]
)
def test_hierarchical(free: bool, size: int) -> None:
    assert load("hierarchical", chain_none=free, cells=1, C=4, size=8).size == size


# The edges 12, 13, 23, 14, 24, 34 of the six motifs, and 12, 13, 23, … of the cell (appendix of the
# paper as NASLib transcribes it).
MOTIFS = (
    "max conv dw sep conv max", "max dw dw conv sep sep", "sep dw sep sep identity avg",
    "avg sep sep identity max avg", "identity sep identity sep identity sep",
    "dw max max sep identity avg",
)  # fmt: skip
CELL = (5, 3, 3, 3, 1, 3, 4, 5, 5, 5)


def test_the_published_hierarchical_cell_has_its_weights() -> None:
    names = ["none", "identity", "conv", "dw", "sep", "max", "avg"]
    edges = [names.index(op) for op in " ".join(MOTIFS).split()]
    space = published("hierarchical")
    assert len(edges) == 36
    genotype = drive(space, [*edges, *CELL])
    assert nasdsl.cost(space.build(genotype)).params == 15_706_186


@pytest.mark.parametrize(("layers", "size"), [(4, 28), (12, 32)])
def test_metaqnn(layers: int, size: int) -> None:
    @cache
    def count(depth: int, size: int, last: str) -> int:
        if depth == layers:
            return 1
        bound = 8 if size > 7 else 4 if size > 3 else 1
        kernels = sum(k < bound for k in (1, 3, 5))
        total = 2 + (4 * kernels * count(depth + 1, size, "conv") if kernels else 0)
        for kernel, stride in ((5, 3), (3, 2), (2, 2)):
            if last == "conv" and kernel < bound:
                total += count(depth + 1, -(-(size - kernel + 1) // stride), "pool")
        if bound <= 4:
            total += 3 if depth == layers - 1 else 3 + 6
        return total

    assert load("metaqnn", L=layers, size=size).size == count(0, size, "start")


def test_published_metaqnn_networks_have_their_weights() -> None:
    """Two of the CIFAR-10 models of bowenbaker/metaqnn, as its Caffe files count them."""
    space = load("metaqnn", L=8)
    first = ["conv", 5, 128, "conv", 3, 512, "pool(2,2)", "conv", 1, 128, "conv", 5, 128,
             "pool(3,2)", "conv", 3, 512, "softmax"]  # fmt: skip
    assert nasdsl.cost(space.build(drive(space, first))).params == 1_993_482
    second = ["conv", 3, 64, "conv", 3, 128, "pool(5,3)", "conv", 3, 256, "pool(3,2)", "fc", 2]
    genotype = drive(space, [*second, "(512, 128)"])
    assert nasdsl.cost(space.build(genotype)).params == 3_715_082


@pytest.mark.parametrize("layers", [1, 3, 10])
def test_block_qnn(layers: int) -> None:
    found = load("block_qnn", L=layers, copies=1, size=8, C=4).size
    rows = [8 * i + 2 * comb(i, 2) for i in range(1, layers + 1)]
    assert found == sum(prod(rows[:depth]) for depth in range(1, layers + 1))


def test_one_shot() -> None:
    inputs = prod(s + comb(s, 2) for s in range(2, 6))
    assert published("one_shot").size == inputs * (2**7 - 1) ** 4


@pytest.mark.parametrize(("banks", "operations", "blocks"), [(3, 2, 2), (4, 1, 1)])
def test_smash(banks: int, operations: int, blocks: int) -> None:
    axis = 3 + 2 + 1  # dilations of the kernels 3, 5 and 7
    conv = axis**2 * 4
    paths = conv + 2 * conv**2 + conv**3 + conv**4
    one = (2**banks - 1) ** 2 * 4 * paths
    found = load("smash", banks=banks, operations=operations, blocks=blocks, size=8).size
    assert found == (4 * one**operations) ** blocks


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_path_level(depth: int) -> None:
    def node(level: int) -> int:
        branch = 7 * (1 + (node(level + 1) if level < depth else 0))
        return branch + 2 * branch**2 + branch**3

    assert load("path_level", depth=depth, N=1, C=8, size=8).size == node(1)


@pytest.mark.parametrize(("height", "extended"), [(1, False), (3, False), (2, True)])
def test_schrimpf_rnn(height: int, extended: bool) -> None:
    def expression(d: int, leaves: int) -> int:
        if d == 0:
            return leaves
        e = expression(d - 1, leaves)
        total = leaves + 4 * e + 2 * e**2 + e**3
        return total + (4 * e + e**2 if extended else 0)

    found = load("schrimpf_rnn", height=height, extended=extended).size
    assert found == expression(height, 4) * expression(height, 5)
