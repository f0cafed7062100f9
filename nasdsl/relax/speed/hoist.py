"""What an alternative begins or ends with moves to its caller, where it can be shared or merged.

Begins: an operator without weights that alone reads an input (the ReLU of `relu -> conv -> bn`). Ends:
a batch norm without parameters. Only calls with gates are concerned.
"""

from __future__ import annotations

from dataclasses import replace

from ...architecture import Graph, Node
from .edit import Rebuilt, firsts, guard_of, guarded, is_plain_norm, readers
from .share import PURE


class Hoist:
    """Remembers what becomes of the graphs that are called."""

    def __init__(self) -> None:
        self._plans: dict[int, tuple[Graph, dict[int, Node], Node | None, Graph]] = {}

    def run(self, graph: Graph) -> Graph:
        """The graph with what its alternatives begin and end with in it."""
        new = Rebuilt(graph)
        for node in graph.nodes:
            if node.body is None or node.states is not None or not guard_of(node):
                new.values += new.copy(node)
                continue
            _, before, after, body = self._plan(node.body)
            inputs = [new.values[v] for v in node.inputs]
            for place, first in before.items():
                moved = guarded(first, guard_of(node), f"{node.key}/{first.key}")
                inputs[place] = new.add(moved, [inputs[place]])[0]
            found = new.add(replace(node, body=body, shapes=body.output_shapes), inputs)
            if after is not None:
                found = new.add(guarded(after, guard_of(node), f"{node.key}/{after.key}"), found)
            new.values += found
        return new.finish()

    def _plan(self, body: Graph) -> tuple[Graph, dict[int, Node], Node | None, Graph]:
        if id(body) not in self._plans:
            before, after = _beginnings(body), _ending(body)
            self._plans[id(body)] = (body, before, after, _without(body, before, after))
        return self._plans[id(body)]


def _beginnings(body: Graph) -> dict[int, Node]:
    """For inputs of which one pure operator alone reads, that operator."""
    read = readers(body)
    found = {}
    for place in range(len(body.inputs)):
        if len(body.nodes) > 1 and len(at := read.get(place, [])) == 1 and at[0] >= 0:
            node = body.nodes[at[0]]
            if node.op is not None and node.op.name in PURE and len(node.inputs) == 1 and not guard_of(node):
                found[place] = node
    return found


def _ending(body: Graph) -> Node | None:
    if len(body.outputs) != 1 or len(body.nodes) < 2:
        return None
    read = readers(body)
    for node, value in zip(body.nodes, firsts(body), strict=True):
        if body.outputs == (value,) and read[value] == [-1] and is_plain_norm(node) and not guard_of(node):
            return node
    return None


def _without(body: Graph, before: dict[int, Node], after: Node | None) -> Graph:
    if not before and after is None:
        return body
    gone = {id(n): place for place, n in before.items()}
    inputs = tuple(
        before[i].shapes[0] if i in before else shape for i, shape in enumerate(body.inputs)
    )
    new = Rebuilt(replace(body, inputs=inputs))
    for node in body.nodes:
        if id(node) in gone:
            new.values.append(gone[id(node)])
        elif node is after:
            new.values.append(new.values[node.inputs[0]])
        else:
            new.values += new.copy(node)
    return new.finish()
