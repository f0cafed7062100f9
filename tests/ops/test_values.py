"""What operators compute, against independent computations of the same."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from nasdsl.ops import TABLE, ShapeError, bind, infer

from .built import batch, build

sizes, kernels, strides = st.integers(1, 9), st.integers(1, 5), st.integers(1, 4)


def run(name: str, *xs: Tensor, **arguments: Any) -> Tensor:
    inputs = [tuple(x.shape[1:]) for x in xs]
    result: Tensor = build(name, inputs, bind(TABLE[name], [], arguments))(*xs)
    return result


def tf_windows(n: int, k: int, s: int) -> list[range]:
    """The positions in each window of TensorFlow's SAME padding, from its documentation."""
    total = max(k - s, 0) if n % s == 0 else max(k - n % s, 0)
    first = -(total // 2)
    return [
        range(max(first + i * s, 0), min(first + i * s + k, n)) for i in range(math.ceil(n / s))
    ]


@settings(max_examples=60, deadline=None)
@given(sizes, sizes, kernels, strides)
def test_tf_pools(h: int, w: int, k: int, s: int) -> None:
    x = torch.randn(1, 2, h, w, dtype=torch.double) - 3
    windows = [
        [x[:, :, r.start : r.stop, c.start : c.stop] for c in tf_windows(w, k, s)]
        for r in tf_windows(h, k, s)
    ]
    means = torch.stack([torch.stack([v.mean((2, 3)) for v in r], 2) for r in windows], 2)
    torch.testing.assert_close(run("avg_pool", x, kernel=k, stride=s, pad="tf"), means)
    tops = torch.stack([torch.stack([v.amax((2, 3)) for v in r], 2) for r in windows], 2)
    torch.testing.assert_close(run("max_pool", x, kernel=k, stride=s, pad="tf"), tops)


@settings(max_examples=40, deadline=None)
@given(sizes, kernels, strides)
def test_tf_conv_sums_the_same_windows(n: int, k: int, s: int) -> None:
    attrs = bind(TABLE["conv"], [k], {"stride": s, "pad": "tf"})
    module = build("conv", [(1, n, n)], attrs)
    nn.init.ones_(module.layer.weight)
    x = torch.randn(1, 1, n, n, dtype=torch.double)
    windows = tf_windows(n, k, s)
    sums = [[x[0, 0, r.start : r.stop, c.start : c.stop].sum() for c in windows] for r in windows]
    expected = torch.stack([torch.stack(row) for row in sums])
    torch.testing.assert_close(module(x)[0, 0], expected)


def test_attention_is_the_one_of_pytorch() -> None:
    x = torch.randn(2, 5, 6, dtype=torch.double)
    mine = build("attention", [(5, 6)], bind(TABLE["attention"], [3], {})).layer
    theirs = nn.MultiheadAttention(6, 3, batch_first=True).double()
    theirs.load_state_dict(
        {
            "in_proj_weight": mine.qkv.weight,
            "in_proj_bias": mine.qkv.bias,
            "out_proj.weight": mine.out.weight,
            "out_proj.bias": mine.out.bias,
        }
    )
    torch.testing.assert_close(mine(x), theirs(x, x, x)[0])


def test_cross_attention_is_the_one_of_pytorch() -> None:
    x, y = torch.randn(2, 5, 6, dtype=torch.double), torch.randn(2, 4, 3, dtype=torch.double)
    attrs = bind(TABLE["cross_attention"], [2], {})
    mine = build("cross_attention", [(5, 6), (4, 3)], attrs).layer
    theirs = nn.MultiheadAttention(6, 2, batch_first=True, kdim=3, vdim=3).double()
    k, v = mine.kv.weight.chunk(2)
    theirs.load_state_dict(
        {
            "q_proj_weight": mine.q.weight,
            "k_proj_weight": k,
            "v_proj_weight": v,
            "in_proj_bias": torch.cat([mine.q.bias, mine.kv.bias]),
            "out_proj.weight": mine.out.weight,
            "out_proj.bias": mine.out.bias,
        }
    )
    torch.testing.assert_close(mine(x, y), theirs(x, y, y)[0])


def test_light_convolutions_are_depthwise_by_softmaxed_kernels() -> None:
    attrs = bind(TABLE["light_conv"], [3], {"groups": 2, "multiplier": 2, "causal": True})
    module = build("light_conv", [(5, 4)], attrs)
    x = torch.randn(1, 5, 4, dtype=torch.double)
    out = module(x)
    kernels = module.layer.weight.softmax(1)  # two channels with two kernels each
    for channel in range(4):
        for copy in range(2):
            kernel = kernels[2 * (channel % 2) + copy]
            before = F.pad(x[0, :, channel], (2, 0))
            expected = sum(kernel[i] * before[i : i + 5] for i in range(3))
            torch.testing.assert_close(out[0, :, 2 * channel + copy], expected)


def test_causal_attention_sees_no_future() -> None:
    module = build("attention", [(5, 6)], bind(TABLE["attention"], [2], {"causal": True}))
    x = torch.randn(1, 5, 6, dtype=torch.double)
    y = x.clone()
    y[:, 3:] = 0
    torch.testing.assert_close(module(x)[:, :3], module(y)[:, :3])


def test_drop_path_drops_samples_and_keeps_the_mean() -> None:
    module = build("drop_path", [(3,)], bind(TABLE["drop_path"], [0.25], {}))
    out = module(torch.ones(4000, 3, dtype=torch.double))
    assert set(out.unique().tolist()) == {0.0, 1 / 0.75}
    assert (out == out[:, :1]).all()
    assert abs(out.mean().item() - 1) < 0.05
    assert (module.eval()(torch.ones(9, 3)) == 1).all()


def test_corners_stay_where_they_are() -> None:
    x = torch.randn(1, 2, 3, 4, dtype=torch.double)
    out = run("resize", x, size=[5, 7], mode="bilinear", corners=True)
    torch.testing.assert_close(out[..., ::4, ::6], x[..., ::2, ::3])
    torch.testing.assert_close(out[..., ::2, ::2], x)


def test_noise_knows_nothing_of_its_input() -> None:
    x = torch.full((40, 4, 7, 7), 1e3, dtype=torch.double)
    out = run("noise", x, stride=2)
    assert out.shape == (40, 4, 4, 4) and not torch.equal(out[0], out[1])
    assert abs(out.mean().item()) < 0.1 and abs(out.std().item() - 1) < 0.1


def test_sinusoids_are_those_of_the_paper() -> None:
    out = run("position", torch.zeros(1, 7, 5, dtype=torch.double), kind="sinusoidal")[0]
    for step in range(7):
        for i in range(5):
            angle = step / 10000 ** (2 * (i // 2) / 5)
            value = math.cos(angle) if i % 2 else math.sin(angle)
            assert out[step, i].item() == pytest.approx(value, abs=1e-6)


def test_selection() -> None:
    x = torch.arange(2 * 4 * 3 * 3.0).reshape(2, 4, 3, 3)
    torch.testing.assert_close(run("narrow", x, start=1, length=2), x[:, 1:3])
    torch.testing.assert_close(run("subsample", x, stride=[1, 2], offset=1), x[:, :, 1:, 1::2])
    torch.testing.assert_close(run("zero", x, stride=2), torch.zeros(2, 4, 2, 2))
    torch.testing.assert_close(run("crop", x, amount=[1, 0, 0, 1]), x[:, :, :2, 1:])
    torch.testing.assert_close(run("channel_shuffle", x, groups=2), x[:, [0, 2, 1, 3]])
    torch.testing.assert_close(run("shift", x, keep=True)[:, :, :2, :2], x[:, :, 1:, 1:])
    assert run("shift", x, keep=True)[:, :, 2].abs().max() == 0
    sequence = run("to_sequence", x)
    torch.testing.assert_close(run("to_image", sequence), x)
    torch.testing.assert_close(run("select_step", sequence, index=-1), x[:, :, 2, 2])


def test_squeeze_and_excite_scales_channels() -> None:
    x, gate = torch.randn(2, 4, 3, 3), torch.randn(2, 4)
    torch.testing.assert_close(run("mul", x, gate), x * gate.reshape(2, 4, 1, 1))
    torch.testing.assert_close(run("mul", gate, x), x * gate.reshape(2, 4, 1, 1))


def test_layer_norm_of_an_image_is_over_channels() -> None:
    x = torch.randn(2, 4, 3, 3, dtype=torch.double)
    out = run("layer_norm", x)
    torch.testing.assert_close(out[0, :, 1, 2], F.layer_norm(x[0, :, 1, 2], (4,)))


EXAMPLES: dict[str, tuple[list[tuple[int, ...]], dict[str, Any]]] = {
    "conv": ([(4, 6, 6)], {"kernel": 3, "pad": "tf", "stride": 2}),
    "conv1d": ([(8, 4)], {"kernel": 3}),
    "light_conv": ([(8, 4)], {"kernel": 3, "groups": 2, "multiplier": 2}),
    "avg_pool": ([(4, 6, 6)], {"kernel": 3, "pad": "tf", "stride": 2}),
    "max_pool": ([(4, 6, 6)], {"kernel": 3, "stride": 2}),
    "bn": ([(6, 4)], {}),
    "layer_norm": ([(4, 6, 6)], {}),
    "rms_norm": ([(4, 6, 6)], {}),
    "zero": ([(4, 6, 6)], {"stride": 2}),
    "shift": ([(4, 6, 6)], {"keep": True}),
    "channel_shuffle": ([(4, 6, 6)], {"groups": 2}),
    "pixel_shuffle": ([(4, 6, 6)], {}),
    "reshape": ([(4, 6)], {"shape": [2, 12]}),
    "to_image": ([(4, 6)], {}),
    "mul": ([(4, 6, 6), (4,)], {}),
    "attention": ([(5, 6)], {"heads": 2}),
    "cross_attention": ([(5, 6), (4, 3)], {"heads": 2}),
    "position": ([(5, 6)], {"kind": "sinusoidal"}),
    "class_token": ([(5, 6)], {}),
    "drop_path": ([(4, 6, 6)], {"p": 0.5}),
    "layer_scale": ([(4, 6, 6)], {}),
    "resize": ([(4, 6, 6)], {"scale": 2}),
    "resize_like": ([(4, 6, 6), (1, 3, 3)], {}),
    "gru": ([(5, 6)], {"hidden": 3}),
    "instance_norm": ([(4, 6, 6)], {}),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The tensor attributes")  # of nn.GRU, by PyTorch itself
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_exports_with_any_batch(name: str) -> None:
    """torch.export traces the operator once for every batch size."""
    inputs, arguments = EXAMPLES[name]
    attrs = bind(TABLE[name], [], arguments)
    module = build(name, inputs, attrs).eval()
    xs = tuple(x.detach() for x in batch(name, inputs, attrs))
    dynamic = ({0: torch.export.Dim("n", min=1, max=64)},) * len(xs)
    exported = torch.export.export(module, xs, dynamic_shapes=(dynamic,)).module()
    more = [torch.cat([x, x[:1]]) for x in xs]
    torch.testing.assert_close(exported(*more), module(*more))


def test_a_strided_vector_is_refused() -> None:
    with pytest.raises(ShapeError, match="a vector"):
        infer(TABLE["zero"], [(4,)], {"stride": 2})
