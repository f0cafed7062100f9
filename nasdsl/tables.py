"""The parser's tables, kept in the user's cache: reading them is many times faster than LALR.

The files are JSON, so a broken or foreign one can at worst give no tables, and then they are made
anew. Lark is imported only to make them, and for texts with mistakes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zlib import crc32

from .lalr import LalrParser, tables_of

if TYPE_CHECKING:
    from lark import Lark

_VERSION = 1  # of the form of our own tables
_OPTIONS: dict[str, Any] = {
    "parser": "lalr",
    "lexer": "contextual",
    "start": ["start", "body"],
    "keep_all_tokens": True,
    "maybe_placeholders": False,
}


def load_tables(grammar: str, builder: object) -> LalrParser:
    """The quick parser of a grammar, from the cache if it is there."""
    key = json.dumps([_VERSION, _OPTIONS, grammar])
    path = _cache_path("tables", key)
    try:
        return LalrParser(_read(path, key), builder)
    except _USELESS:
        data, memo = _written(_build(grammar))
        tables = json.loads(json.dumps(tables_of(data, memo)))
        _write(path, key, tables)
        return LalrParser(tables, builder)


def load_lark(grammar: str, **objects: Any) -> Lark:
    """Lark's parser of a grammar, from the cache if it is there; `objects` are Lark's options that
    are no data (transformer, postlex)."""
    import lark

    key = json.dumps([lark.__version__, _OPTIONS, grammar])
    path = _cache_path("lark", key)
    try:
        saved = _read(path, key)
        data, memo = saved["data"], _with_numbers(saved["memo"])
        table = data["parser"]["parser"]
        states = table["states"]
        table["tokens"] = _with_numbers(table["tokens"])
        table["states"] = {int(state): _with_numbers(row) for state, row in states.items()}
        parser: lark.Lark = lark.Lark._load_from_dict(data, memo, **objects)  # type: ignore[no-untyped-call]  # lark leaves it untyped
    except _USELESS:
        parser = _build(grammar, **objects)
        data, memo = _written(parser)
        data["options"] = {k: v for k, v in data["options"].items() if k in _OPTIONS}
        _write(path, key, {"data": data, "memo": memo})
    return parser


_USELESS = (OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError)
"""What comes of a cache that is not there, or that holds something else."""


def _build(grammar: str, **objects: Any) -> Lark:
    from lark import Lark

    return Lark(grammar, **_OPTIONS, **objects)


def _written(parser: Lark) -> tuple[dict[str, Any], dict[Any, Any]]:
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    data, memo = parser.memo_serialize([TerminalDef, Rule])
    return data, memo


def _cache_path(kind: str, key: str) -> str | None:
    """Where tables are kept: those of other grammars, options and versions in other files."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    home = os.path.expanduser("~")
    if not base and home == "~":  # nobody's home
        return None
    return os.path.join(base or os.path.join(home, ".cache"), "nasdsl",
                        f"{kind}-{crc32(key.encode()):08x}.json")  # fmt: skip


def _read(path: str | None, key: str) -> Mapping[str, Any]:
    """What is kept under a key; one of _USELESS if there is nothing."""
    if path is None:
        raise LookupError
    with open(path, encoding="utf-8") as file:
        saved = json.load(file)
    if saved["key"] != key:
        raise LookupError
    value: Mapping[str, Any] = saved["value"]
    return value


def _with_numbers(table: dict[str, Any]) -> dict[int, Any]:
    """JSON has only strings for keys."""
    return {int(key): value for key, value in table.items()}


def _write(path: str | None, key: str, value: Mapping[str, Any]) -> None:
    """Keep a value, whole or not at all; where that is not allowed, do without."""
    if path is None:
        return
    from tempfile import NamedTemporaryFile  # only the first run needs it

    text = json.dumps({"key": key, "value": value})
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with NamedTemporaryFile(
            "w", dir=os.path.dirname(path), delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError:
        return
    try:
        os.replace(file.name, path)
    except OSError:
        os.unlink(file.name)
