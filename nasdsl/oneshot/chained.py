"""The expected cost of a network whose parts are there with probabilities, chained through its graph.

DenseNAS (Fang et al. 2020, equations 6 and 7) adds to the cost of a block what the blocks behind it
cost, by the probabilities of the ways that lead there. Here it is told from the output backwards: a
node is used as often as what reads it, times the weight of the gate by which it is read. For chains and
trellises, where one way is taken, this is the expectation over the ways; where two parts read
the same node by chance each, their probabilities are added up to 1 at most. Layers of which a part
is used cost their expected share: widths of input and output and the area of the kernel each for
itself, unless input and output are equally wide. Costs are multiply-adds or parameters, at the largest size of the input; what nothing reads
costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

from nasdsl.architecture import Graph, Node
from nasdsl.relax.diagrams import ABSENT, values_of
from nasdsl.relax.ir import Step, input_gates, is_gated

if TYPE_CHECKING:
    from .contract import GateLike

Metric = Literal["macs", "params"]
Number = Tensor | float


def expected_cost(supernet: Any, gates: Mapping[str, GateLike], metric: Metric = "macs") -> Tensor:
    """What a network drawn by the weights of the gates costs, differentiable in them."""
    from nasdsl.compiler.supernet.gates import Gates

    steered = Gates(supernet.plan, gates)
    graph = supernet.relaxed.architecture.graph
    total, _ = _Chain(steered, metric).graph(graph, [1.0] * len(graph.outputs))
    return torch.as_tensor(total, dtype=torch.float64)


class _Chain:
    def __init__(self, gates: Any, metric: Metric) -> None:
        self.gates, self.metric = gates, metric

    def graph(self, graph: Graph, wanted: list[Number]) -> tuple[Number, list[Number]]:
        """The cost of a graph whose outputs are used so much, and how much its inputs are."""
        values = sum(len(n.shapes) for n in graph.nodes)
        used: list[Number] = [0.0] * (len(graph.inputs) + values)
        for value, much in zip(graph.outputs, wanted, strict=True):
            used[value] = used[value] + much
        total: Number = 0.0
        end = len(used)
        for node in reversed(graph.nodes):
            begin = end - len(node.shapes)
            here = [_at_most_one(u) for u in used[begin:end]]
            end = begin
            if all(_is_zero(u) for u in here):
                continue
            total = total + self._node(graph, node, here, used)
        return total, [_at_most_one(u) for u in used[: len(graph.inputs)]]

    def _node(self, graph: Graph, node: Node, here: list[Number], used: list[Number]) -> Number:
        """The cost of a node that is used so much; what it reads is used by it."""
        if node.body is not None and node.states is None:
            cost, inner = self.graph(node.body, here)
            for value, much in zip(node.inputs, inner, strict=True):
                used[value] = used[value] + much
            return cost
        much = here[0]
        for one in here[1:]:
            much = _larger(much, one)
        names = input_gates(node) if is_gated(node) else ("",) * len(node.inputs)
        for value, name in zip(node.inputs, names, strict=True):
            used[value] = used[value] + self._weight(name) * much
        if node.body is not None:
            steps = graph.shape_of(node.inputs[0])[0] if self.metric == "macs" else 1
            cost, _ = self.graph(node.body, [1.0] * len(node.body.outputs))
            return much * cost * steps
        return much * self._cost(graph, node)

    def _weight(self, name: str) -> Number:
        if not name or not self.gates.on(name):
            return 0.0 if name else 1.0
        found = self.gates.weight(name)
        return 1.0 if found is None else found

    def _cost(self, graph: Graph, node: Node) -> Number:
        op = node.op
        assert op is not None
        if is_gated(node):
            return 0.0
        attrs = {k: v for k, v in node.attrs if k not in ("source", "target", "kernels")}
        shapes = [graph.shape_of(v) for v in node.inputs]
        base = (node.base or op) if isinstance(node, Step) else op
        if self.metric == "macs":
            cost = float(base.macs(shapes, attrs))
            return cost * self._share(node) if cost else 0.0
        cost = float(base.parameters(shapes, attrs))
        given: dict[str, Any] = dict(node.attrs)
        if not cost or not given.get("bias") or "target" not in given:
            return cost * self._share(node) if cost else 0.0
        target = given["target"]
        bias = self._largest(target) if target else float(given["out"])
        kept = self._mean(target, 1) if target else bias  # the width of the input has no say in it
        return (cost - bias) * self._share(node) + kept

    def _share(self, node: Node) -> Number:
        """How much of a layer is used, in the mean."""
        attrs: dict[str, Any] = dict(node.attrs)
        share: Number = 1.0
        square = len(attrs.get("source") or ()) == 1 and attrs["source"][0][0] == attrs.get(
            "target"
        )
        if square:  # as wide as what it reads
            share = self._mean(attrs["target"], 2) / self._largest(attrs["target"]) ** 2
        elif attrs.get("source"):
            widths = [self._mean(name, 1) for name, _ in attrs["source"]]
            share = sum(widths[1:], widths[0]) / sum(size for _, size in attrs["source"])
        if attrs.get("target") and not square:
            share = share * self._mean(attrs["target"], 1) / self._largest(attrs["target"])
        if attrs.get("kernels"):
            name, sizes = attrs["kernels"], attrs["kernel"]
            plain = sizes if isinstance(sizes, tuple) else (sizes, sizes)
            area = float(plain[0] * plain[-1]) if node.name != "conv1d" else float(plain[0])
            share = share * self._mean(name, 1 if node.name == "conv1d" else 2) / area
        return share

    def _largest(self, name: str) -> float:
        values = values_of(self.gates.plan.diagrams[name])
        return max(float(v) for v in values if v != ABSENT)

    def _mean(self, name: str, power: int) -> Number:
        """The mean of a size, or of its square: of a kernel of two sides their product."""
        total: Number = 0.0
        weights: Number = 0.0
        for value, weight in self.gates.spread(name):
            size = (
                float(value[0] * value[-1]) if isinstance(value, tuple) else float(value) ** power
            )
            total = total + weight * size
            weights = weights + weight
        return total / weights


def _at_most_one(used: Number) -> Number:
    return used.clamp(max=1.0) if isinstance(used, Tensor) else min(used, 1.0)


def _larger(a: Number, b: Number) -> Number:
    return torch.maximum(torch.as_tensor(a), torch.as_tensor(b))


def _is_zero(used: Number) -> bool:
    return isinstance(used, float) and used == 0.0
