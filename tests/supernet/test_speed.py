"""The passes that make a supernet faster leave its outputs and all gradients as they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

from nasdsl.compiler.supernet import Gate, Supernet, compile_supernet
from nasdsl.compiler.supernet.depthwise import DepthwiseConv2d
from nasdsl.compiler.supernet.layers import PointwiseConv2d
from nasdsl.compiler.supernet.weighted import plus
from tests.relax.spaces import small

SEARCH = {"affine": False, "pool_norm": True}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "nasbench201": ("nasbench201", {}),
    "nasbench201 without parameters in norms": ("nasbench201", {"affine": False}),
    "darts": ("darts", SEARCH),
    "pc-darts": ("darts", {**SEARCH, "partial": 2}),
    "one_shot": ("one_shot", {"affine": False}),
    "robnets": ("robnets", {}),
}


def pair(name: str) -> tuple[Supernet, Supernet]:
    """The plain and the fast supernet with equal weights, in float64."""
    space, options = CASES[name]
    torch.manual_seed(0)
    plain = compile_supernet(small(space), fast=False, **options).double()
    fast = compile_supernet(small(space), **options).double()
    known = {o.key: o.module for o in plain.owners}
    for owner in fast.owners:
        state = plain.net.get_submodule(known[owner.key]).state_dict()
        fast.net.get_submodule(owner.module).load_state_dict(state)
    return plain, fast


def run(
    net: Supernet, x: Tensor, weights: dict[str, Tensor], call: Callable[..., Tensor] | None = None
) -> list[Tensor]:
    """The output, its gradients by the input and by the gates, and by parameters in order of keys;
    by `call` instead of the supernet itself."""
    x = x.clone().requires_grad_()
    leaves = {p: w.clone().requires_grad_() for p, w in weights.items()}
    out = (net if call is None else call)(x, gates={p: Gate(w) for p, w in leaves.items()})
    out.sin().sum().backward()
    assert x.grad is not None
    found = [out.detach(), x.grad, *[w.grad for w in leaves.values() if w.grad is not None]]
    assert len(found) == 2 + len(leaves)
    for owner in sorted(net.owners, key=lambda o: o.key):
        module = net.net.get_submodule(owner.module)
        found += [p.grad for p in module.parameters() if p.grad is not None]
    return found


@pytest.mark.parametrize(("name", "training"), [*((n, True) for n in CASES), ("darts", False)])
def test_the_passes_change_nothing(name: str, training: bool) -> None:
    plain, fast = pair(name)
    plain.train(training)
    fast.train(training)
    torch.manual_seed(1)
    weights = {p: torch.rand(c.n, dtype=torch.float64) for p, c in plain.decisions.items()}
    x = torch.randn(3, *plain.relaxed.architecture.inputs[0].shape, dtype=torch.float64)
    torch.testing.assert_close(run(fast, x, weights), run(plain, x, weights), rtol=1e-8, atol=1e-10)
    assert sum(p.numel() for p in fast.parameters()) == sum(p.numel() for p in plain.parameters())


def test_sharing_leaves_fewer_operators() -> None:
    plain, fast = pair("darts")
    assert fast.source.count("F.max_pool2d(") <= 14 < plain.source.count("F.max_pool2d(")


def test_zeros_are_made_only_alone() -> None:
    _, net = pair("nasbench201")
    gates = {p: Gate(active=(0,)) for p in net.decisions}  # `none` everywhere
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    net.eval()
    one = net(x, gates=gates)
    assert torch.equal(one[0], one[1])  # nothing of the input is left


@pytest.mark.parametrize("size", [(7, 8), (4, 6), (2, 2)])
@pytest.mark.parametrize(("kernel", "dilation"), [(3, 1), (5, 1), (7, 1), (3, 2), (5, 2)])
def test_depthwise_gradients(kernel: int, dilation: int, size: tuple[int, int]) -> None:
    padding = dilation * (kernel - 1) // 2
    layer = DepthwiseConv2d(
        2, 2, kernel, padding=padding, dilation=dilation, groups=2, bias=False
    ).double()
    x = torch.randn(2, 2, *size, dtype=torch.float64, requires_grad=True)
    check_layer(layer, x)


@pytest.mark.parametrize("bias", [True, False])
def test_pointwise_gradients(bias: bool) -> None:
    layer = PointwiseConv2d(3, 4, 1, bias=bias).double()
    x = torch.randn(2, 3, 2, 3, dtype=torch.float64).to(memory_format=torch.channels_last)
    check_layer(layer, x.requires_grad_())


def check_layer(layer: torch.nn.Conv2d, x: Tensor) -> None:
    """What the layer computes is the convolution; its gradients are right, the second ones too."""
    plain = torch.nn.functional.conv2d(
        x, layer.weight, layer.bias, 1, layer.padding, layer.dilation, layer.groups
    )
    torch.testing.assert_close(layer(x), plain)
    names, values = zip(*layer.named_parameters(), strict=True)

    def run(x: Tensor, *values: Tensor) -> Tensor:
        found: Tensor = torch.func.functional_call(layer, dict(zip(names, values, strict=True)), x)
        return found

    assert torch.autograd.gradcheck(run, (x, *values), fast_mode=True)
    assert torch.autograd.gradgradcheck(run, (x, *values), fast_mode=True)


@pytest.mark.parametrize("lies", ["alike", "apart", "whole"])
def test_weighted_sums(lies: str) -> None:
    total, x = torch.randn(2, 2, 3, 2, 2, dtype=torch.float64).unbind(0)
    if lies != "alike":
        x = x.to(memory_format=torch.channels_last)
    weight = torch.rand((), dtype=torch.float64)
    given = [t.requires_grad_() for t in (total, x, weight)]
    torch.testing.assert_close(plus(*given), total + weight * x)
    run = plus if lies != "whole" else partial(plus, None)
    inputs = given if lies != "whole" else given[1:]
    assert torch.autograd.gradcheck(run, inputs)
    assert torch.autograd.gradgradcheck(run, inputs)


def test_autocast_takes_plain_convolutions() -> None:
    layer = DepthwiseConv2d(2, 2, 5, padding=2, groups=2, bias=False)
    x = torch.randn(2, 2, 6, 6, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        layer(x).float().sum().backward()
    assert x.grad is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "backend"),
    [
        ("nasbench201 without parameters in norms", "inductor"),
        ("darts", "aot_eager"),
        ("pc-darts", "aot_eager"),
    ],
)
def test_compiles(name: str, backend: str) -> None:
    """With its gradients, in training."""
    torch._dynamo.reset()
    net = pair(name)[1].train()
    x = torch.randn(4, 3, 8, 8, dtype=torch.double)
    weights = {p: torch.rand(c.n, dtype=torch.double) for p, c in net.decisions.items()}
    eager = run(net, x, weights)
    net.zero_grad()
    compiled = run(net, x, weights, torch.compile(net, backend=backend, fullgraph=True))
    for a, b in zip(compiled, eager, strict=True):
        torch.testing.assert_close(a, b)
