"""Groups of decisions by where they stand: their paths as a tree.

`chain/modules/i[2]/reads/i[1][0]` stands in the part `chain/modules/i[2]`, as the decisions of a chain
divide among its modules, and in the row `chain/modules/i[2]/reads/i[1]`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

_PIECE = re.compile(r"[^/=]+|=[^/]*")


@lru_cache(maxsize=20_000)
def pieces(path: str) -> tuple[str, ...]:
    """The path from the top: names with their numbers, and `=option` where a choice was taken."""
    return tuple(_PIECE.findall(path))


def parts(paths: Iterable[str]) -> dict[str, str]:
    """The part that each path stands in."""
    known = list(paths)
    stem = trunk(known)
    return {path: split(path, stem)[0] for path in known}


def trunk(paths: Iterable[str]) -> tuple[str, ...]:
    """Where the decisions divide: down from the top as long as more than three quarters of them are
    below one name, but not into an item of a list."""
    found = [pieces(path) for path in paths]
    stem: tuple[str, ...] = ()
    while True:
        deep = len(stem)
        names = Counter(path[deep] for path in found if len(path) > deep)
        if not names:
            return stem
        name, count = names.most_common(1)[0]
        alone = len(names) == 1 and count == len(found)
        if count == 1 or 4 * count <= 3 * len(found) or (name.endswith("]") and not alone):
            return stem
        stem += (name,)
        found = [path for path in found if path[deep : deep + 1] == (name,)]


def split(path: str, stem: tuple[str, ...]) -> tuple[str, str]:
    """The part that a path stands in, and how it goes on inside, "" if it is the part itself."""
    found = pieces(path)
    deep = 0
    while deep < min(len(stem), len(found)) and found[deep] == stem[deep]:
        deep += 1
    return "/".join(found[: deep + 1]), "/".join(found[deep + 1 :])


def rows(paths: Iterable[str]) -> dict[str, str]:
    """The row of each path: what stands before its last number in brackets, as in a matrix that has
    a column for each; paths without one are rows of their own."""
    return {path: path[: path.rfind("[")] if "[" in path else path for path in paths}


def below(path: str, other: str) -> bool:
    """Whether a decision was made inside an option that is taken at `path`."""
    return other.startswith(path) and other[len(path) :].startswith("=")
