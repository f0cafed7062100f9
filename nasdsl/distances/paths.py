"""Paths of operators: the encoding of BANANAS (White, Neiswanger, Savani, AAAI 2021, section 4.1).

A feature is a sequence of operators that leads from an input of a module to its output. Modules that
branch (a cell, the network) have their own paths, and stand as one operator in those of the modules
that call them; chains of operators stand in full. Long paths are the first to be left out of a module
that has too many (`most`): they are the least likely ones (the paper, section 4.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nasdsl.architecture import Architecture, Graph, Node

from .flatten import WIRES

Path: TypeAlias = tuple[str, ...]
Features: TypeAlias = frozenset[str]

MOST = 256  # paths of a module


def paths(architecture: Architecture, most: int = MOST) -> Features:
    """The paths of every module, each as a text that begins with the module's name."""
    found: set[str] = set()
    known: dict[int, list[Path]] = {}
    for graph in architecture.graphs():
        own = known[id(graph)] = _paths(graph, known, most)
        if len(own) != 1 or graph is architecture.graph:
            found.update(f"{graph.name}: {' → '.join(path)}" for path in own)
    return frozenset(found)


def _paths(graph: Graph, known: dict[int, list[Path]], most: int) -> list[Path]:
    values: list[list[Path]] = [[()] for _ in graph.inputs]
    for node in graph.nodes:
        reaching = _shortest([p for i in node.inputs for p in values[i]], most)
        steps = _steps(node, known)
        made = _shortest([(*p, *step) for p in reaching for step in steps], most)
        values += [made] * len(node.shapes)
    return _shortest([p for output in graph.outputs for p in values[output]], most)


def _steps(node: Node, known: dict[int, list[Path]]) -> list[Path]:
    """What a node adds to a path: [] if it lets nothing through."""
    if node.body is not None:
        inner = known[id(node.body)]
        return inner if len(inner) <= 1 else [(node.body.name,)]
    assert node.op is not None
    if node.op.name == "zero":
        return []
    if node.op.name in WIRES:
        return [()]
    shown = [
        str(value) for key, value in node.attrs if key in ("kernel", "out", "dilation", "heads")
    ]
    return [(f"{node.op.name}({', '.join(shown)})",)]


def _shortest(found: Sequence[Path], most: int) -> list[Path]:
    """Each path once, the shortest first, as many as may be."""
    return sorted(set(found), key=lambda path: (len(path), path))[:most]


def distances(first: Sequence[Features], second: Sequence[Features]) -> NDArray[np.float64]:
    """How many features only one of two sets has: (len(first), len(second))."""
    names = {name: n for n, name in enumerate(sorted(frozenset().union(*first, *second)))}
    a, b = table(first, names), table(second, names)
    found: NDArray[np.float64] = a.sum(1)[:, None] + b.sum(1)[None] - 2 * a @ b.T
    return found


def table(sets: Sequence[Features], names: dict[str, int]) -> NDArray[np.float64]:
    """Rows of 0 and 1; features without a column are left out."""
    rows = np.zeros((len(sets), len(names)))
    for row, features in zip(rows, sets, strict=True):
        row[[names[f] for f in features if f in names]] = 1.0
    return rows
