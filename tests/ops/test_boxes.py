"""Boxes hold what operators make of the shapes inside them."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl import boxes
from nasdsl.boxes import Box, hull, measure
from nasdsl.ops import TABLE, Shape, bind

from .cases import CASES

OPS = sorted(name for name in CASES if TABLE[name].arity != 0)


@pytest.mark.parametrize("name", OPS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_comes_of_a_box_is_in_the_box(name: str, data: st.DataObject) -> None:
    op = TABLE[name]
    arguments, low = data.draw(CASES[name])
    attrs = tuple(bind(op, [], arguments).items())
    grown = st.integers(0, 2)
    high = tuple(_grown(shape, data.draw(st.tuples(*[grown] * len(shape)))) for shape in low)
    inputs = tuple(hull(pair) for pair in zip(low, high, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "MAX_MEMBERS", 0)
        found = measure(op, inputs, attrs)
    for members in islice(product(*map(_members, inputs)), 300):
        one = measure(op, members, attrs)
        if one.error:
            assert not found.sure or not any(isinstance(s, Box) for s in inputs)
            continue
        assert not found.error
        for each in ("params", "macs", "activations"):
            least, most = getattr(found.cost, each)
            assert least <= getattr(one.cost, each)[0] <= most
        if found.shape is not None:
            assert hull((found.shape, one.shape)) == found.shape


def _grown(shape: Shape, by: tuple[int, ...]) -> Shape:
    return shape.__class__([a + b for a, b in zip(shape, by, strict=True)])


def _members(shape: Any) -> list[Shape]:
    if not isinstance(shape, Box):
        return [shape]
    ranges = [range(a, b + 1) for a, b in zip(shape.low, shape.high, strict=True)]
    return [shape.low.__class__(sizes) for sizes in product(*ranges)]
