"""A requirement is as strict with the thousandth text as with the first."""

from __future__ import annotations

from random import Random

import pytest

from nasdsl import NasError
from nasdsl.encodings import encodings_of
from nasdsl.encodings.digests import digest
from nasdsl.encodings.library import encoding
from nasdsl.encodings.sample import sample
from nasdsl.parser import parse_text
from nasdsl.syntax import FormCheck

TEXT = (
    "Genotype(normal=[('none', 0), ('none', 1), ('none', 0), ('none', 2)], normal_concat=[2, 3], "
    "reduce=[('none', 0), ('none', 1), ('none', 0), ('none', 2)], reduce_concat=[2, 3])"
)
WRONG = [
    TEXT.replace("normal_concat=[2, 3]", "normal_concat=[2, 4]"),
    TEXT.replace("reduce_concat=[2, 3]", "reduce_concat=[2, 4]"),
    TEXT.replace("reduce_concat=[2, 3]", "reduce_concat=[1, 3]"),
    TEXT.replace("normal_concat=[2, 3]", "normal_concat=[]"),
    TEXT.replace(", ('none', 2)], normal_concat", "], normal_concat"),
    TEXT.replace("('none', 2)", "('none', 3)", 1),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_after_many_good_texts(wrong: str) -> None:
    darts = encoding("darts")
    with pytest.raises(NasError, match="NAS073") as first:
        darts.decode(wrong)
    for _ in range(3):
        assert darts.encode(darts.decode(TEXT)) == TEXT.replace("[2, 3]", "range(2, 4)")
    with pytest.raises(NasError, match="NAS073") as again:
        darts.decode(wrong)
    assert str(first.value) == str(again.value)


@pytest.mark.parametrize("name", ["darts", "nasbench101", "genetic_cnn", "pnas"])
def test_values_are_judged_as_by_the_rows(name: str) -> None:
    notation = encoding(name)
    rng = Random(0)
    for _ in range(200):
        value = sample(notation.forms, rng)
        expected = next((f for c in notation.conditions if (f := c.failure(value))), None)
        assert (notation._failure(value) is None) == (expected is None)


def test_what_a_place_holds_in_another_list_is_read_anew() -> None:
    """A condition of the index alone is kept for all texts; one of `code.a[i]` is not."""
    text = """encoding pairs {
      code = "a=[{a: int, ...}] b=[{b: int, ...}]"
      require x > 0 or code.a[i] > 0 for i, x in code.b "pair {i} is dead"
    }"""
    pairs = encodings_of([parse_text(text)])["pairs"]
    pairs.decode("a=[1, 0] b=[0, 1]")
    with pytest.raises(NasError, match="pair 0 is dead"):
        pairs.decode("a=[0, 0] b=[0, 1]")


def test_what_reads_little_is_found() -> None:
    darts = encoding("darts")
    rows = [row for row in darts.declaration.rows if isinstance(row, FormCheck)]
    assert digest(rows, darts.forms)[1] == [True, True, False, False, True, True, True, True]
