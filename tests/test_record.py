"""Records behave as frozen, slotted dataclasses do."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError

import pytest

from nasdsl import syntax as s
from nasdsl.diagnostics import Diagnostic
from nasdsl.genotype import Genotype
from nasdsl.ops import TABLE, Param
from nasdsl.settings import CallSetting
from nasdsl.spans import Source, Span

HERE = Span(Source("a.nas", "let a = 1\nlet b = 2"), 10, 19)
VALUES = [
    s.Name("a"), s.Let("a", s.Number("1")), Diagnostic("NAS001", "no", None, help="yes"), Genotype((1, 2)),
    Param("k", "int", 2, low=1), CallSetting("f", (1,), {"a": 2}), s.Range(s.Name("a"), s.Name("b"), log=True),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_equal_hashed_copied(value: object) -> None:
    for twin in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert twin == value and type(twin) is type(value) and repr(twin) == repr(value)
        if not isinstance(value, CallSetting):  # which holds a dictionary
            assert hash(twin) == hash(value)
    assert value != s.Name("other")


def test_frozen() -> None:
    name = s.Name("a")
    with pytest.raises(FrozenInstanceError):
        name.id = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del name.id
    with pytest.raises(FrozenInstanceError):
        HERE.start = 3  # type: ignore[misc]
    with pytest.raises(AttributeError):
        object.__setattr__(name, "other", 1)


def test_spans_take_no_part_in_comparison_of_nodes() -> None:
    assert s.Name("a", span=HERE) == s.Name("a") and hash(s.Name("a", span=HERE)) == hash(
        s.Name("a")
    )
    assert Diagnostic("NAS001", "no", HERE) != Diagnostic("NAS001", "no")
    assert TABLE["relu"] != copy.copy(TABLE["relu"])  # an operator is equal to itself only


def test_arguments() -> None:
    with pytest.raises(TypeError, match="needs 'value'"):
        s.Let("a")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="takes 1 values, not 2"):
        s.Name("a", "b")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="no field 'x'"):
        s.Name("a", x=1)  # type: ignore[call-arg]
    match s.Let("a", s.Number("1")):
        case s.Let(name, s.Number(text)):
            assert (name, text) == ("a", "1")


def test_lines() -> None:
    source = HERE.source
    assert source.starts == (0, 10) and HERE.line == 2 and HERE.text == "let b = 2"
    assert Source("e", "").starts == (0,) and Source("e", "\n\n").starts == (0, 1, 2)
    assert source.position(10) == (2, 1) and source.line(1) == "let a = 1"
