"""Every form of decision, in spaces of a few lines: a path is the child, and soft gates agree with it."""

from __future__ import annotations

from itertools import product
from math import prod
from random import Random

import pytest
import torch

import nasdsl
from nasdsl.compiler.supernet import Gate, compile_supernet
from nasdsl.diagnostics import NasError
from nasdsl.relax.ir import Choice
from nasdsl.space import parse_space

from .nets import disturbed, inputs_of, one_hot, steered, trace

END = "-> global_avg_pool -> linear(3)"
SPACES = {
    "widths": f"""
network = image(3, 6, 6) -> conv(3, out = w) -> bn -> relu -> conv(1, out = any [2, 5]) -> bn {END}
let w = any [2, 4, 7]
""",
    "width of a depthwise convolution and of squeeze-and-excitation": f"""
motif excite = graph (x) {{ out mul([x, x -> global_avg_pool -> linear(channels(x) / 2) -> linear(channels(x))]) }}
network = image(3, 6, 6) -> conv(3, out = any [2, 4, 6], bias = true) -> dw_conv(any [3, 5]) -> bn -> excite {END}
""",
    "kernels with dilation and stride": f"""
network = image(3, 9, 9) -> conv(any [1, 3, 5], out = 4, dilation = 2) -> conv([any [1, 3], 3], stride = 2) {END}
""",
    "kernels that are not centred": f"""
network = image(3, 8, 8) -> conv(any [2, 3], out = 4, pad = "tf") -> conv(any [1, 2, 3], pad = "tf") {END}
""",
    "groups": f"""
network = image(4, 6, 6) -> conv(3, out = any [4, 8], groups = any [1, 2, 4]) -> bn {END}
""",
    "depth": f"network = image(3, 6, 6) -> conv(3, out = 4) -> repeat any 1..3 {{ conv(3) -> bn -> relu }} {END}",
    "bits and a subset": f"""
network = image(3, 6, 6) -> conv(3, out = 4) -> graph (x) {{
  parts = [x] + [x -> conv(any [1, 3], out = any [2, 4]) -> bn for i in some of 1..3]
  out concat(parts) -> bn -> conv(1, out = 4)
}} {END}
""",
    "an ordered pick": f"""
network = image(3, 6, 6) -> conv(3, out = 4) -> graph (x) {{
  p = pick 2 of [conv(3), conv(1) -> bn, relu] ordered
  out x -> p[0] -> p[1]
}} {END}
""",
    "a tied choice and one inside an option": f"""
let act = relu | tanh | (conv(any [1, 3]) -> bn)
network = image(3, 6, 6) -> conv(3, out = 4) -> act -> conv(3) -> act {END}
""",
    "loose ends": f"""
network = image(3, 6, 6) -> conv(3, out = 4) -> graph (x) {{
  s = [x]
  for i in 1..3 {{ s += s[any 0..i-1] -> (conv(3) -> bn | conv(1) -> bn) }}
  out concat(loose(s)) -> conv(1, out = any [3, 4]) -> bn
}} {END}
""",
    "sequences": """
network = sequence(5, 4) -> conv1d(any [1, 3], out = any [3, 6]) -> bn -> relu -> linear(any [2, 5])
  -> layer_norm -> select_step(-1)
""",
    "several inputs and outputs": """
network = (image(2, 4, 4), vector(3)) -> graph (x, v) {
  y = x -> conv(3, out = any [2, 3]) -> global_avg_pool
  z = concat([y, v -> (linear(2) | linear(2) -> tanh)])
  out z -> linear(2), mean([v -> linear(3), v]) -> linear(2)
}
""",
    "what is taken of a list": f"""
network = image(3, 6, 6) -> conv(3, out = 4) -> graph (x) {{
  ys = [x -> conv(3) for i in some of 1..2]
  out mul([x] + ys) if any [true, false] else max([x] + ys)
}} {END}
""",
    "a stride": f"network = image(3, 8, 8) -> conv(3, out = 4, stride = any [1, 2]) -> bn -> relu {END}",
    "resolution": f"network = image(3, s, s) -> conv(3, out = 4) -> bn {END}\nlet s = any [6, 8]",
}


