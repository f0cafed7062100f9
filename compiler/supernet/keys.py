"""Where the weights of a node stand in the state of a network: from the keys along the calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nasdsl.architecture import Graph, Node

from ..classes import Class
from ..write import attribute_names


@dataclass(frozen=True, slots=True)
class Owner:
    """A node with weights: its key, its submodule, and the node."""

    key: str
    module: str
    node: Node


def owners(graph: Graph, classes: Sequence[Class]) -> list[Owner]:
    """Every node of the network that owns a submodule, in the order of its state."""
    of = {id(member): one for one in classes for member in one.members}
    names = {id(one): attribute_names(one) for one in classes}

    def walk(graph: Graph, key: str, prefix: str) -> Iterator[Owner]:
        one = of[id(graph)]
        for i, node in enumerate(graph.nodes):
            name = names[id(one)].get(i)
            if name is None:
                continue
            here, at = f"{key}/{node.key}", f"{prefix}{name}"
            if node.body is not None:
                yield from walk(node.body, here, f"{at}.")
            else:
                yield Owner(here, at, node)

    return list(walk(graph, "", ""))
