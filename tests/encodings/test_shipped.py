"""The encodings that come with nasdsl: one of each name, none ambiguous, and each with a text."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from nasdsl.encodings.describe import example
from nasdsl.encodings.library import encoding, home, homes
from nasdsl.source import load, shipped


def test_names_are_unique() -> None:
    texts = [Path(path).read_text(encoding="utf-8") for path in shipped().values()]
    found = Counter(n for t in texts for n in re.findall(r"^\s*encoding\s+(\w+)", t, re.MULTILINE))
    assert set(found) == set(homes())
    assert [name for name, times in found.items() if times > 1] == []


def test_every_program_reads_the_encoding_of_its_name() -> None:
    programs = {f.removeprefix("code_").removesuffix(".nas") for f in shipped() if f[:5] == "code_"}
    assert programs == {name for name in homes() if home(name).program}


@pytest.mark.parametrize("name", homes())
def test_nothing_is_ambiguous(name: str) -> None:
    encoding(name).check_grammar()


@pytest.mark.parametrize("name", homes())
def test_declarations_are_cut_out_whole(name: str) -> None:
    """What is read of a file for an encoding alone is what the file says."""
    from nasdsl import syntax

    items = [i for p in load(home(name).declared) for i in p.items]
    (whole,) = (i for i in items if isinstance(i, syntax.Encoding) and i.name == name)
    assert encoding(name).declaration == whole


@pytest.mark.parametrize("name", [n for n in homes() if home(n).program])
def test_the_text_of_each_program_is_written_as_it_is_read(name: str) -> None:
    notation = encoding(name)
    value = notation.decode(example(name))
    text = notation.encode(value)
    assert notation.decode(text) == value
    assert notation.encode(notation.decode(text)) == text
