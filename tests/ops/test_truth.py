"""Every entry of the table against PyTorch: shapes, parameters, multiply-adds, gradients."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from math import prod

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from nasdsl.ops import TABLE, ShapeError, bind, infer

from .built import BATCH, batch, build
from .cases import CASES

SOURCES = sorted(name for name, op in TABLE.items() if op.arity == 0)
OTHERS = sorted(set(TABLE) - set(SOURCES))
torch.set_num_threads(1)

relaxed = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def test_every_operator_has_cases() -> None:
    assert set(CASES) == set(TABLE)


@pytest.mark.parametrize("name", OTHERS)
@relaxed
@given(data=st.data())
def test_entry_is_true(name: str, data: st.DataObject) -> None:
    op = TABLE[name]
    arguments, inputs = data.draw(CASES[name])
    attrs = bind(op, [], arguments)
    try:
        shape = infer(op, inputs, attrs)
    except ShapeError:
        assume(False)
    module = build(name, inputs, attrs)
    xs = batch(name, inputs, attrs)

    with FlopCounterMode(display=False) as flops:
        out = module(*xs)
    assert tuple(out.shape) == (BATCH, *shape)
    assert sum(p.numel() for p in module.parameters()) == op.parameters(inputs, attrs)
    assert flops.get_total_flops() == 2 * BATCH * op.macs(inputs, attrs)

    out.square().sum().backward()
    assert all(p.grad is not None for p in module.parameters())
    used = {"resize_like": xs[:1], "weight": []}.get(name, xs)  # others give their size only
    assert all(x.grad is not None for x in used if x.requires_grad)

    module.eval()
    twin = copy.deepcopy(module)
    plain = _seeded(module, xs)
    torch.testing.assert_close(_seeded(twin, xs), plain)
    last = [x.to(memory_format=torch.channels_last) if x.ndim == 4 else x for x in xs]
    for parameter in twin.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.to(memory_format=torch.channels_last)
    torch.testing.assert_close(_seeded(twin, last), plain, rtol=1e-4, atol=1e-5)


def _seeded(module: torch.nn.Module, xs: Sequence[torch.Tensor]) -> torch.Tensor:
    """The output of a module that may draw numbers."""
    torch.manual_seed(0)
    return module(*xs)


@pytest.mark.parametrize("name", SOURCES)
@relaxed
@given(data=st.data())
def test_source_lowers_to_an_example(name: str, data: st.DataObject) -> None:
    arguments, _ = data.draw(CASES[name])
    attrs = bind(TABLE[name], [], arguments)
    example = build(name, (), attrs)()
    assert tuple(example.shape) == (1, *infer(TABLE[name], (), attrs))


@pytest.mark.parametrize("name", sorted(n for n, op in TABLE.items() if op.commutative))
@relaxed
@given(data=st.data())
def test_commutative_means_any_order(name: str, data: st.DataObject) -> None:
    arguments, inputs = data.draw(CASES[name])
    order = data.draw(st.permutations(range(len(inputs))))
    attrs = bind(TABLE[name], [], arguments)
    xs = batch(name, inputs, attrs)
    swapped = tuple(inputs[i] for i in order)
    torch.testing.assert_close(
        build(name, inputs, attrs)(*xs), build(name, swapped, attrs)(*(xs[i] for i in order))
    )


@pytest.mark.parametrize("name", OTHERS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_code_is_complete(name: str, data: st.DataObject) -> None:
    """Shapes are positive integers, submodules are used, and every value has its hole."""
    arguments, inputs = data.draw(CASES[name])
    op = TABLE[name]
    attrs = bind(op, [], arguments)
    try:
        shape = infer(op, inputs, attrs)
    except ShapeError as error:
        assert str(error)
        return
    assert prod(shape) >= 1 and all(type(n) is int for n in shape)
    code = op.lower(inputs, attrs)
    assert code.module is None or "{self}" in code.forward
    used = code.forward + (code.module or "")
    assert all(f"{{{hole}}}" in used for hole in code.values)
