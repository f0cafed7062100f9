"""Small programs about shapes: what fits in every combination of decisions, and what does not.

GOOD programs have no mistakes and nothing unproven, and what torch computes has the inferred shapes.
BAD ones have exactly one mistake: its code and its line.
"""

from __future__ import annotations

from random import Random

import pytest
import torch

import nasdsl
from nasdsl.checks import check_programs
from nasdsl.costs import cost
from nasdsl.source import load_all
from nasdsl.space import Space, parse_space
from nasdsl.spans import Source

GOOD = {
    "plain chain": "network = image(3, 8, 8) -> conv(3, out = 4, stride = 2) -> flatten -> linear(2)",
    "width tied by let": """
        let w = any [4, 8]
        network = image(3, 8, 8) -> conv(3, out = w) -> sum([conv(3, out = w), identity]) -> flatten""",
    "a graph that depends on the case it is used in": """
        let d = any [1, 2]
        let block = graph (x) { out x -> (conv(3, out = 8) if d == 1 else conv(3, out = 16)) }
        network = image(3, 8, 8) -> graph (x) {
          when d == 1 { y = x -> block } else { y = x -> block -> conv(1, out = 4) }
          out y
        } -> flatten -> linear(10)""",
    "a graph that depends on a case by way of another": """
        let a = any [1, 2]
        let b = any [1, 2]
        let block = graph (x) { out x -> conv(3, out = 8*a) }
        network = image(3, 8, 8) -> graph (x) {
          when a == b {
            when b == 1 { y = x -> block } else { y = x -> block -> conv(1, out = 4) }
          } else {
            y = x
          }
          out y
        } -> flatten -> linear(10)""",
    "every option fits": """
        network = image(4, 8, 8) -> (conv(3) | dw_conv(5) | max_pool(3) | identity) -> flatten""",
    "the same halving in both paths": """
        network = image(4, 9, 9)
          -> sum([max_pool(3, 2) | conv(3, stride = 2), avg_pool(3, 2) | subsample(2)]) -> flatten""",
    "groups divide every width": """
        network = image(3, 8, 8) -> conv(1, out = any [8, 16, 24]) -> conv(3, groups = any [2, 4, 8])""",
    "heads divide every width": """
        network = sequence(6, 8) -> linear(any [12, 24]) -> attention(any [2, 3, 4, 6])""",
    "residual of the width that comes": """
        network = image(3, 8, 8) -> conv(1, out = any [4, 6, 10]) -> graph (x) {
          out sum([x, x -> conv(3, out = channels(x))])
        }""",
    "fitted where widths differ": """
        motif fit(c) = graph (x) { out x if channels(x) == c else x -> conv(1, out = c) }
        network = image(3, 8, 8) -> conv(1, out = any [4, 6]) -> graph (x) {
          out sum([x -> fit(6), x -> conv(3, out = 6)])
        }""",
    "loose ends joined and fitted": """
        network = image(3, 8, 8) -> conv(1, out = 4) -> graph (x) {
          s = [x]
          for i in 1..4 { s += any s -> conv(3) }
          y = concat(loose(s))
          out sum([y, y -> conv(1, out = channels(y))])
        }""",
    "loose ends of two cells": """
        motif cell(c) = graph (x) {
          s = [x -> conv(1, out = c)]
          for i in 1..3 { s += any s -> conv(3) }
          out concat(loose(s))
        }
        network = image(3, 8, 8) -> cell(4) -> cell(6) -> cell(4) -> flatten -> linear(2)""",
    "some inputs concatenated": """
        network = image(3, 6, 6) -> graph (x) {
          s = [x, x -> conv(3, out = 4), x -> conv(3, out = 5)]
          fed = some of s
          out concat(fed) if fed else x
        }""",
    "more than 4096 combinations of equal shapes": """
        motif op(c) = conv(any [1, 3, 5], out = c) | max_pool(3) -> conv(1, out = c)
        network = image(3, 8, 8) -> graph (x) {
          out sum([x -> op(8) -> op(8) for i in 1..8])
        }""",
    "widths over many decisions": """
        network = image(3, 8, 8) -> graph (x) {
          s = [x]
          for i in 1..7 { s += any s -> conv(3, out = any [2, 4, 8]) }
          out concat(s)
        }""",
    "too many widths to list": """
        network = image(3, 4, 4) -> graph (x) {
          s = [x]
          for i in 1..9 { s += x -> conv(1, out = any 1..32) }
          out concat(s) -> conv(1, out = 4) -> bn -> relu
        }""",
    "pick two of many": """
        network = image(4, 8, 8) -> graph (x) {
          s = [x, x -> conv(3), x -> conv(5), x -> max_pool(3)]
          for i in 1..4 { s += sum(pick 2 of s) -> bn }
          out s[-1]
        }""",
    "kernel and dilation decided together": """
        motif part = conv([k, l], out = 4, dilation = [any 1..4-k/2, any 1..4-l/2])
          where k = any [3, 5, 7], l = any [3, 5, 7]
        network = image(3, 16, 16) -> sum([part, part, part]) -> flatten""",
    "a requirement excludes the misfit": """
        let a = any [4, 8]
        let b = any [4, 8]
        require a == b
        network = image(3, 8, 8) -> sum([conv(1, out = a), conv(1, out = b)])""",
    "depth of a repeat and its pooling": """
        network = image(3, 32, 32) -> repeat any 1..4 { conv(3, out = 4) -> max_pool(2, 2) } -> flatten
          -> linear(2)""",
    "squeeze and excitation": """
        network = image(3, 8, 8) -> conv(1, out = any [8, 16]) -> graph (x) {
          w = x -> global_avg_pool -> linear(channels(x) / 4) -> relu -> linear(channels(x)) -> sigmoid
          out mul([x, w])
        }""",
    "sequence, image and back": """
        network = image(any [2, 3], 4, 4) -> to_sequence -> attention(1) -> to_image -> flatten""",
    "recurrent cell": """
        motif cell = graph (x, h) {
          y = concat([x, h]) -> linear(5) -> (tanh | relu)
          out y
        }
        network = sequence(7, 3) -> scan(cell(), [5]) -> select_step""",
    "padding to the largest": """
        motif same(xs) = concat([x -> pad([0, w - width(x), 0, w - width(x)]) for x in xs])
          where w = max([width(x) for x in xs])
        network = image(2, 8, 8) -> graph (x) {
          out same([x, x -> conv(3, stride = any [1, 2]), x -> max_pool(2, 2)])
        }""",
    "two inputs": """
        network = (image(3, 8, 8), vector(5)) -> graph (a, b) {
          out concat([a -> conv(3, out = any [2, 4]) -> global_avg_pool, b]) -> linear(3)
        }""",
    "tied across copies of a block": """
        let c = any [4, 8]
        motif block = graph (x) { out sum([x, x -> conv(3) -> bn -> (relu | silu)]) }
        network = image(3, 8, 8) -> conv(1, out = c) -> 3 * block() -> global_avg_pool -> linear(2)""",
}

