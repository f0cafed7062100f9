"""NAS-Bench-101 has 423,624 modules: counted by the canonical hash."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from nasdsl.architecture import Graph, Node
from nasdsl.canonical import graph_hash
from nasdsl.ops.table import TABLE
from nasdsl.space import load
from tests.spaces.cells import path_of

SHAPE = (1,)
LABELLED = {2: 1, 3: 6, 4: 84, 5: 2_441, 6: 62_010, 7: 359_082}  # modules by number of vertices

Readers = tuple[tuple[int, ...], ...]  # what vertex i + 1 reads


def _graph(reads: Readers, ops: tuple[str, ...]) -> Graph:
    """A module without its convolutions: three operators without attributes stand for the labels."""
    nodes: list[Node] = []
    values = [0]

    def add(op: str, inputs: tuple[int, ...]) -> int:
        nodes.append(Node(op, inputs, (SHAPE,), TABLE[op]))
        return len(nodes)

    for vertex, sources in enumerate(reads):
        inputs = tuple(values[s] for s in sources)
        value = inputs[0] if len(inputs) == 1 else add("sum", inputs)
        values.append(add(ops[vertex], (value,)) if vertex < len(ops) else value)
    return Graph("module", (SHAPE,), tuple(nodes), (values[-1],))


def _modules(vertices: int, edges: int) -> Iterator[Readers]:
    """Every matrix whose vertices all lie on paths from the first to the last."""
    pairs = [(i, j) for j in range(1, vertices) for i in range(j)]
    codes = np.arange(2 ** len(pairs), dtype=np.uint32)
    bits = {pair: (codes >> k & 1).astype(bool) for k, pair in enumerate(pairs)}
    good = sum(b.astype(np.uint8) for b in bits.values()) <= edges
    for v in range(vertices):
        if v > 0:
            good &= np.logical_or.reduce([bits[i, v] for i in range(v)])
        if v < vertices - 1:
            good &= np.logical_or.reduce([bits[v, j] for j in range(v + 1, vertices)])
    for code in codes[good].tolist():
        yield tuple(
            tuple(i for i in range(j) if code >> pairs.index((i, j)) & 1)
            for j in range(1, vertices)
        )


def _classes(vertices: int) -> list[Readers]:
    """One of each set of modules that differ in the numbers of their vertices only."""
    alike = ("relu",) * (vertices - 2)
    found: dict[str, Readers] = {}
    for reads in _modules(vertices, 9):
        found.setdefault(graph_hash(_graph(reads, alike), sharing=True), reads)
    return list(found.values())


def _count(vertices: int) -> int:
    labels = list(product(("relu", "tanh", "sigmoid"), repeat=vertices - 2))
    hashes = {
        graph_hash(_graph(reads, ops), sharing=True)
        for reads in _classes(vertices)
        for ops in labels
    }
    return len(hashes)


@pytest.mark.parametrize("vertices", [2, 3, 4, 5])
def test_modules_with_few_vertices(vertices: int) -> None:
    assert _count(vertices) == LABELLED[vertices]


@pytest.mark.slow
def test_all_modules() -> None:
    assert {n: _count(n) for n in LABELLED} == LABELLED
    assert len(_classes(7)) == 1_574
    assert sum(LABELLED.values()) == 423_624


def test_sharing_is_told_apart_only_on_request() -> None:
    once = _graph(((0,), (1,), (1,), (2, 3)), ("relu", "tanh", "tanh"))
    twice = _graph(((0,), (0,), (1,), (2,), (3, 4)), ("relu", "relu", "tanh", "tanh"))
    assert graph_hash(once) == graph_hash(twice)
    assert graph_hash(once, sharing=True) != graph_hash(twice, sharing=True)


def test_the_members_of_the_space_are_these_modules() -> None:
    """Pruning the decisions of every member of a small space gives all modules of so few vertices."""
    space = load(path_of("nasbench101"), set={"C": 12, "modules": 1, "vertices": 4, "size": 8})
    operators = ("relu", "tanh", "sigmoid")
    found: set[str] = set()
    for genotype in space.enumerate():
        choices = {d.path: d.index for d in space.decisions(genotype)}
        found.add(graph_hash(_pruned(choices, 4, operators), sharing=True))
    assert len(found) == sum(LABELLED[n] for n in range(2, 5))


def _pruned(choices: dict[str, int | float], vertices: int, operators: tuple[str, ...]) -> Graph:
    edge = {
        (i, j) for j in range(1, vertices) for i in range(j) if choices[f"edge/j[{j - 1}]/i[{i}]"]
    }
    last = vertices - 1
    reached = {0}
    for j in range(1, vertices):
        if any((i, j) in edge for i in reached):
            reached.add(j)
    back = {last}
    for i in reversed(range(last)):
        if any((i, j) in edge for j in back):
            back.add(i)
    kept = sorted(reached & back)
    reads = tuple(tuple(kept.index(i) for i in kept if (i, j) in edge) for j in kept[1:])
    return _graph(reads, tuple(operators[int(choices[f"op/i[{j - 1}]"])] for j in kept[1:-1]))
