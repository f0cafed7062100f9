"""Where the boxes of a graph stand: layers from top to bottom, with few crossings.

The usual four steps (Sugiyama, Tagawa, Toda 1981): layers by longest paths, long edges cut at every
layer, an order within layers by the mean place of neighbours, and places that keep this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from nasdsl.record import Frozen, record

GAP = 18.0
DUMMY = 10.0
SWEEPS = 6


@record
class Placed(Frozen):
    """x: the middle of each box; layer: its row; edges: each as the (x, layer) points on its way."""

    x: tuple[float, ...]
    layer: tuple[int, ...]
    edges: tuple[tuple[tuple[float, int], ...], ...]
    width: float
    layers: int


def place(widths: Sequence[float], edges: Sequence[tuple[int, int]]) -> Placed:
    """Places of boxes of these widths; an edge leads from an earlier box to a later one."""
    count = len(widths)
    layer = [0] * count
    for start, end in sorted(edges, key=lambda edge: edge[1]):
        layer[end] = max(layer[end], layer[start] + 1)
    sizes, rows = list(widths), list(layer)
    chains: list[list[int]] = []
    for start, end in edges:
        chain = [start]
        for row in range(layer[start] + 1, layer[end]):
            sizes.append(DUMMY)
            rows.append(row)
            chain.append(len(sizes) - 1)
        chains.append([*chain, end])
    layers: list[list[int]] = [[] for _ in range(max(rows, default=0) + 1)]
    for node, row in enumerate(rows):
        layers[row].append(node)
    above: list[list[int]] = [[] for _ in sizes]
    below: list[list[int]] = [[] for _ in sizes]
    for chain in chains:
        for a, b in pairwise(chain):
            above[b].append(a)
            below[a].append(b)
    _order(layers, above, below)
    x = _places(layers, sizes, above, below)
    left = min((x[i] - sizes[i] / 2 for i in range(len(sizes))), default=0.0)
    x = [value - left for value in x]
    width = max((x[i] + sizes[i] / 2 for i in range(len(sizes))), default=0.0)
    routes = tuple(tuple((x[i], rows[i]) for i in chain) for chain in chains)
    return Placed(tuple(x[:count]), tuple(layer), routes, width, len(layers))


def _order(layers: list[list[int]], above: list[list[int]], below: list[list[int]]) -> None:
    """Sort each layer by the mean place of its neighbours, down and up in turn."""
    place = {node: float(i) for row in layers for i, node in enumerate(row)}
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in layers if down else reversed(layers):
            near = above if down else below
            means = {
                n: sum(place[m] for m in near[n]) / len(near[n]) if near[n] else place[n]
                for n in row
            }
            row.sort(key=means.__getitem__)
            place.update((node, float(i)) for i, node in enumerate(row))


def _places(
    layers: list[list[int]], sizes: list[float], above: list[list[int]], below: list[list[int]]
) -> list[float]:
    """Each box near the middle of its neighbours, without overlap."""
    x = [0.0] * len(sizes)
    for row in layers:
        at = 0.0
        for node in row:
            x[node] = at + sizes[node] / 2
            at += sizes[node] + GAP
        for node in row:
            x[node] -= at / 2
    for sweep in range(2 * SWEEPS):
        down = sweep % 2 == 0
        for row in layers if down else reversed(layers):
            near = above if down else below
            wish = [sum(x[m] for m in near[n]) / len(near[n]) if near[n] else x[n] for n in row]
            _settle(row, wish, sizes, x)
    return x


def _settle(row: list[int], wish: list[float], sizes: list[float], x: list[float]) -> None:
    """The wishes of a row, moved apart where they meet: groups that touch share their shift."""
    groups: list[tuple[list[int], float, float]] = []  # boxes, left edge, width
    for node, middle in zip(row, wish, strict=True):
        width = sizes[node] + GAP
        group = ([node], middle - width / 2, width)
        while groups and groups[-1][1] + groups[-1][2] > group[1]:
            nodes, left, before = groups.pop()
            weight, more = len(nodes), len(group[0])
            shifted = group[1] - before
            left = (left * weight + shifted * more) / (weight + more)
            group = (nodes + group[0], left, before + group[2])
        groups.append(group)
    for nodes, left, _ in groups:
        for node in nodes:
            x[node] = left + (sizes[node] + GAP) / 2
            left += sizes[node] + GAP
