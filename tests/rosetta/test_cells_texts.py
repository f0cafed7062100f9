"""Texts of cells that are no DARTS genotypes: what is wrong with some, and conversions."""

from __future__ import annotations

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.encodings.convert import convert
from nasdsl.encodings.library import encoding

from .test_rosetta import ENTRIES

SLIM = (
    '{"normal": {"operations": ["1x1", "none"], "hiddenstate_indices": [0, 1], "used_hiddenstates": [1, 1, 0]}, '
    '"reduction": {"used_hiddenstates": [1, 1, 0], "operations": ["3x3", "none"], "hiddenstate_indices": [0, 1]}}'
)


@pytest.mark.parametrize(
    ("name", "text", "old", "new", "code", "message", "at"),
    [
        ("slim", SLIM, "3x3", "3x4", "NAS072", "did you mean `3x3`", "3x4"),
        ("slim", SLIM, '"1x1", ', "", "NAS073", "a block has two operations", '"normal"'),
        ("slim", SLIM, "[0, 1]", "[0, 2]", "NAS073", "block 0 reads states 0 to 1, not 2", "2]"),
        ("slim", SLIM, "[0, 1]}}", "[3, 1]}}", "NAS073", "block 0 reads states 0 to 1, not 3", "3, 1]}}"),
        ("slim", SLIM, "[0, 1]", "[0]", "NAS073", "2 operations and 1 hidden states", '"normal"'),
        ("slim", SLIM, "[1, 1, 0]", "[1, 0]", "NAS073", "3 states and 2 flags", '"normal"'),
        ("slim", SLIM, '{"used_hiddenstates": [1, 1, 0]', '{"used_hiddenstates": [1, 1, 1]', "NAS073", "put out", '"reduction"'),
        ("slim", SLIM, ', "hiddenstate_indices": [0, 1]', "", "NAS074", "`hiddenstate_indices` is missing", '"operations'),
    ],
)  # fmt: skip
def test_mistakes_stand_where_they_are(
    name: str, text: str, old: str, new: str, code: str, message: str, at: str
) -> None:
    with pytest.raises(NasError) as caught:
        encoding(name).decode(text.replace(old, new, 1))
    (found,) = caught.value.diagnostics
    assert found.code == code and message in f"{found.message} {found.help}"
    assert found.span is not None and found.span.source.text[found.span.start :].startswith(at)


def _text(id: str) -> str:
    return next(str(e["string"]) for e in ENTRIES if e["id"] == id)


@pytest.mark.parametrize(
    ("source", "target", "id"),
    [
        ("slim", "darts", "nasnet-a-mobile-4@1056"),
        ("darts", "slim", "darts-nasnet-cifar-C36-L20-K10"),
    ],
)
def test_conversions_lose_nothing(source: str, target: str, id: str) -> None:
    there = convert(_text(id), source, target)
    assert there.lost == ()
    assert convert(there.text, target, source).lost == ()


def test_the_genotype_of_nasnet_is_its_release() -> None:
    """DARTS writes NASNet's cells itself, but without the state that the normal cell puts out as it is."""
    mine = convert(_text("nasnet-a-mobile-4@1056"), "slim", "darts").text
    theirs = encoding("darts").decode(_text("darts-nasnet-cifar-C36-L20-K10"))
    found = encoding("darts").decode(mine)
    assert found["normal"] == theirs["normal"]
    assert set(found["normal_concat"]) - set(theirs["normal_concat"]) in (set(), {0})


@pytest.mark.parametrize("id", ["amoebanet-a-mobile", "amoebanet-c-mobile"])
def test_what_a_genotype_cannot_say(id: str) -> None:
    with pytest.raises(NasError, match="NAS07[35]"):
        convert(_text(id), "slim", "darts")
