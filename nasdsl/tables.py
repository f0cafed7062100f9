"""The parser's tables, kept in the user's cache: reading them is several times faster than LALR.

The file is JSON, so a broken or foreign one can at worst give no parser, and then it is built anew.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

_OPTIONS: dict[str, Any] = {
    "parser": "lalr",
    "lexer": "contextual",
    "start": ["start", "body"],
    "keep_all_tokens": True,
    "maybe_placeholders": False,
}


def load_parser(grammar: str, **objects: Any) -> Lark:
    """The parser of a grammar, from the cache if it is there; `objects` are Lark's options that
    are no data (transformer, postlex)."""
    path = _cache_path(grammar)
    parser = _read(path, objects)
    if parser is None:
        parser = Lark(grammar, **_OPTIONS, **objects)
        _write(path, parser)
    return parser


def _cache_path(grammar: str) -> Path | None:
    """Where the tables of this grammar, these options and this Lark are kept."""
    key = json.dumps([lark.__version__, _OPTIONS, grammar])
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        folder = Path(base) if base else Path.home() / ".cache"
    except RuntimeError:  # nobody's home
        return None
    return folder / "nasdsl" / f"tables-{sha256(key.encode()).hexdigest()[:24]}.json"


def _read(path: Path | None, objects: dict[str, Any]) -> Lark | None:
    if path is None:
        return None
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        data, memo = saved["data"], _with_numbers(saved["memo"])
        table = data["parser"]["parser"]
        states = table["states"]
        table["tokens"] = _with_numbers(table["tokens"])
        table["states"] = {int(state): _with_numbers(row) for state, row in states.items()}
        parser: Lark = Lark._load_from_dict(data, memo, **objects)  # type: ignore[no-untyped-call]
        return parser
    except (OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError):
        return None


def _with_numbers(table: dict[str, Any]) -> dict[int, Any]:
    """JSON has only strings for keys."""
    return {int(key): value for key, value in table.items()}


def _write(path: Path | None, parser: Lark) -> None:
    """Keep the tables, whole or not at all; where that is not allowed, do without."""
    if path is None:
        return
    from tempfile import NamedTemporaryFile  # only the first run needs it

    data, memo = parser.memo_serialize([TerminalDef, Rule])
    data["options"] = {k: v for k, v in data["options"].items() if k in _OPTIONS}
    text = json.dumps({"data": data, "memo": memo})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return
    try:
        os.replace(file.name, path)
    except OSError:
        os.unlink(file.name)
