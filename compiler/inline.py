"""Graphs too small for a class of their own are written where they are called."""

from __future__ import annotations

from dataclasses import replace

from nasdsl.architecture import Graph, Node

from .classes import guard_of
from .rewrite import Rewriter


def inline(graph: Graph) -> Graph:
    """The graph with every plain call of a graph of at most one node replaced by that node.

    Cells of scans stay. Weights keep their order; shared graphs stay shared.
    """
    return _inline(graph, {})


def _inline(graph: Graph, done: dict[int, Graph]) -> Graph:
    if id(graph) in done:
        return done[id(graph)]
    new = Rewriter(graph)
    values = list(range(len(graph.inputs)))
    for node in graph.nodes:
        inputs = [values[v] for v in node.inputs]
        body = _inline(node.body, done) if node.body else None
        if body is None or node.states is not None or not _is_small(node, body):
            values += new.add(node, inputs, body)
        else:
            values += _splice(new, node, body, inputs)
    done[id(graph)] = new.finish([values[v] for v in graph.outputs])
    return done[id(graph)]


def _is_small(call: Node, body: Graph) -> bool:
    """Whether one node can stand for the call, with one gate."""
    if len(body.nodes) > 1:
        return False
    return not (guard_of(call) and any(guard_of(n) for n in body.nodes))


def _splice(new: Rewriter, call: Node, body: Graph, inputs: list[int]) -> list[int]:
    inner = list(inputs)
    for node in body.nodes:
        renamed = replace(node, name=call.name or node.name, key=f"{call.key}/{node.key}")
        if guard := guard_of(call):
            renamed = replace(renamed, guard=guard)  # type: ignore[call-arg]  # nodes of supernets
        inner += new.add(renamed, [inner[v] for v in node.inputs], node.body)
    return [inner[v] for v in body.outputs]
