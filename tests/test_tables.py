"""The cached tables parse as fresh ones do, and a useless cache does no harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nasdsl import parser, tables
from nasdsl.diagnostics import NasError
from nasdsl.parser import grammar, parse_text

TEXT = "let a = [x -> conv(3) for i, x in s if i > 1] where s = pick 2 of n\nnetwork = a | b"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    grammar.cache_clear()
    return tmp_path / "nasdsl"


def test_the_cache_is_written_and_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = parse_text(TEXT)
    assert len(list(cache.iterdir())) == 1
    grammar.cache_clear()
    monkeypatch.setattr(tables, "_write", lambda path, parser: pytest.fail("it was built again"))
    assert parse_text(TEXT) == built
    with pytest.raises(NasError, match="where an expression should stand"):
        parse_text("let a = 3 + ")
    with pytest.raises(NasError):
        parse_text("letx = 3")


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"data": {}, "memo": {}}', "\x00", '{"data": 1}']
)
def test_a_useless_cache_is_replaced(cache: Path, text: str) -> None:
    built = parse_text(TEXT)
    (file,) = cache.iterdir()
    file.write_text(text)
    grammar.cache_clear()
    assert parse_text(TEXT) == built
    assert set(json.loads(file.read_text())) == {"data", "memo"}  # and it is readable
    grammar.cache_clear()
    assert parse_text(TEXT) == built


def test_no_cache_is_no_harm(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert parse_text(TEXT)


def test_another_grammar_has_another_file() -> None:
    assert tables._cache_path("a") != tables._cache_path("b")
    assert parser.grammar() is parser.grammar()
