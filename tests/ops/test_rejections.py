"""What the shape rules refuse, PyTorch refuses as well, unless the entry is stricter on purpose."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.ops import TABLE, ShapeError, bind, infer
from nasdsl.ops.base import Tokens

from .built import BATCH, batch, build
from .cases import CASES, tensors, wide

# Each of these refuses what PyTorch would silently broadcast, clamp, or apply to a dimension that
# the language gives another meaning.
STRICTER = {
    "sum mean max min sub div": "shapes must be equal: no broadcasting",
    "mul": "only one-sized dimensions and channel vectors broadcast",
    "concat": "axis = steps is for sequences",
    "linear": "the last dimension of an image is its width",
    "embedding lookup": "tokens are the only input",
    "narrow crop subsample shift select_step": "an index outside is refused, not clamped",
    "global_avg_pool global_max_pool": "a vector has no positions",
    "pad crop pad_channels": "borders belong to images; padding never cuts",
    "drop_path": "p = 1 has no inverse",
    "to_image to_sequence transpose channel_shuffle": "only the rank that the name says",
    "group_norm instance_norm": "images only, in evaluation too",
    "adaptive_avg_pool max_pool avg_pool resize resize_like": "images only, never unbatched",
    "pixel_shuffle pixel_unshuffle": "images only, never unbatched",
    "conv dw_conv deconv conv1d light_conv": "ranks are not guessed from missing batches",
    "zero noise": "a vector has no positions to stride over",
    "attention relative_attention cross_attention position class_token lstm gru rnn matmul unembed": "sequences only",
}
STRICT = {name for names in STRICTER for name in names.split()}
OTHERS = sorted(name for name, op in TABLE.items() if op.arity != 0)
relaxed = settings(max_examples=12, deadline=None)


@pytest.mark.parametrize("name", OTHERS)
@relaxed
@given(data=st.data())
def test_any_input_runs_or_is_refused(name: str, data: st.DataObject) -> None:
    op = TABLE[name]
    arguments, drawn = data.draw(CASES[name])
    attrs = bind(op, [], arguments)
    inputs = tuple(data.draw(tensors) for _ in drawn)
    try:
        shape = infer(op, inputs, attrs)
    except ShapeError:
        if name not in STRICT:
            with pytest.raises((ShapeError, RuntimeError, ValueError, IndexError)):
                build(name, inputs, attrs)(*batch(name, inputs, attrs))
        return
    out = build(name, inputs, attrs)(*batch(name, inputs, attrs))
    assert tuple(out.shape) == (BATCH, *shape)


size = st.integers(1, 5)
strides = st.integers(1, 3)


def agree(name: str, call: dict[str, Any], shape: tuple[int, ...], run: Any) -> None:
    """The rule gives PyTorch's shape, or both refuse."""
    try:
        expected = infer(TABLE[name], [shape], bind(TABLE[name], [], call))
    except ShapeError:
        with pytest.raises((RuntimeError, ValueError)):
            out = run(torch.zeros(1, *shape))
            if not prod(out.shape):  # PyTorch allows some empty outputs, the language none
                raise ValueError from None
        return
    assert tuple(run(torch.zeros(1, *shape)).shape[1:]) == expected


@settings(max_examples=75, deadline=None)
@given(
    size, strides, st.integers(1, 2), st.integers(0, 4), size, size, wide, wide, st.integers(1, 3)
)
def test_conv_agrees(
    k: int, s: int, d: int, p: int, c: int, out: int, h: int, w: int, g: int
) -> None:
    call = {"kernel": k, "out": out, "stride": s, "dilation": d, "groups": g, "pad": p}
    agree(
        "conv",
        call,
        (c, h, w),
        lambda x: torch.nn.Conv2d(c, out, k, s, p, d, g)(x),
    )


@settings(max_examples=100, deadline=None)
@given(size, strides, st.integers(1, 2), st.integers(0, 3), st.integers(0, 2), wide, wide)
def test_deconv_agrees(k: int, s: int, d: int, p: int, extra: int, h: int, w: int) -> None:
    call = {"kernel": k, "stride": s, "dilation": d, "pad": p, "output_pad": extra, "out": 2}
    theirs = torch.nn.ConvTranspose2d(2, 2, k, s, p, extra, dilation=d)
    agree("deconv", call, (2, h, w), theirs)


@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
@settings(max_examples=100, deadline=None)
@given(k=size, s=strides, p=st.integers(0, 3), ceil=st.booleans(), h=wide, w=wide)
def test_pool_agrees(name: str, k: int, s: int, p: int, ceil: bool, h: int, w: int) -> None:
    pool = F.max_pool2d if name == "max_pool" else F.avg_pool2d
    call = {"kernel": k, "stride": s, "pad": p, "ceil": ceil}
    agree(name, call, (2, h, w), lambda x: pool(x, k, s, p, ceil_mode=ceil))


@pytest.mark.parametrize(
    ("name", "arguments", "inputs", "message"),
    [
        ("conv", {"kernel": 3, "groups": 3}, [(16, 8, 8)], "groups = 3 does not divide 16 input"),
        ("conv", {"kernel": 3}, [(16, 8)], "an image (C, H, W), not (16, 8)"),
        ("conv", {"kernel": 9, "pad": "valid"}, [(1, 8, 8)], "a window of 9 does not fit"),
        ("conv", {"kernel": [1, 2, 3]}, [(1, 8, 8)], "has 3 numbers"),
        ("sum", {}, [(16, 8, 8), (32, 8, 8)], "inputs 1 and 2 differ: (16, 8, 8) and (32, 8, 8)"),
        ("sum", {}, [], "takes at least one input, not 0"),
        ("sub", {}, [(1,)], "takes 2 inputs, not 1"),
        ("concat", {}, [(1, 8, 8), (1, 4, 4)], "the sizes of inputs 1 and 2 differ"),
        ("attention", {"heads": 3}, [(4, 16)], "heads = 3 does not divide 16"),
        ("mul", {}, [(4, 8, 8), (3,)], "input 2 of shape (3,) does not fit the others: (4, 8, 8)"),
        ("resize", {}, [(1, 2, 2)], "give either `scale` or `size`"),
        ("resize", {"scale": 2, "corners": True}, [(1, 2, 2)], "`corners` are those of mode"),
        ("linear", {"out": 2}, [Tokens((6,))], "not tokens (6,): embed them first"),
        ("embedding", {"classes": 2, "dim": 3}, [(6, 2)], "must be tokens (T,), not (6, 2)"),
        ("reshape", {"shape": [4, -1]}, [(6,)], "(6,) has 6 numbers"),
    ],
)
def test_messages(name: str, arguments: dict[str, Any], inputs: Any, message: str) -> None:
    op = TABLE[name]
    with pytest.raises(ShapeError) as caught:
        infer(op, inputs, bind(op, [], arguments))
    assert message in str(caught.value)
