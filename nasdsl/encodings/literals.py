"""Numbers, words and literals as texts of encodings have them, and values as messages show them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import Any

from nasdsl.values import Fields

from .forms import SCALARS
from .read import MAX_DIGITS, MAX_LEVELS
from .terminals import TERMINALS

_PATTERNS = {name: re.compile(TERMINALS[name][1], re.ASCII).fullmatch for name in SCALARS}
LEAST, LIMIT = -(10 ** (MAX_DIGITS - 1)), 10**MAX_DIGITS
"""Whole numbers that are read back lie between these."""


def builtin(rule: str, json_like: bool) -> Callable[[Any], str | None]:
    match rule:
        case "literal":
            return lambda value: literal(value, json_like) if _is_plain(value, 1) else None
        case "indices":
            return lambda value: _indices(value, json_like)
        case "text":
            return lambda value: _text(value, json_like)
        case "bool":
            words = {True: "true", False: "false"} if json_like else {True: "True", False: "False"}
            return lambda value: words[value] if isinstance(value, bool) else None
        case "word" | "letters" | "alnum":
            fits = _PATTERNS[rule]
            return lambda value: value if value.__class__ is str and fits(value) else None
    fits = _PATTERNS[rule]
    return lambda value: _number(value, fits)


def _is_plain(value: Any, level: int) -> bool:
    """Whether `literal` can read back what it writes."""
    if isinstance(value, tuple | Fields):
        parts = value.values if isinstance(value, Fields) else value
        return level < MAX_LEVELS and all(_is_plain(part, level + 1) for part in parts)
    if value.__class__ is int:
        return _short(value) is not None
    return value is None or isinstance(value, bool | str) or _float(value) is not None


def _float(value: Any) -> str | None:
    return str(value) if value.__class__ is float and isfinite(value) else None


def _short(value: int) -> str | None:
    return str(value) if LEAST < value < LIMIT else None


def _number(value: Any, fits: Callable[[str], Any]) -> str | None:
    text = _short(value) if value.__class__ is int else _float(value)
    return text if text is not None and fits(text) else None


def _text(value: Any, json_like: bool) -> str | None:
    """Between the layout's own quotes, or the others where these are in the text."""
    if not isinstance(value, str) or "\n" in value:
        return None
    own, other = ('"', "'") if json_like else ("'", '"')
    quote = other if own in value else own
    return None if quote in value else f"{quote}{value}{quote}"


def _indices(value: Any, json_like: bool) -> str | None:
    if value.__class__ is not tuple:
        return None
    try:
        texts = list(integers(value)) if value else []
    except TypeError:
        return None
    ascending = len(texts) > 1 and value[0] >= 0 and not json_like
    if ascending and value == tuple(range(value[0], value[0] + len(value))):
        return f"range({value[0]}, {value[-1] + 1})"
    return f"[{', '.join(texts)}]"


def literal(value: Any, json_like: bool = False) -> str:
    """A value as Python or JSON writes it."""
    match value:
        case None:
            return "null" if json_like else "None"
        case bool():
            return str(value).lower() if json_like else str(value)
        case str():
            text = json.dumps(value, ensure_ascii=False)
            double = json_like or "'" in value
            return text if double else f"'{text[1:-1]}'".replace('\\"', '"')
        case tuple():
            return f"[{', '.join(literal(v, json_like) for v in value)}]"
        case Fields(names=names, values=values):
            quoted = [literal(name, json_like) for name in names]
            pairs = zip(quoted, values, strict=True)
            return "{" + ", ".join(f"{n}: {literal(v, json_like)}" for n, v in pairs) + "}"
        case _:
            return str(value)


def show(value: Any) -> str:
    """A value for a message, cut if it is long."""
    text = literal(value)
    return text if len(text) <= 60 else text[:57] + "…"


def integers(values: Sequence[Any]) -> Iterable[str]:
    if set(map(type, values)) != {int} or not LEAST < min(values) <= max(values) < LIMIT:
        raise TypeError
    return map(str, values)
