"""The quick reader and the Lark grammar agree, values go to texts and back, and any text ends."""

from __future__ import annotations

import random
import re
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl.diagnostics import NasError
from nasdsl.encodings import Encoding
from nasdsl.encodings.quick import Miss
from nasdsl.encodings.sample import sample
from nasdsl.spans import Source

from .examples import ALL, OWN, TEXTS
from .make import declarations

relaxed = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=30)
PIECES = [*"[](){}|~+-_,.'\"#: \n\t\\0123e", "none", "none~0|", "max_pool_3x3", "'a'", "1.5", "00"]


def by_lark(encoding: Encoding, text: str) -> Any:
    """The value of a text of the form, as the grammar reads it; None if it is none."""
    try:
        return (encoding.read(Source("t", text)).value,)
    except NasError as error:
        assert all(d.span is not None for d in error.diagnostics)
        return None


def by_scan(encoding: Encoding, text: str) -> Any:
    try:
        return (encoding.scan(text),)
    except Miss:
        return None


def agree(encoding: Encoding, text: str) -> None:
    """What the quick reader takes, the grammar reads as the same value, of the same types."""
    quick = by_scan(encoding, text)
    if quick is not None:
        slow = by_lark(encoding, text)
        assert repr(slow) == repr(quick), text


def mutated(data: st.DataObject, text: str) -> str:
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        to = data.draw(st.integers(at, min(len(text), at + 4)))
        new = data.draw(st.one_of(st.just(""), st.sampled_from(PIECES), st.characters()))
        text = text[:at] + new + text[to:]
    return text


def survive(encoding: Encoding, text: str) -> None:
    """Decode; on success the canonical text has the same value, on failure there is a place."""
    try:
        value = encoding.decode(text)
    except NasError as error:
        for diagnostic in error.diagnostics:
            assert diagnostic.code in ("NAS070", "NAS071", "NAS072", "NAS073", "NAS074", "NAS077")
            assert str(diagnostic)
        return
    assert encoding.decode(encoding.encode(value)) == value


@pytest.mark.parametrize("name", ALL)
@settings(relaxed, max_examples=25)
@given(seed=st.integers(0, 10**9), data=st.data())
def test_values_go_to_texts_and_back(name: str, seed: int, data: st.DataObject) -> None:
    encoding = ALL[name]
    value = sample(encoding.forms, random.Random(seed))
    text = encoding.write(value)
    assert repr(by_lark(encoding, text)) == repr((value,))
    agree(encoding, text)
    for _ in range(3):
        agree(encoding, mutated(data, text))


@pytest.mark.parametrize("name", TEXTS)
@relaxed
@given(data=st.data())
def test_mutated_texts_are_survived(name: str, data: st.DataObject) -> None:
    text = mutated(data, TEXTS[name])
    agree(OWN[name], text)
    survive(OWN[name], text)


@pytest.mark.parametrize("name", TEXTS)
def test_canonical_texts_are_fixed_points(name: str) -> None:
    encoding = OWN[name]
    text = encoding.encode(encoding.decode(TEXTS[name]))
    assert encoding.encode(encoding.decode(text)) == text


@relaxed
@given(encoding=declarations(), seed=st.integers(0, 10**9), data=st.data())
def test_any_declaration_means_one_thing(
    encoding: Encoding, seed: int, data: st.DataObject
) -> None:
    """A declaration is refused, or what it writes it reads back, in both ways."""
    try:
        encoding.check_grammar()
    except NasError as error:
        assert {d.code for d in error.diagnostics} == {"NAS076"}
        assert not re.search(r"_M\d|\br\d|\bl\d|conflict", str(error))
        return
    value = sample(encoding.forms, random.Random(seed))
    text = encoding.write(value)
    agree(encoding, text)
    for _ in range(3):
        agree(encoding, mutated(data, text))


# ------------------------------------------------------------------ hostile texts

HOSTILE = {
    "one letter": lambda n: "a" * n,
    "digits": lambda n: "|none~" + "1" * n,
    "edges": lambda n: "|" + "none~0|" * (n // 7),
    "layers": lambda n: "C(1,2,3)-" * (n // 9),
    "brackets": lambda n: "[" * n,
    "parentheses": lambda n: "(" * n + ")" * n,
    "open genotype": lambda n: "Genotype(normal=[" + "('none', 0), " * (n // 13),
    "commas": lambda n: "Genotype(normal=[" + "," * n,
    "blanks": lambda n: "Genotype(" + " " * n,
    "comments": lambda n: "Genotype(" + "#\n" * (n // 2),
    "open comment": lambda n: "Genotype(#" + "x" * n,
    "quotes": lambda n: "[['" + "'" * n,
    "open quote": lambda n: "[['ir_" + "r" * n,
    "fields": lambda n: "[['ir_" + "r1_" * (n // 3) + "c1']]",
    "kernels": lambda n: "[['ir_c1_k" + "3." * (n // 2) + "x']]",
    "nul": lambda n: "\0" * n,
    "new lines": lambda n: "\n" * n,
    "letters of all kinds": lambda n: "é→𝔸" * (n // 3),
    "nested lists": lambda n: '{"type": "a", "config": ' + "[" * n + "]" * n,
    "nested dicts": lambda n: '{"type": "a", "config": ' + '{"a": ' * (n // 6),
    "escapes": lambda n: '{"type": "a", "config": "' + "\\" * n,
    "exponents": lambda n: '{"type": "a", "config": 1' + "e5" * (n // 2),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_end_fast(kind: str) -> None:
    """Four times the text takes about four times the time, in every encoding."""
    for encoding in OWN.values():
        short = min(_seconds(encoding, HOSTILE[kind](4_000)) for _ in range(2))
        long = min(_seconds(encoding, HOSTILE[kind](16_000)) for _ in range(2))
        assert long < 3.0  # a shared machine may be slow
        assert long < 0.03 or long < 10 * short


def _seconds(encoding: Encoding, text: str) -> float:
    start = process_time()
    survive(encoding, text)
    return process_time() - start


def test_long_texts_and_numbers_are_refused() -> None:
    with pytest.raises(NasError, match="NAS070"):
        OWN["tree"].decode("a" * 3_000_000)
    for number in ("1" * 19, "1" * 3_000):
        with pytest.raises(NasError, match="NAS077"):
            OWN["metaqnn"].decode(f"SM({number})")
    for number in ("1e999", "0." + "1" * 50):
        with pytest.raises(NasError, match="NAS077"):
            OWN["timm"].decode(f"[['ir_c1_e{number}']]")
    with pytest.raises(NasError, match="NAS077"):
        OWN["tree"].decode("(" * 200 + ")" * 200)
    assert OWN["tree"].decode("(" * 45 + ")" * 45)


def test_a_quote_within_a_text_takes_the_other_quotes() -> None:
    notation = OWN["tree"]
    value = notation.decode("(b <\"it's\"; 'y'>)")
    assert notation.encode(value) == "(b <\"it's\";'y'>)"
