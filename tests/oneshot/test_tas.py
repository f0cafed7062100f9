"""TAS: interpolated widths and the loss of the cost, by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from nasdsl import parse_space
from nasdsl.compiler.supernet import compile_supernet
from nasdsl.compiler.supernet.interpolate import matrix, stretched
from nasdsl.oneshot.gates import Gate
from nasdsl.oneshot.tas import TasMethod, outside

from .cases import CASES, engine_of, space_of

TAS = next(c for c in CASES if c.name == "tas")
SPACE = parse_space("network = vector(3) -> linear(any [2, 3, 4]) -> linear(2)")


def test_channels_are_averaged() -> None:
    """Two to four: each twice; three to two: the first two, then the last two; as of the paper's code."""
    x = torch.tensor([[1.0, 3.0]])
    assert stretched(x, 4, 1).tolist() == [[1, 1, 3, 3]]
    assert matrix(3, 2).tolist() == [[0.5, 0.5, 0], [0, 0.5, 0.5]]
    image = torch.randn(2, 6, 3, 3)
    pooled = torch.nn.functional.adaptive_avg_pool3d(image, (4, 3, 3))
    torch.testing.assert_close(stretched(image, 4, 1), pooled)


def test_widths_are_summed_where_they_are_interpolated_to() -> None:
    torch.manual_seed(0)
    net = compile_supernet(SPACE, interpolate=True).double()
    (path,) = net.decisions
    first, second = net.net.linear1, net.net.linear2
    x = torch.randn(5, 3, dtype=torch.float64)
    weights = torch.tensor([0.3, 0.7, 0.0], dtype=torch.float64)
    out = net(x, gates={path: Gate(weights, (0, 1))})
    hidden = x @ first.weight.T + first.bias
    two = hidden[:, :2] @ matrix(2, 3).T
    mixed = 0.3 * two + 0.7 * hidden[:, :3]
    torch.testing.assert_close(out, mixed @ second.weight[:, :3].T + second.bias)
    for genotype in SPACE.enumerate():  # one width is itself
        (index,) = (int(i) for _, _, i in SPACE.places(genotype))
        one = torch.zeros(3, dtype=torch.float64)
        one[index] = 1.0
        hard = net(x, gates=net.path(genotype))
        torch.testing.assert_close(net(x, gates={path: Gate(one, (index,))}), hard)


def test_the_cost_pulls_to_the_target() -> None:
    assert [outside(c, 100, 0.05) for c in (94, 96, 104, 106)] == [-1, 0, 0, 1]


def engine(**more: Any) -> Any:
    found = engine_of(TAS, space_of("nested"), precision="fp64", **more)
    found.method.begin(found)
    return found


def test_two_options_are_drawn_and_weighed_among_themselves() -> None:
    found = engine()
    method: TasMethod = found.method
    for gate in method.two(found).values():
        assert gate.weights is not None and gate.active is not None and len(gate.active) == 2
        assert float(gate.weights.detach().sum()) == pytest.approx(1)
    assert method.temperature(found) == 10.0
    found.epoch = method.searching - 1
    assert method.temperature(found) == pytest.approx(0.1 if method.searching > 1 else 10.0)


def test_a_costly_network_gets_cheaper() -> None:
    """With the cost alone, the gradient prefers the narrow width, or the wide one below the target."""
    found = engine(ratio=0.3, cost_weight=1.0)
    method: TasMethod = found.method
    width = method.alphas.params["linear.out"]
    with torch.no_grad():
        for param in method.alphas:
            param.zero_()
            param[-1] = 1.0
    (slope,) = torch.autograd.grad(method.cost_loss(found), width)
    assert float(slope[0]) < 0 < float(slope[1])
    method.target = 10**9
    (slope,) = torch.autograd.grad(method.cost_loss(found), width)
    assert float(slope[1]) < 0 < float(slope[0])


def test_the_derived_network_learns_from_the_largest() -> None:
    found = engine(epochs=6, soft=0.5, temperature=2.0)
    method: TasMethod = found.method
    found.supernet.train()
    batch = next(found.loader.plain(found.loader.weights))
    while found.epoch <= method.teaching:
        method.before_epoch(found)
        method.step(found, batch, batch)
        found.epoch += 1
    assert method.found is not None and method.teacher
    for key, value in method.teacher.items():
        assert value.shape == method.initial[key].shape
    assert method.derive(found) == [method.found]
