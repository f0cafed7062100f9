"""The hash by which NAS-Bench-101 knows a module (Ying et al.; ICML 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import md5

OPERATORS = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")
"""Their numbers in the hash are their places here."""


def module_hash(matrix: Sequence[Sequence[int]], ops: Sequence[str]) -> str:
    """The benchmark's hash of a module: equal for isomorphic ones.

    matrix[i][j] is 1 if vertex i leads to vertex j; ops name all vertices, input and output too.
    Vertices on no path from the first to the last are left out. Raises ValueError if there is none.
    """
    kept = _on_a_path(matrix)
    if len(matrix) - 1 not in kept or 0 not in kept:
        raise ValueError("no path leads from the input to the output")
    edges = [[matrix[i][j] for j in kept] for i in kept]
    count = len(kept)
    labels = [-1, *(OPERATORS.index(ops[i]) for i in kept[1:-1]), -2]
    before = [[i for i in range(count) if edges[i][j]] for j in range(count)]
    after = [[j for j in range(count) if edges[i][j]] for i in range(count)]
    hashes = [_md5(str((len(after[v]), len(before[v]), labels[v]))) for v in range(count)]
    for _ in range(count):
        hashes = [
            _md5(_joined(hashes, before[v]) + "|" + _joined(hashes, after[v]) + "|" + hashes[v])
            for v in range(count)
        ]
    return _md5(str(sorted(hashes)))


def _on_a_path(matrix: Sequence[Sequence[int]]) -> list[int]:
    count = len(matrix)
    ahead, back = {0}, {count - 1}
    for j in range(count):
        if any(matrix[i][j] for i in ahead if i < j):
            ahead.add(j)
    for i in reversed(range(count)):
        if any(matrix[i][j] for j in back if j > i):
            back.add(i)
    return sorted(ahead & back)


def _joined(hashes: Sequence[str], vertices: Sequence[int]) -> str:
    return "".join(sorted(hashes[v] for v in vertices))


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
