"""Groups of decisions by where they stand: their paths as a tree.

`chain/modules/i[2]/reads/i[1][0]` stands in the part `chain/modules/i[2]` if some other path begins
`chain/modules/` too, and in the row `chain/modules/i[2]/reads/i[1]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_PIECE = re.compile(r"[^/=]+|=[^/]*")


@lru_cache(maxsize=20_000)
def pieces(path: str) -> tuple[str, ...]:
    """The path from the top: names with their numbers, and `=option` where a choice was taken."""
    return tuple(_PIECE.findall(path))


def parts(paths: Iterable[str]) -> dict[str, str]:
    """The part that each path stands in: where the paths first differ."""
    known = list(paths)
    deep = shared_depth(known)
    return {path: "/".join(pieces(path)[: deep + 1]) for path in known}


def shared_depth(paths: Iterable[str]) -> int:
    """How many pieces all paths begin with, none of them wholly."""
    split = [pieces(path) for path in paths]
    deep = 0
    while split and all(len(s) > deep + 1 and s[deep] == split[0][deep] for s in split):
        deep += 1
    return deep


def rows(paths: Iterable[str]) -> dict[str, str]:
    """The row of each path: what stands before its last number in brackets, as in a matrix that has
    a column for each; paths without one are rows of their own."""
    return {path: path[: path.rfind("[")] if "[" in path else path for path in paths}


def below(path: str, other: str) -> bool:
    """Whether a decision was made inside an option that is taken at `path`."""
    return other.startswith(path) and other[len(path) :].startswith("=")
