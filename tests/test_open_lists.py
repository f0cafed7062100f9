"""Lists whose length or elements are chosen: membership, indexing, joining."""

from __future__ import annotations

from itertools import combinations
from math import comb, prod
from random import Random

import nasdsl

TEXT = """
space contains
let chosen = some of 1..4
network = vector(2) -> graph (x) {
  y = x
  for i in 0..4 { y = y -> linear(2) -> (tanh if i in chosen else identity) }
  require 2 in chosen, 3 not in chosen
  out y
}
"""


def test_membership_in_a_subset() -> None:
    space = nasdsl.parse_space(TEXT)
    assert space.size == 4
    found = set()
    for genotype in space.enumerate():
        nodes = space.build(genotype).graph.nodes
        (block,) = [n.body for n in nodes if n.body is not None]
        names = [n.name for n in block.nodes]
        found.add(tuple(i for i, name in enumerate(_pairs(names)) if name == "tanh"))
    assert found == {(2,), (1, 2), (2, 4), (1, 2, 4)}


def _pairs(names: list[str]) -> list[str]:
    """What follows each linear layer."""
    out = []
    for i, name in enumerate(names):
        if name == "linear":
            out.append(names[i + 1] if i + 1 < len(names) else "")
    return out


def test_membership_in_a_pick() -> None:
    text = """space s
let p = pick 2 of 1..4
require 4 not in p
network = vector(2) -> linear(sum(p))
"""
    space = nasdsl.parse_space(text)
    assert space.size == len(list(combinations(range(1, 4), 2)))


def test_picks_of_an_open_number() -> None:
    text = """space s
network = vector(4) -> chain([linear(n) -> relu for n in pick (any 1..2) of [8, 4, 2] repeated])
"""
    space = nasdsl.parse_space(text)
    assert space.size == 3 + 6
    graphs = [space.build(genotype).graph for genotype in space.enumerate()]
    widths = {tuple(n.shapes[0][0] for n in g.nodes if n.name == "linear") for g in graphs}
    assert len(widths) == 9 and all(list(w) == sorted(w, reverse=True) for w in widths)


def test_index_into_picks_of_an_open_number() -> None:
    text = """space s
let p = pick (any 1..2) of [8, 4, 2] repeated
network = vector(4) -> linear(p[-1])
"""
    space = nasdsl.parse_space(text)
    found = [space.build(g).graph.nodes[-1].shapes[0][0] for g in space.enumerate()]
    assert sorted(found) == [2, 2, 2, 2, 4, 4, 4, 8, 8]


def test_a_loop_of_open_length_appends_to_one_list() -> None:
    text = """space s
network = vector(4) -> graph (x) {
  s = [x]
  for i in 1..(any 1..12) {
    s += sum(pick 2 of s) -> linear(4) if i > 1 else any s -> linear(4)
  }
  out sum(loose(s))
}
"""
    space = nasdsl.parse_space(text)
    assert space.size == sum(prod(comb(i, 2) for i in range(2, d + 1)) for d in range(1, 13))
    for seed in range(5):
        genotype = space.sample(Random(seed))
        assert space.unrank(space.rank(genotype)) == genotype
        assert space.build(genotype).graph.nodes


def test_many_bits_may_be_tested_and_counted() -> None:
    text = """space s
network = vector(4) -> graph (x) {
  s = [x -> linear(4) for i in 1..16]
  fed = some of s
  require len(fed) <= 2
  out sum(fed) if fed else x
}
"""
    assert nasdsl.parse_space(text).size == 1 + 16 + comb(16, 2)
