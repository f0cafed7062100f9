"""Neural architecture optimization: Luo, Tian, Qin, Chen, Liu, NeurIPS 2018, algorithm 1.

Random architectures first. Then, round by round, an encoder, a performance predictor and a decoder
are fitted together to the trials; the best architectures are encoded, moved along the gradient of the
predicted performance, by steps of 1, 2, 3 … until enough of what is decoded is new. If it is too few
after the largest step, the rest of the round is drawn.

The decoder writes atom by atom among the options that are feasible there, so whatever it writes is in
the space. Options it has not learnt of, at decisions that no trial had, are drawn.

Deviations: the released code goes on with the networks of the round before and multiplies its data
by swapping the equal halves of blocks; here they are fitted anew, to the trials as they are. Dropout
and weight decay are left out. Two options are not in the paper. `target = rank`: values from the worst
to the best say little where a few networks learnt nothing, as all others are then near 1. And `order =
prediction`: after a step along the gradient the decoder often writes what the predictor, reading it
again, thinks no better of; of all that was written in a round the best predicted come first.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import torch
from pydantic import Field
from torch.nn.utils import clip_grad_norm_

from nasdsl.configure import Config
from nasdsl.predictors.autoencoder import Autoencoder, Code
from nasdsl.predictors.lexicon import Lexicon, Text
from nasdsl.predictors.networks import seeded

from .atoms import Atom, atoms, compose
from .base import Trial, dump_rng, load_rng, several
from .history import History

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

CLIP = 5.0  # the largest norm of a gradient


class NaoConfig(Config):
    """The defaults are those of the paper and its code."""

    initial: int = Field(default=600, ge=2, description="random architectures before the first fit")
    top: int = Field(default=100, ge=1, description="the best, whose embeddings are moved")
    new: int = Field(default=300, ge=1, description="new architectures a round")
    steps: int = Field(default=50, ge=1, description="the largest step that is tried in a round")
    target: Literal["value", "rank"] = Field(
        default="value",
        description="what is predicted, 0 to 1: the value between worst and best, or the rank",
    )
    order: Literal["step", "prediction"] = Field(
        default="step",
        description="what comes first of a round: that of the smallest steps, or the best predicted",
    )
    tradeoff: float = Field(
        default=0.8, ge=0, le=1, description="weight of the prediction; the reconstruction has the rest"
    )  # fmt: skip
    embedding: int = Field(default=96, ge=1, description="the size of embeddings and states")
    layers: int = Field(default=3, ge=0, description="hidden layers of the predictor")
    hidden: int = Field(default=200, ge=1, description="the size of a hidden layer")
    epochs: int = Field(default=1000, ge=1, description="passes over the trials at each fit")
    batch: int = Field(default=100, ge=1, description="trials in a step of Adam")
    rate: float = Field(default=0.001, gt=0, description="the learning rate")
    history: int = Field(default=2000, ge=2, description="trials that are fitted to")


class Nao:
    """A round at a time; the first objective is the performance."""

    Config = NaoConfig

    def __init__(self, space: Space, config: NaoConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._history = History(space, config.history)
        self._queue: list[Genotype] = []  # the next last
        self._proposed: dict[Genotype, None] = {}  # recently
        self._random = 0  # what a round has found too few, drawn after its queue

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            self._history.add(trial)

    def _propose(self) -> Genotype:
        if not self._queue and not self._random and self._can_learn():
            self._queue = self._round()[::-1]
            self._random = self._config.new - len(self._queue)
        if self._queue:
            genotype = self._queue.pop()
        else:
            self._random = max(0, self._random - 1)
            genotype = self._space.sample_feasible(self._rng)
        self._proposed[genotype] = None
        if len(self._proposed) > self._config.history:
            del self._proposed[next(iter(self._proposed))]
        return genotype

    def _can_learn(self) -> bool:
        return len(self._history) >= min(self._config.initial, self._config.history)

    def _round(self) -> list[Genotype]:
        """New architectures, in the order in which they are proposed."""
        network, lexicon = self._fitted()
        if self._config.order == "step":
            return list(islice(self._decoded(network, lexicon), self._config.new))
        found = list(self._decoded(network, lexicon))
        expected = expect(network, lexicon, [atoms(self._space, g) for g in found])
        order = sorted(range(len(found)), key=lambda i: -expected[i])
        return [found[i] for i in order[: self._config.new]]

    def _decoded(self, network: Autoencoder, lexicon: Lexicon) -> Iterator[Genotype]:
        """New architectures that the best become by steps along the gradient, from the smallest."""
        best = [atoms(self._space, g) for _, g in self._history.best(self._config.top)]
        page = lexicon.page(best)
        found: set[Genotype] = set()
        for step in range(1, self._config.steps + 1):
            code = network.improve(page, step)
            for row in range(len(best)):
                genotype = decode(self._space, network, lexicon, code.take(row), self._rng)
                if genotype not in found and self._is_new(genotype):
                    found.add(genotype)
                    yield genotype

    def _is_new(self, genotype: Genotype) -> bool:
        if genotype in self._history or genotype in self._proposed:
            return False
        return self._space.feasible(genotype)

    def _fitted(self) -> tuple[Autoencoder, Lexicon]:
        trials = list(self._history)
        texts = [atoms(self._space, genotype) for _, genotype in trials]
        values = [values[0] for values, _ in trials]
        performances = ranks(values) if self._config.target == "rank" else unit(values)
        return fit(texts, performances, self._config, self._rng.getrandbits(32))

    # -------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        text = self._space.text
        return {
            "rng": dump_rng(self._rng),
            "history": self._history.dump(),
            "queue": [text(g) for g in self._queue],
            "proposed": [text(g) for g in self._proposed],
            "random": self._random,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        read = self._space.read
        load_rng(self._rng, state["rng"])
        self._history.load(state["history"])
        self._queue = [read(text) for text in state["queue"]]
        self._proposed = dict.fromkeys(map(read, state["proposed"]))
        self._random = state["random"]


def unit(values: Sequence[float]) -> list[float]:
    """Values from 0, the worst, to 1, the best."""
    low, high = min(values), max(values)
    return [(v - low) / (high - low) if high > low else 0.5 for v in values]


def ranks(values: Sequence[float]) -> list[float]:
    """The share of the other values that each is above; half of those that equal it count."""
    ascending, others = sorted(values), max(1, len(values) - 1)
    return [
        (bisect_left(ascending, v) + bisect_right(ascending, v) - 1) / (2 * others) for v in values
    ]


def fit(
    texts: Sequence[Text], performances: Sequence[float], config: NaoConfig, seed: int
) -> tuple[Autoencoder, Lexicon]:
    """The loss is tradeoff · (squared error) + (1 - tradeoff) · (surprise at the words), equation 3."""
    generator = torch.Generator().manual_seed(seed)
    lexicon = Lexicon(texts)
    network = seeded(
        lambda: Autoencoder(lexicon, config.embedding, config.layers, config.hidden), generator
    )
    page, allowed = lexicon.page(texts), lexicon.allowed()
    target = torch.tensor(performances)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.rate, fused=True)
    for _ in range(config.epochs):
        order = torch.randperm(len(texts), generator=generator)
        for rows in torch.split(order, config.batch):
            part = page.take(rows)
            code = network.encode(part)
            error = (network.predict(code) - target[rows]).square().mean()
            surprise = network.rewrite(part, code, allowed)
            optimizer.zero_grad()
            torch.autograd.backward(config.tradeoff * error + (1 - config.tradeoff) * surprise)
            clip_grad_norm_(network.parameters(), CLIP)
            optimizer.step()
    return network, lexicon


@torch.no_grad()
def expect(network: Autoencoder, lexicon: Lexicon, texts: Sequence[Text]) -> list[float]:
    """The performances predicted; -1 for texts with a decision that no trial had."""
    known = [i for i, text in enumerate(texts) if all(lexicon.find(a.key) for a, _ in text)]
    found = [-1.0] * len(texts)
    if known:
        predicted = network.predict(network.encode(lexicon.page([texts[i] for i in known])))
        for i, value in zip(known, predicted.tolist(), strict=True):
            found[i] = value
    return found


@torch.no_grad()
def decode(
    space: Space, network: Autoencoder, lexicon: Lexicon, code: Code, rng: random.Random
) -> Genotype:
    """The genotype that the decoder writes of one code, taking the likeliest feasible option each time."""
    before, state = 0, None

    def choose(atom: Atom) -> int:
        nonlocal before, state
        slot = lexicon.find(atom.key)
        if slot is None:
            before = 0
            return rng.choice(atom.options)
        logits, state = network.write(
            torch.tensor([[before]]), torch.tensor([[slot.key]]), code, state
        )
        options = list(atom.options)
        likely = logits[0, 0, [slot.first + option for option in options]].argmax()
        before = slot.first + options[int(likely)]
        return options[int(likely)]

    return compose(space, choose, rng)
