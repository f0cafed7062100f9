"""Room for deep but bounded recursion."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_FRAMES = 60_000


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Raise the interpreter's limit: nesting is bounded by the language's own limits."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
