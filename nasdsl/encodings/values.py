"""Values of encodings as plain data."""

from __future__ import annotations

from typing import Any

from nasdsl.values import Fields


def plain(value: Any) -> Any:
    """Lists and dictionaries, as JSON has them."""
    if isinstance(value, Fields):
        return {n: plain(v) for n, v in zip(value.names, value.values, strict=True)}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value
