"""How densely an architecture is connected: edges per node of its graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture


def density(architecture: Architecture, block: str = "") -> float:
    """The edges over the nodes of the distinct graphs of this name, of all if it is empty.

    The nodes of a graph are its inputs and its calls, be it of an operator or of another graph; an
    edge is a value that a call reads. 1 where there is no such graph: it neither adds nor takes.
    """
    graphs = [g for g in architecture.graphs() if block in ("", g.name)]
    nodes = sum(len(g.inputs) + len(g.nodes) for g in graphs)
    edges = sum(len(node.inputs) for g in graphs for node in g.nodes)
    return edges / nodes if nodes and edges else 1.0
