"""How densely an architecture is connected: edges per node of its graphs."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture
    from nasdsl.space import Space

SAMPLES = 16  # networks looked through for the name of a block


def density(architecture: Architecture, block: str = "") -> float:
    """The edges over the nodes of the distinct graphs of this name, of all if it is empty.

    The nodes of a graph are its inputs and its calls, be it of an operator or of another graph; an
    edge is a value that a call reads. 1 where there is no such graph: it neither adds nor takes.
    """
    graphs = [g for g in architecture.graphs() if block in ("", g.name)]
    nodes = sum(len(g.inputs) + len(g.nodes) for g in graphs)
    edges = sum(len(node.inputs) for g in graphs for node in g.nodes)
    return edges / nodes if nodes and edges else 1.0


def check_block(space: Space, block: str) -> None:
    """Raises NasError (NAS326) if networks of the space have no graph of this name; "" is any."""
    if not block:
        return
    rng = Random(0)
    names: dict[str, None] = {}
    for _ in range(SAMPLES):
        architecture = space.build(space.sample(rng))
        names |= dict.fromkeys(graph.name for graph in architecture.graphs())
        if block in names:
            return
    message = f"networks of `{space.name}` have no part named `{block}`"
    help = did_you_mean(block, list(names)) or f"there are {', '.join(names)}"
    raise NasError(Diagnostic("NAS326", message, help=help))
