"""Expected costs against those of all members of spaces."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import prod
from random import Random
from typing import Any

import pytest
import torch

from nasdsl import parse_space
from nasdsl.architecture import Node
from nasdsl.compiler.supernet import compile_supernet
from nasdsl.costs import cost
from nasdsl.oneshot.chained import expected_cost
from nasdsl.oneshot.gates import Gate
from nasdsl.ops.table import TABLE

from .cases import space_of

TRELLIS = """
space trellis
motif op(c) = (linear(c) | (linear(2 * c) -> relu -> linear(c)))
network = vector(6) -> graph (x) {
  s = [x -> linear(4)]
  for i in 1..4 {
    s += sum(pick 1 of [y -> op(4) for y in s])
  }
  out s[-1]
} -> linear(3)
"""
WIDTHS = """
space widths
network = image(2, 8, 8) -> conv(any [3, 5], out = any [4, 8]) -> bn -> relu -> (conv(3) | identity)
  -> conv(1, out = any [2, 6]) -> global_avg_pool -> linear(3)
"""
FLAT = {"trellis": TRELLIS, "widths": WIDTHS}


@cache
def made(name: str) -> tuple[Any, Any]:
    space = parse_space(FLAT[name]) if name in FLAT else space_of(name)
    return space, compile_supernet(space)


def live(architecture: Any, metric: str) -> int:
    """The cost of the nodes that the outputs depend on."""

    def of(graph: Any) -> Any:
        nodes, value, read = [], len(graph.inputs) + len(graph.nodes), set(graph.outputs)
        for node in reversed(graph.nodes):
            value -= 1
            if value in read:
                read |= set(node.inputs)
                nodes.append(node if node.body is None else replace(node, body=of(node.body)))
            else:  # the numbers of values stay
                nodes.append(Node("identity", (0,), node.shapes, TABLE["identity"]))
        return replace(graph, nodes=tuple(reversed(nodes)))

    found: int = getattr(cost(replace(architecture, graph=of(architecture.graph))), metric)
    return found


def soft(net: Any, seed: int) -> dict[str, Any]:
    rng = torch.Generator().manual_seed(seed)
    found = {}
    for path, choice in net.decisions.items():
        rows = torch.randn(choice.n, generator=rng, dtype=torch.float64).softmax(-1)
        found[path] = Gate(rows)
    return found


@pytest.mark.parametrize("name", ["cell", "nested", *FLAT])
@pytest.mark.parametrize("metric", ["macs", "params"])
def test_of_one_path_it_is_the_cost(name: str, metric: Any) -> None:
    space, net = made(name)
    for i in range(12):
        genotype = space.sample(Random(i))
        found = expected_cost(net, net.path(genotype), metric)
        assert float(found) == live(space.build(genotype), metric)


@pytest.mark.parametrize("name", FLAT)
def test_of_weights_it_is_the_mean_over_all_members(name: str) -> None:
    """Over a trellis and over widths: the sum of every member's cost by its probability."""
    space, net = made(name)
    gates = soft(net, 0)
    mean = total = 0.0
    for genotype in space.enumerate():
        chance = prod(_chance(gates, p, v.domain, i) for p, v, i in space.places(genotype))
        mean += chance * live(space.build(genotype), "macs")
        total += chance
    assert total == pytest.approx(1)
    assert float(expected_cost(net, gates)) == pytest.approx(mean)


def _chance(gates: Any, path: str, domain: Any, index: Any) -> float:
    place = domain.positions(int(index))[0] if domain.kind == "pick" else int(index)
    return float(gates[path].weights[place])


def test_it_has_a_gradient() -> None:
    _, net = made("widths")
    gates = soft(net, 0)
    for gate in gates.values():
        gate.weights.requires_grad_()
    expected_cost(net, gates).backward()
    slope = gates["conv.out"].weights.grad
    assert slope is not None and float(slope[1]) > float(slope[0])
