"""The distances of the papers, by hand."""

from __future__ import annotations

import random
from math import sqrt

import pytest

from nasdsl import parse_space
from nasdsl.distances import paths
from nasdsl.distances.edit import edit_distance, skip_distance, skips
from nasdsl.distances.layers import Label, Layers, layers
from nasdsl.distances.lengths import path_lengths
from nasdsl.distances.otmann import mismatch, otmann


def network(text: str) -> Layers:
    space = parse_space(f"space a network = {text}")
    return layers(space.build(space.sample(random.Random(0))))


MLP = "vector(4) -> linear({}) -> relu -> linear({}) -> {} -> linear(2)"


def test_layers_and_masses() -> None:
    """Mass is incoming units × units, a tenth of that for dense layers; ends have 0.1 of all."""
    found = network(
        "image(3, 8, 8) -> conv(3, out = 16) -> bn -> relu -> max_pool(2) -> conv(1, out = 32)"
    )
    assert [m.label.op for m in found.layers[1:-1]] == ["conv", "max_pool", "conv"]
    assert found.layers[1].label.trimmings == ("·", "bn", "relu")
    inner = [3 * 16, 16, 16 * 32]
    ends = max(100, 0.1 * sum(inner))
    assert [m.mass for m in found.layers] == [ends, *inner, ends]
    assert found.edges == ((0, 1), (1, 2), (2, 3), (3, 4))


def test_path_lengths() -> None:
    """in → a → b → out with a skip from a to out: to the output 2 layers at most, 1 at least."""
    before, after = path_lengths([(), (0,), (1,), (1, 2)], ["input", "conv", "pool", "output"])
    assert before[3] == (1, 1, 0, 0, 2, 1, 1, 0, 1.5, 1, 0.5, 0)
    assert after[0] == (1, 1, 0, 0, 2, 1, 1, 0, 1.5, 1, 0.5, 0)
    assert after[2] == (0,) * 12 and before[1] == (0,) * 12


def test_label_mismatches() -> None:
    def conv(kernel: float) -> Label:
        return Label("conv", "conv", kernel)

    assert mismatch(conv(3), conv(5)) == pytest.approx(0.2)
    assert mismatch(conv(3), conv(7)) == pytest.approx(sqrt(2) / 10 * 2)
    assert mismatch(Label("pool", "max_pool", 3), Label("pool", "avg_pool", 3)) == 0.5
    assert mismatch(Label("relu", "relu"), Label("elu", "elu")) == 0.1
    assert mismatch(Label("relu", "relu"), Label("tanh", "tanh")) == 0.25
    assert mismatch(conv(3), Label("pool", "max_pool", 3)) == 2.0


def test_transport_of_one_layer() -> None:
    """Another activation moves the mass of that layer at 0.25; more units are created at 1."""
    base, other = network(MLP.format(8, 8, "relu")), network(MLP.format(8, 8, "tanh"))
    mass = 8 * 8 * 0.1
    assert otmann(base, other, [0.5])[0] == pytest.approx(0.25 * mass)
    wider = network(MLP.format(8, 16, "relu"))
    more = 8 * 8 * 0.1 + 8 * 2 * 0.1  # the second layer, and the weights of the last
    assert otmann(base, wider, [0.5])[0] == pytest.approx(more)


def test_path_lengths_count_by_their_weight() -> None:
    near = network("vector(4) -> linear(8) -> linear(8) -> linear(2)")
    far = network("vector(4) -> linear(8) -> linear(8) -> linear(8) -> linear(2)")
    by_weight = otmann(near, far, [0.0, 0.1, 0.4])
    assert by_weight[0] == pytest.approx(8 * 8 * 0.1)  # only one more layer
    assert by_weight[0] < by_weight[1] < by_weight[2]


def test_edits() -> None:
    base = network(MLP.format(8, 8, "relu"))
    assert edit_distance(base, network(MLP.format(8, 16, "relu"))) == pytest.approx(0.5)
    assert edit_distance(base, network("vector(4) -> linear(8) -> relu -> linear(2)")) == 1.0
    assert edit_distance(base, network(MLP.format(8, 8, "relu -> linear(4)"))) == 1.0
    skip = network("vector(8) -> linear(8) -> sum([linear(8), identity]) -> linear(2)")
    without = network("vector(8) -> linear(8) -> linear(8) -> linear(2)")
    assert skips(without) == [] and skips(skip) == [(1, 2)]
    assert edit_distance(skip, without) == 1.0
    assert edit_distance(skip, without, skip_weight=0.25) == 0.25


def test_skips_are_matched() -> None:
    """(|1-1| + |2-4|) / (1 + 4) for the best pair, and 1 for the one left over."""
    assert skip_distance([(1, 2)], [(1, 4), (6, 9)]) == pytest.approx(2 / 5 + 1)
    assert skip_distance([], [(1, 2), (1, 3)]) == 2.0


def test_paths_of_a_cell() -> None:
    text = """space a
    motif cell = graph (x) {
      a = x -> conv(3)
      b = x -> zero
      out sum([a -> relu, b -> relu, x])
    }
    network = image(4, 8, 8) -> 2 * cell"""
    space = parse_space(text)
    found = paths.paths(space.build(space.sample(random.Random(0))))
    assert found == {"cell: ", "cell: conv(3, None, 1) → relu()", "a: cell → cell"}


def test_too_many_paths_leave_the_long_ones_out() -> None:
    text = "space a network = image(4, 8, 8)" + " -> sum([conv(1), conv(3) -> relu])" * 4
    space = parse_space(text)
    found = paths.paths(space.build(space.sample(random.Random(0))), most=5)
    inner = [p for p in found if p.startswith("a: ")]
    assert len(inner) == 5
