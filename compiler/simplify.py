"""What need not be computed is left out; the function and the weights stay the same.

Three rules, applied inside out and together:

1. *Identity.* A call that returns one of its inputs (an `identity`, a `sum` or `concat` of one
   term, a graph whose output is its input) is replaced by that input.
2. *Zero terms.* A term that is zero for every input is left out of a `sum` that has others. Zero
   are: `zero`; every operator of ZERO_PRESERVING that owns no parameters, on zero inputs; a call
   of a graph whose output follows to be zero. Nodes that own parameters never count as zero (a
   normalisation has a bias).
3. *Dead nodes.* A node on which no output depends is dropped if it owns no parameters, and kept
   (with what it reads) if it does: published parameter counts include such weights. The emitted
   network owns them but does not run them, so they get no gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nasdsl.architecture import Architecture, Graph, Node
from nasdsl.ops.base import Shape

from .rewrite import Rewriter, live_nodes, prune, value_shapes

# f(0) = 0 for tensors of zeros, whatever the attributes, in training and in evaluation.
_ZERO_PRESERVING = """
identity sum mean max min concat flatten reshape transpose to_sequence to_image narrow select_step
subsample max_pool avg_pool global_avg_pool global_max_pool adaptive_avg_pool relu relu6 leaky_relu
elu selu gelu silu hard_swish mish tanh sin abs square neg scale dropout drop_path pad crop shift
pad_channels channel_shuffle pixel_shuffle pixel_unshuffle resize
"""
ZERO_PRESERVING = frozenset(_ZERO_PRESERVING.split())
_SINGLE_IS_IDENTITY = frozenset({"identity", "sum", "mean", "max", "min", "mul", "concat"})


def simplify(graph: Graph) -> Graph:
    """The smallest graph by the rules above that computes the same and owns the same weights."""
    return _Simplifier().run(graph)


def simplify_architecture(architecture: Architecture) -> Architecture:
    return replace(architecture, graph=simplify(architecture.graph))


class _Simplifier:
    """Remembers finished graphs, so that shared ones stay shared."""

    def __init__(self) -> None:
        self._done: dict[int, tuple[Graph, Graph]] = {}  # the key object is kept alive
        self._owns: dict[int, bool] = {}
        self._zeros: dict[tuple[int, tuple[bool, ...]], tuple[bool, ...]] = {}

    def run(self, graph: Graph) -> Graph:
        if id(graph) not in self._done:
            self._done[id(graph)] = (graph, self._simplify(graph))
        return self._done[id(graph)][1]

    def _simplify(self, graph: Graph) -> Graph:
        new = Rewriter(graph)
        values = list(range(len(graph.inputs)))
        shapes = list(graph.inputs)
        zero = [False] * len(graph.inputs)
        for node in graph.nodes:
            body = self.run(node.body) if node.body else None
            inputs = [values[v] for v in node.inputs]
            if node.op and node.op.name == "sum":
                inputs = _nonzero_terms(inputs, node, shapes, zero)
            same = _forwarded(node, body, inputs, shapes)
            if same is not None:
                values += same
                continue
            outputs = new.add(node, inputs, body)
            values += outputs
            shapes += node.shapes
            zero += self._zero_outputs(new.nodes[-1], [zero[v] for v in inputs])
        result = new.finish([values[v] for v in graph.outputs])
        live = live_nodes(result)
        if all(live):
            return result
        shapes = value_shapes(result)
        dead = [i for i, alive in enumerate(live) if not alive]
        return prune(result, [i for i in dead if self._owns_weights(result.nodes[i], shapes)])

    def _owns_weights(self, node: Node, shapes: Sequence[Shape]) -> bool:
        if node.op:
            return node.op.parameters([shapes[v] for v in node.inputs], dict(node.attrs)) > 0
        body = node.body
        assert body is not None
        if id(body) not in self._owns:
            inner = value_shapes(body)
            self._owns[id(body)] = any(self._owns_weights(n, inner) for n in body.nodes)
        return self._owns[id(body)]

    def _zero_outputs(self, node: Node, zero: list[bool]) -> tuple[bool, ...]:
        """Which outputs of a node are zero for sure, given which inputs are."""
        unknown = (False,) * len(node.shapes)
        if node.op:
            if node.op.name == "zero":
                return (True,)
            kept = node.op.name in ZERO_PRESERVING and bool(zero) and all(zero)
            return (kept,)
        if node.states is not None:
            return unknown
        assert node.body is not None
        return self._zero_results(node.body, tuple(zero))

    def _zero_results(self, graph: Graph, inputs: tuple[bool, ...]) -> tuple[bool, ...]:
        key = (id(graph), inputs)
        if key not in self._zeros:
            flags = list(inputs)
            for node in graph.nodes:
                flags += self._zero_outputs(node, [flags[v] for v in node.inputs])
            self._zeros[key] = tuple(flags[v] for v in graph.outputs)
        return self._zeros[key]


def _nonzero_terms(
    inputs: list[int], node: Node, shapes: list[Shape], zero: list[bool]
) -> list[int]:
    """The terms of a sum that count; a zero one among zeros only."""
    terms = [v for v in inputs if not zero[v]] or inputs[:1]
    return terms if any(shapes[v] == node.shapes[0] for v in terms) else inputs


def _forwarded(
    node: Node, body: Graph | None, inputs: list[int], shapes: list[Shape]
) -> list[int] | None:
    """The values that a node merely passes on, or None."""
    if node.op:
        if node.op.name not in _SINGLE_IS_IDENTITY or len(inputs) != 1:
            return None
        return inputs if shapes[inputs[0]] == node.shapes[0] else None
    if body is None or node.states is not None:
        return None
    if any(v >= len(body.inputs) for v in body.outputs) or body.nodes:
        return None
    return [inputs[v] for v in body.outputs]