@pytest.mark.parametrize("name", SPACES)
def test_a_path_is_the_child(name: str) -> None:
    space, rng = parse_space(f"space forms\n{SPACES[name]}"), Random(3)
    torch.manual_seed(0)
    net = disturbed(compile_supernet(space).double())
    for i in range(6):
        genotype = space.sample(rng)
        architecture = space.build(genotype)
        child = nasdsl.compile(architecture).double()
        child.load_state_dict(net.child_state(genotype))
        net.train(i % 2 == 0)
        child.train(i % 2 == 0)
        x = inputs_of(architecture)
        before = {k: v.clone() for k, v in net.state_dict().items()}
        expected = trace(child, x)
        path = net.path(genotype)
        torch.testing.assert_close(steered(net, path, x), expected, rtol=1e-8, atol=1e-9)
        net.load_state_dict(before)
        soft = one_hot(net, path)
        torch.testing.assert_close(steered(net, soft, x), expected, rtol=1e-7, atol=1e-8)
        net.load_state_dict(before)


@pytest.mark.parametrize("case", ["xs", "c and xs", "xs and c"])
def test_soft_sums_of_what_is_there_are_expectations(case: str) -> None:
    """`sum(xs) if xs else y`: an element counts by its own weight alone."""
    space = parse_space(f"""space forms
network = vector(3) -> linear(4) -> graph (x) {{
  c = any [false, true]
  xs = [x -> linear(4) for i in some of 1..3]
  out sum(xs) if {case} else x
}} -> linear(2)
""")
    torch.manual_seed(0)
    net = compile_supernet(space).double()
    x = torch.randn(2, 3, dtype=torch.float64)
    expected = torch.zeros(2, 2, dtype=torch.float64)
    shares = {p: 0.2 + 0.2 * i for i, p in enumerate(net.decisions)}
    for answers in product([False, True], repeat=len(shares)):
        there = dict(zip(shares, answers, strict=True))
        chance = prod(s if there[p] else 1 - s for p, s in shares.items())
        hard = {p: Gate(active=taken(c, there[p])) for p, c in net.decisions.items()}
        expected += chance * net(x, gates=hard)
    soft = {p: Gate(shared(c, shares[p])) for p, c in net.decisions.items()}
    torch.testing.assert_close(net(x, gates=soft), expected)


def taken(choice: Choice, there: bool) -> tuple[int, ...]:
    """What is active of a bit, or of a choice of two."""
    return (int(there),) if choice.kind == "one" else (0,) if there else ()


def shared(choice: Choice, share: float) -> torch.Tensor:
    """The weights of a bit, or of a choice of two."""
    weights = [1 - share, share] if choice.kind == "one" else [share]
    return torch.tensor(weights, dtype=torch.float64)


def test_images_come_at_the_size_that_is_taken() -> None:
    space = parse_space(f"space forms\n{SPACES['resolution']}")
    net = compile_supernet(space).eval()
    x = torch.randn(2, 3, 8, 8)
    small = torch.nn.functional.interpolate(x, size=(6, 6), mode="bilinear", antialias=True)
    gates = {"s": Gate(active=(0,))}
    torch.testing.assert_close(net(x, gates=gates), net(small, gates=gates))


def test_what_changes_sizes_can_only_be_taken() -> None:
    space = parse_space(f"space forms\n{SPACES['a stride']}")
    net = compile_supernet(space)
    (choice,) = net.decisions.values()
    assert "size" in choice.hard
    with pytest.raises(NasError, match="NAS614"):
        net(torch.randn(2, 3, 8, 8), gates={choice.path: Gate(torch.tensor([0.5, 0.5]))})


def test_soft_kernels_are_blended() -> None:
    """FBNetV2, TAS: the kernel is the weighted sum of the slices in the middle of the largest."""
    space = parse_space("space forms\nnetwork = image(1, 7, 7) -> conv(any [1, 3], out = 1)")
    net = compile_supernet(space)
    x = torch.randn(2, 1, 7, 7)
    (path,) = net.decisions
    one, three, both = (
        net(x, gates={path: Gate(torch.tensor(w))}) for w in ([1.0, 0.0], [0.0, 1.0], [0.3, 0.7])
    )
    torch.testing.assert_close(both, 0.3 * one + 0.7 * three)


def test_soft_widths_are_masked() -> None:
    space = parse_space(
        "space forms\nnetwork = image(1, 5, 5) -> conv(3, out = any [2, 4]) -> conv(1, out = 1)"
    )
    net = compile_supernet(space)
    x = torch.randn(2, 1, 5, 5)
    (path,) = net.decisions
    two, four, both = (
        net(x, gates={path: Gate(torch.tensor(w))}) for w in ([1.0, 0.0], [0.0, 1.0], [0.3, 0.7])
    )
    torch.testing.assert_close(both, 0.3 * two + 0.7 * four)
