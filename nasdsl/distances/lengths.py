"""Path lengths of layers, from the input and to the output.

For each group of layers ("all", "conv", "pool", "dense") the number of such layers on the shortest
path, on the longest, and on a random walk that takes every edge with equal chance (Kandasamy et al.,
NeurIPS 2018, section 3 and appendix A).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

GROUPS = ("conv", "pool", "dense")  # besides "all"
COLUMNS = 3 * (1 + len(GROUPS))
LONGEST = 1 + len(GROUPS)  # the column of the longest path over all layers
Row: TypeAlias = tuple[float, ...]


def path_lengths(
    sources: Sequence[Sequence[int]], groups: Sequence[str]
) -> tuple[list[Row], list[Row]]:
    """Rows of COLUMNS for each layer: before it, and after it. sources: in topological order."""
    weights = [_weight(group) for group in groups]
    targets: list[list[int]] = [[] for _ in sources]
    for number, found in enumerate(sources):
        for source in found:
            targets[source].append(number)
    count = len(sources)
    before = _walk(range(count), sources, weights)
    after = _walk(range(count - 1, -1, -1), targets, weights)
    return before, after


def _weight(group: str) -> Row:
    inner = group not in ("input", "output")
    return (float(inner), *(float(group == g) for g in GROUPS))


def _walk(
    order: Sequence[int], behind: Sequence[Sequence[int]], weights: Sequence[Row]
) -> list[Row]:
    """Lengths from the ends that have nothing behind them."""
    rows: list[Row] = [()] * len(order)
    width = 1 + len(GROUPS)
    nothing = (0.0,) * (3 * width)
    for number in order:
        if not behind[number]:
            rows[number] = nothing
            continue
        reached = [
            [a + b for a, b in zip(rows[n], 3 * weights[n], strict=True)] for n in behind[number]
        ]
        columns = list(zip(*reached, strict=True))
        rows[number] = (
            *(min(c) for c in columns[:width]),
            *(max(c) for c in columns[width : 2 * width]),
            *(sum(c) / len(c) for c in columns[2 * width :]),
        )
    return rows
