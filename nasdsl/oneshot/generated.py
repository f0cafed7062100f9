"""Weights that are generated instead of stored: what SMASH and graph hypernetworks have in common.

Every weight tensor of a supernet has an embedding; a generator makes features of a genotype, and a
two-layer head turns an embedding with features into the tensor, in pieces of a fixed size (the two-layer
hypernetwork of Ha, Dai, Le, ICLR 2017, section 3.1). Biases and scales of norms are stored, as are
their statistics, and so is every weight that the genotype does not concern, which nothing reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.func import functional_call

from nasdsl.relax import resolve, taken_by

from .choices import Choice
from .data import Batch
from .derive import best_of
from .losses import batch_statistics, cross_entropy, right
from .sampled import Sampled, SampledConfig
from .seeds import generator_of

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine

PIECE = 256  # numbers that the head puts out at once
Score = Callable[["Genotype"], float]


class GeneratedConfig(SampledConfig):
    hyper_lr: float = Field(default=1e-3, gt=0, description="of the generator's Adam")
    hidden: int = Field(default=32, ge=1, description="numbers of the generator's features")
    embedding: int = Field(
        default=32, ge=1, description="numbers of the embedding of a piece of a weight"
    )
    samples: int = Field(default=500, ge=1, description="architectures that are drawn in the end")
    batches: int = Field(
        default=1, ge=0, description="held-out batches of a score; 0 for all of them"
    )


G = TypeVar("G", bound=GeneratedConfig)


class Head(nn.Module):
    """Pieces of weights from features: a layer to `hidden` for each piece, one for all of them."""

    def __init__(
        self, sizes: Mapping[str, torch.Size], features: int, embedding: int, rng: torch.Generator
    ) -> None:
        super().__init__()
        self.sizes = dict(sizes)
        self.places = {}
        count = 0
        for name, size in self.sizes.items():
            pieces = -(-size.numel() // PIECE)
            self.places[name] = slice(count, count + pieces)
            count += pieces
        self.pieces = nn.Parameter(torch.randn(count, embedding, generator=rng))
        self.first = nn.Parameter(_normal((features + embedding, 2 * embedding), rng))
        self.second = nn.Parameter(_normal((2 * embedding, PIECE), rng))

    def forward(self, features: Tensor, name: str) -> Tensor:
        """The tensor of a name from features (F,), in the scale of He et al. (2015) at first."""
        size = self.sizes[name]
        pieces = self.pieces[self.places[name]]
        given = torch.cat([features.expand(len(pieces), -1), pieces], 1)
        found = torch.relu(given @ self.first) @ self.second
        scale = math.sqrt(2 / max(1, size[1:].numel()))
        return scale * found.flatten()[: size.numel()].reshape(size)


def _normal(shape: tuple[int, int], rng: torch.Generator) -> Tensor:
    """Weights that keep the mean square through a rectifier."""
    return torch.randn(shape, generator=rng) * math.sqrt(2 / shape[0])


class Generated(Sampled[G], Generic[G]):
    """Trains a generator on uniform random architectures, and ranks by the weights that it makes.

    A subclass gives the module of features (`make`), and the features of each weight of a genotype
    (`features`).
    """

    def __init__(self, config: G, space: Space, choices: Mapping[str, Choice], seed: int) -> None:
        super().__init__(config, space, choices, seed)
        self._owned: dict[Genotype, list[tuple[str, str]]] = {}

    def make(self, engine: Engine, rng: torch.Generator) -> nn.Module:
        """What makes features; its parameters learn with the head's."""
        raise TypeError(f"{type(self).__name__} makes no features")

    def features(
        self, engine: Engine, genotype: Genotype, names: Sequence[str]
    ) -> Iterable[Tensor]:
        """The features (F,) of these weights of a genotype, in their order."""
        raise TypeError(f"{type(self).__name__} makes no features")

    def begin(self, engine: Engine) -> None:
        rng = generator_of(self.seed, "hypernetwork")
        dtype = torch.float64 if self.config.precision == "fp64" else torch.float32
        self.sizes = {
            name: param.shape for name, param in engine.supernet.named_parameters()
            if param.dim() >= 2
        }  # fmt: skip
        self.maker = self.make(engine, rng).to(engine.device, dtype)
        self.head = Head(self.sizes, self.config.hidden, self.config.embedding, rng).to(
            engine.device, dtype
        )
        self.optimizer = torch.optim.Adam(
            [*self.maker.parameters(), *self.head.parameters()], lr=self.config.hyper_lr
        )

    # -------------------------------------------------------------- weights

    def names(self, engine: Engine, genotype: Genotype) -> list[str]:
        """The weights that a genotype uses, of those that are generated."""
        modules = {module for module, _ in self.owned(engine, genotype)}
        return [n for n in self.sizes if n.removeprefix("net.").rpartition(".")[0] in modules]

    def owned(self, engine: Engine, genotype: Genotype) -> list[tuple[str, str]]:
        """The layers of the supernet that a genotype uses: their module and operator."""
        if genotype not in self._owned:
            if len(self._owned) > 256:
                self._owned.clear()
            net = engine.supernet
            by_key = {o.key: o for o in net.owners}
            found = keys_of(resolve(net.relaxed, taken_by(self.space, genotype)).graph)
            self._owned[genotype] = [
                (by_key[k].module, by_key[k].node.name) for k in found if k in by_key
            ]
        return self._owned[genotype]

    def weights(self, engine: Engine, genotype: Genotype) -> dict[str, Tensor]:
        """The generated weights of a genotype, by their names in the supernet."""
        names = self.names(engine, genotype)
        made = zip(names, self.features(engine, genotype, names), strict=True)
        return {name: self.head(features, name) for name, features in made}

    def output(self, engine: Engine, genotype: Genotype, batch: Batch) -> Any:
        """What the network of a genotype makes of a batch with generated weights."""
        gates = engine.supernet.path(genotype)
        weights = self.weights(engine, genotype)
        with engine.fabric.autocast():
            return functional_call(engine.supernet, weights, (batch.x,), {"gates": gates})

    # -------------------------------------------------------------- learning

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        genotype = self.sample(engine)
        self.optimizer.zero_grad(set_to_none=True)
        engine.optimizer.zero_grad(set_to_none=True)
        out = self.output(engine, genotype, batch)
        loss = engine.count(
            cross_entropy(out, batch.y, smoothing=self.config.label_smoothing), right(out, batch.y)
        )
        engine.fabric.backward(loss)
        engine.average([*self.maker.parameters(), *self.head.parameters()])
        nn.utils.clip_grad_norm_([*self.maker.parameters(), *self.head.parameters()], 5.0)
        self.optimizer.step()
        engine.descend()

    # -------------------------------------------------------------- the outcome

    def scorer(self, engine: Engine) -> Score:
        """The accuracy of a genotype with generated weights."""
        batches = engine.held(self.config.batches or None)

        @torch.no_grad()
        def score(genotype: Genotype) -> float:
            with batch_statistics(engine.supernet):
                found = [
                    float(right(self.output(engine, genotype, b), b.y)) * len(b) for b in batches
                ]
            return sum(found) / sum(map(len, batches))

        return score

    def derive(self, engine: Engine) -> list[Genotype]:
        drawn = [self.sample(engine) for _ in range(self.config.samples)]
        return best_of(drawn, self.scorer(engine), self.config.keep)

    def state(self) -> dict[str, Any]:
        return {
            "maker": self.maker.state_dict(), "head": self.head.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }  # fmt: skip

    def restore(self, state: Mapping[str, Any]) -> None:
        self.maker.load_state_dict(state["maker"])
        self.head.load_state_dict(state["head"])
        self.optimizer.load_state_dict(state["optimizer"])


def keys_of(graph: Any, key: str = "") -> list[str]:
    """The keys of all nodes of an architecture that has them, along the calls."""
    found = []
    for node in graph.nodes:
        here = f"{key}/{node.key}"
        if node.body is not None:
            found += keys_of(node.body, here)
        else:
            found.append(here)
    return found
