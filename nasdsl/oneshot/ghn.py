"""GHN: Zhang, Ren, Urtasun, "Graph hypernetworks for neural architecture search", ICLR 2019.

A graph network runs over the computation graph of an architecture, and a hypernetwork turns the state
of each node into its weights (equations 3 to 7). A node begins with the embedding of its operator; in
every round messages go through the graph in its order and back against it, each node taking in the
mean of an MLP of the states of its neighbours by a gated recurrent unit, one node after another
(forward-backward propagation, equation 8). Each step draws a random architecture and moves both
networks along the gradient of its loss; then random ones are ranked by the accuracy with generated weights.

Nodes are the operators of the architecture, calls of modules written out. The head is that of
nasdsl.oneshot.generated, whose embeddings tell the pieces of weights apart; the paper stacks copies of
one piece. The mean of messages stands for their sum, which grows with the number of neighbours. Cells
that are scanned over time are one node. The paper trains the ten best of 1000: `keep = 10`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import torch
from pydantic import Field
from torch import Tensor, nn

from nasdsl.relax import resolve, taken_by

from .generated import Generated, GeneratedConfig
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .engine import Engine

Edges = list[tuple[int, int]]


class GhnConfig(GeneratedConfig):
    epochs: int = Field(default=200, ge=1, description="passes over the samples of the weights")
    rounds: int = Field(default=5, ge=1, description="of messages, forward and back")
    samples: int = Field(default=1000, ge=1, description="random architectures that are ranked")
    keep: int = Field(default=10, ge=1, description="genotypes that are derived, the best ones")


class GraphNetwork(nn.Module):
    """States of nodes from their kinds and edges."""

    def __init__(
        self, kinds: Sequence[str], hidden: int, rounds: int, rng: torch.Generator
    ) -> None:
        super().__init__()
        self.kinds = {kind: i for i, kind in enumerate(kinds)}
        self.rounds = rounds
        self.embedding = nn.Embedding(len(kinds), hidden)
        self.message = nn.Sequential(
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, hidden)
        )
        self.update = nn.GRUCell(hidden, hidden)
        with torch.no_grad():
            for param in self.parameters():
                scale = 1.0 if param is self.embedding.weight else param.shape[-1] ** -0.5
                param.copy_(scale * torch.randn(param.shape, generator=rng))

    def forward(self, kinds: Sequence[str], edges: Edges) -> Tensor:
        """States (nodes, hidden), of nodes in an order that edges follow."""
        device = self.embedding.weight.device
        numbers = torch.tensor([self.kinds[k] for k in kinds], device=device)
        states = list(self.embedding(numbers).unbind(0))
        before: list[list[int]] = [[] for _ in kinds]
        behind: list[list[int]] = [[] for _ in kinds]
        for start, end in edges:
            before[end].append(start)
            behind[start].append(end)
        order = range(len(kinds))
        for _ in range(self.rounds):
            self._pass(states, order, before)
            self._pass(states, reversed(order), behind)
        return torch.stack(states)

    def _pass(self, states: list[Tensor], order: Iterable[int], near: list[list[int]]) -> None:
        """Every node in turn takes in what its neighbours on one side say."""
        for node in order:
            if near[node]:
                said = self.message(torch.stack([states[v] for v in near[node]])).mean(0)
                states[node] = self.update(said[None], states[node][None])[0]


class GhnMethod(Generated[GhnConfig]):
    """Weights from the graph of the architecture."""

    def make(self, engine: Engine, rng: torch.Generator) -> nn.Module:
        kinds = sorted(_kinds(engine.supernet.relaxed.architecture.graph) | {"input"})
        return GraphNetwork(kinds, self.config.hidden, self.config.rounds, rng)

    def features(
        self, engine: Engine, genotype: Genotype, names: Sequence[str]
    ) -> Iterable[Tensor]:
        net = engine.supernet
        found = resolve(net.relaxed, taken_by(self.space, genotype))
        nodes = Nodes(found.graph)
        states = self.maker(nodes.kinds, nodes.edges)
        modules = {o.key: o.module for o in net.owners}
        of = {modules[k]: i for k, i in nodes.keys.items() if k in modules}
        return [states[of[n.removeprefix("net.").rpartition(".")[0]]] for n in names]


class Nodes:
    """The operators of an architecture, calls written out: kinds, edges, and the number of each key.

    The inputs come first; edges lead from lower numbers to higher ones.
    """

    def __init__(self, graph: Any) -> None:
        self.kinds = ["input"] * len(graph.inputs)
        self.edges: Edges = []
        self.keys: dict[str, int] = {}
        self._walk(graph, list(range(len(graph.inputs))), "")

    def _walk(self, graph: Any, inputs: list[int], key: str) -> list[int]:
        at = list(inputs)
        for node in graph.nodes:
            here = f"{key}/{node.key}"
            read = [at[v] for v in node.inputs]
            if node.body is not None and node.states is None:
                at += self._walk(node.body, read, here)
                continue
            number = len(self.kinds)
            self.kinds.append(node.name)
            self.edges += [(v, number) for v in dict.fromkeys(read)]
            self.keys[here] = number
            if node.body is not None:  # its layers share the state of the scan
                self.keys |= dict.fromkeys(_inner_keys(node.body, here), number)
            at += [number] * len(node.shapes)
        return [at[v] for v in graph.outputs]


def _inner_keys(graph: Any, key: str) -> list[str]:
    from .generated import keys_of

    return keys_of(graph, key)


def _kinds(graph: Any) -> set[str]:
    found: set[str] = set()
    for node in graph.nodes:
        found.add(node.name.removeprefix("gated_"))
        found.add(node.name)
        if node.body is not None:
            found |= _kinds(node.body)
    return found


class Ghn(OneShot):
    Config = GhnConfig
    method = GhnMethod
