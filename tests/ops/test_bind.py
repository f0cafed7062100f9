"""Arguments of calls."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.ops import TABLE, BindError, bind, signature_text
from nasdsl.ops.base import Op, Param, Required

from .cases import CASES


@pytest.mark.parametrize("name", sorted(TABLE))
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_binding_fills_all_in_order_and_is_idempotent(name: str, data: st.DataObject) -> None:
    op = TABLE[name]
    arguments, _ = data.draw(CASES[name])
    bound = bind(op, [], arguments)
    assert list(bound) == [p.name for p in op.params]
    assert bind(op, list(bound.values()), {}) == bound
    assert bind(op, [], bound) == bound
    assert hash(tuple(bound.values())) is not None


@pytest.mark.parametrize("name", sorted(TABLE))
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_any_junk_is_refused_or_of_the_kind(name: str, data: st.DataObject) -> None:
    op = TABLE[name]
    junk = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.floats(),
        st.text(max_size=4),
        st.lists(st.integers(-1, 3), max_size=3),
        st.builds(object),
    )
    args = data.draw(st.lists(junk, max_size=len(op.params) + 1))
    try:
        bound = bind(op, args, {})
    except BindError as error:
        assert error.message
        return
    for param in op.params:
        value = bound[param.name]
        if value is None:
            assert param.default is None
        elif param.kind in ("int", "float", "bool"):
            assert type(value).__name__ == param.kind
        else:
            assert isinstance(value, int | str | tuple) and not isinstance(value, bool)


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "where", "message", "remedy"),
    [
        ("conv", [], {}, None, "`conv` needs `kernel`", "write `conv(kernel, out = …"),
        ("conv", [3], {"kernel": 5}, "kernel", "`kernel` is given twice", ""),
        ("conv", [3], {"strid": 2}, "strid", "no parameter `strid`", "did you mean `stride`?"),
        ("conv", [0], {}, 0, "`kernel` must be at least 1, not 0", ""),
        ("conv", [3], {"bias": 1}, "bias", "`bias` must be true or false, not 1", ""),
        ("conv", [3], {"pad": "full"}, "pad", '`pad` cannot be "full"', '"same", "valid", "tf"'),
        ("conv", [2.5], {}, 0, "an integer or a list of integers, not 2.5", ""),
        ("relu", [1], {}, 0, "`relu` takes no arguments, not 1", "it is relu"),
        ("linear", [1, True, 3], {}, 2, "`linear` takes 2 arguments, not 3", "it is linear(out"),
        ("dropout", [1.5], {}, 0, "`p` must be at most 1, not 1.5", ""),
        ("reshape", [[]], {}, 0, "`shape` must be a list of integers, not []", ""),
        ("scale", [float("nan")], {}, 0, "`by` must be a number, not nan", ""),
    ],
)
def test_messages(
    name: str, args: list[Any], kwargs: dict[str, Any], where: Any, message: str, remedy: str
) -> None:
    with pytest.raises(BindError) as caught:
        bind(TABLE[name], args, kwargs)
    error = caught.value
    assert message in error.message and remedy in error.remedy and error.where == where


def test_repeated_keyword() -> None:
    with pytest.raises(BindError, match="given twice"):
        bind(TABLE["conv"], [3], [("out", 1), ("out", 2)])


def test_canonical_values() -> None:
    bound = bind(TABLE["conv"], [[3, 3]], {"stride": [1, 2], "out": 16.0})
    assert (bound["kernel"], bound["stride"], bound["out"]) == (3, (1, 2), 16)
    assert type(bound["out"]) is int
    assert type(bind(TABLE["scale"], [2], {})["by"]) is float


def test_signature() -> None:
    assert signature_text(TABLE["relu"]) == "relu"
    assert signature_text(TABLE["linear"]) == "linear(out, bias = true)"
    assert signature_text(TABLE["max_pool"]) == (
        'max_pool(kernel, stride = 1, pad = "same", ceil = false)'
    )


@pytest.mark.parametrize("op", TABLE.values(), ids=lambda op: op.name)
def test_declarations(op: Op) -> None:
    """Defaults pass their own checks, required parameters come first, and docs are sentences."""
    defaults = {p.name: p.default for p in op.params if not isinstance(p.default, Required)}
    needed = [isinstance(p.default, Required) for p in op.params]
    assert needed == sorted(needed, reverse=True)
    for param in op.params:
        if param.name in defaults:
            only = Op(op.name, "", 1, (param,), op.shape, op.lower)
            assert bind(only, [defaults[param.name]]) == {param.name: param.default}
    assert op.doc.endswith(".") and op.rule
    assert all(isinstance(p, Param) for p in op.params)