BAD = {
    "widths decided apart": (
        "NAS501",
        3,
        """
        network = image(3, 8, 8)
          -> sum([conv(1, out = any [4, 8]), conv(1, out = any [4, 8])])""",
    ),
    "one option halves": (
        "NAS501",
        2,
        """
        network = image(4, 8, 8) -> sum([conv(3, stride = any [1, 2]), identity])""",
    ),
    "groups do not divide one width": (
        "NAS501",
        3,
        """
        network = image(3, 8, 8) -> conv(1, out = any [8, 12])
          -> conv(3, groups = 8)""",
    ),
    "heads do not divide one width": (
        "NAS501",
        3,
        """
        let w = any [6, 8]
        network = sequence(4, w) -> attention(4)""",
    ),
    "pooled away": (
        "NAS501",
        3,
        """
        network = image(3, 8, 8)
          -> repeat any 1..4 { max_pool(2, 2) }
          -> flatten""",
    ),
    "a window too large": (
        "NAS501",
        2,
        """
        network = image(3, 4, 4) -> conv(any [3, 7], out = 4, pad = "valid")""",
    ),
    "convolution of a vector": (
        "NAS501",
        2,
        """
        network = vector(8) -> linear(4) -> conv(3, out = 2)""",
    ),
    "linear on an image": (
        "NAS501",
        2,
        """
        network = image(3, 8, 8) -> (flatten | identity) -> linear(4)""",
    ),
    "sizes of a concatenation": (
        "NAS501",
        4,
        """
        network = image(3, 8, 8) -> graph (x) {
          y = x -> max_pool(2, 2) | x
          out concat([x, y])
        }""",
    ),
    "the wrong width among many": (
        "NAS501",
        4,
        """
        motif op(c) = conv(any [1, 3, 5], out = c) | max_pool(3) -> conv(1, out = c)
        network = image(3, 8, 8) -> graph (x) {
          out sum([x -> op(8) -> op(8) for i in 1..8] + [x -> op(9)])
        }""",
    ),
    "loose ends with a fixed width": (
        "NAS501",
        6,
        """
        network = image(3, 8, 8) -> conv(1, out = 4) -> graph (x) {
          s = [x]
          for i in 1..2 { s += any s -> conv(3) }
          y = concat(loose(s))
          out sum([y, x -> conv(1, out = 3)])
        }""",
    ),
    "too wide to be listed, and never equal": (
        "NAS501",
        6,
        """
        network = image(3, 4, 4) -> graph (x) {
          s = [x]
          for i in 1..9 { s += x -> conv(1, out = any 1..32) }
          y = concat(s)
          out sum([y, x -> conv(1, out = 2)])
        }""",
    ),
    "other height, whatever the width": (
        "NAS501",
        6,
        """
        network = image(3, 4, 4) -> graph (x) {
          s = [x]
          for i in 1..9 { s += x -> conv(1, out = any 1..32) }
          y = concat(s)
          out concat([y, x -> max_pool(2, 2)])
        }""",
    ),
    "product of other widths": (
        "NAS501",
        4,
        """
        network = image(3, 8, 8) -> conv(1, out = any [8, 16]) -> graph (x) {
          w = x -> global_avg_pool -> linear(8) -> sigmoid
          out mul([x, w])
        }""",
    ),
    "narrower than what is cut out": (
        "NAS501",
        3,
        """
        network = image(3, 8, 8) -> conv(1, out = any [4, 8])
          -> narrow(0, 6)""",
    ),
    "a channel shuffle": (
        "NAS501",
        2,
        """
        network = image(3, 8, 8) -> conv(1, out = any [6, 9]) -> channel_shuffle(3) -> pixel_shuffle(3)""",
    ),
    "no square": (
        "NAS501",
        2,
        """
        network = sequence(any [16, 18], 4) -> to_image""",
    ),
    "a requirement that does not help": (
        "NAS501",
        5,
        """
        let a = any [4, 8]
        let b = any [4, 8]
        require a + b > 8
        network = image(3, 8, 8) -> sum([conv(1, out = a), conv(1, out = b)])""",
    ),
    "a recurrent cell of another state": (
        "NAS257",
        3,
        """
        motif cell = graph (x, h) { out concat([x, h]) -> linear(4) }
        network = sequence(7, 3) -> scan(cell(), [5])""",
    ),
    "a list of tensors that may be empty": (
        "NAS253",
        4,
        """
        network = image(3, 8, 8) -> graph (x) {
          s = [x, x -> conv(3)]
          out concat(some of s)
        }""",
    ),
    "padding by less than nothing": (
        "NAS244",
        3,
        """
        network = image(2, 8, 8) -> graph (x) {
          out x -> pad([0, (any [6, 8]) - width(x), 0, 0])
        }""",
    ),
    "a tensor without height": (
        "NAS215",
        2,
        """
        network = vector(4) -> graph (x) { out x -> linear(height(x)) }""",
    ),
}


def opened(text: str) -> Space:
    return parse_space("space small\n" + text.strip("\n"))


@pytest.mark.parametrize("name", GOOD)
def test_good(name: str) -> None:
    space = opened(GOOD[name])
    assert space.unproven == 0
    rng = Random(1)
    few = space.size is not None and space.size <= 4
    for genotype in space.enumerate() if few else [space.sample(rng) for _ in range(3)]:
        architecture = space.build(genotype)
        found = cost(architecture)
        for each in ("params", "macs", "activations", "depth"):
            low, high = getattr(space.cost_range, each)
            assert low <= getattr(found, each) <= high < float("inf")
        network = nasdsl.compile(architecture).eval()
        made = network(*(torch.randn(2, *i.shape) for i in architecture.inputs))
        made = made if isinstance(made, tuple) else (made,)
        assert [tuple(m.shape[1:]) for m in made] == list(architecture.graph.output_shapes)


@pytest.mark.parametrize("name", BAD)
def test_bad(name: str) -> None:
    code, line, text = BAD[name]
    found = check_programs(load_all(Source("small.nas", "space small\n" + text.strip("\n"))))
    assert [d.code for d in found] == [code]
    span = found[0].span
    assert span is not None and span.source.position(span.start)[0] == line
