"""The cached tables parse as fresh ones do, and a useless cache does no harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nasdsl import tables
from nasdsl.diagnostics import NasError
from nasdsl.parser import parse_text, quick_parser
from nasdsl.recovery import lark_parser

TEXT = "let a = [x -> conv(3) for i, x in s if i > 1] where s = pick 2 of n\nnetwork = a | b"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    forget()
    yield tmp_path / "nasdsl"
    forget()


def forget() -> None:
    quick_parser.cache_clear()
    lark_parser.cache_clear()


def explained() -> None:
    with pytest.raises(NasError, match="where an expression should stand"):
        parse_text("let a = 3 + ")
    with pytest.raises(NasError):
        parse_text("letx = 3")


def test_the_cache_is_written_and_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = parse_text(TEXT)
    assert len(list(cache.iterdir())) == 1
    explained()
    assert len(list(cache.iterdir())) == 2
    forget()
    monkeypatch.setattr(tables, "_build", lambda *_, **__: pytest.fail("it was built again"))
    assert parse_text(TEXT) == built
    explained()


@pytest.mark.parametrize(
    "text",
    ["{}", "\x00", '{"key": KEY, "value": {"rows": 3}}'],
)
def test_a_useless_cache_is_replaced(cache: Path, text: str) -> None:
    built = parse_text(TEXT)
    explained()
    files = list(cache.iterdir())
    for file in files:
        key = json.loads(file.read_text())["key"]
        file.write_text(text.replace("KEY", json.dumps(key)))
    for _ in range(2):
        forget()
        assert parse_text(TEXT) == built
        explained()
        assert all(set(json.loads(file.read_text())) == {"key", "value"} for file in files)


def test_no_cache_is_no_harm(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert parse_text(TEXT)
    explained()


def test_no_home_is_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert tables._cache_path("tables", "a") is None


def test_another_grammar_has_another_file() -> None:
    assert tables._cache_path("tables", "a") != tables._cache_path("tables", "b")
    assert quick_parser() is quick_parser()
