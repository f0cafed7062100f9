"""The autoregressive controller: an LSTM that writes a genotype choice by choice.

Zoph, Le, "Neural architecture search with reinforcement learning", ICLR 2017, section 3: the
embedding of each choice is the input of the next step, whose output a softmax of its own turns into
a distribution. Here each atom of the space is a choice, over its feasible options alone. Embeddings
and softmax layers belong to the keys of atoms and are made when these are first met (Rows), so the
controller writes conditional and recursive spaces as well.

Skip connections (section 3.3 of the paper) are one step of the LSTM a layer, its anchor point:
earlier layer j is joined to layer i with probability sigmoid(vᵀ tanh(W_prev h_j + W_curr h_i)),
where h_i is the output at the anchor point and h_j the last output that belongs to layer j (zero if
layer j decides nothing). The input after an anchor point, which the paper leaves open, is the mean
of the embeddings of its bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from .atoms import Atom, compose
from .policies import Batch, Word, pick
from .rows import Rows, Tabled, keyed, uniform
from .skips import Skips, scopes

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

BEGIN = "\0begin"  # the key of the first input
TABLES = ("embedding", "head", "bias")


class Controller(Tabled):
    """`layers` LSTM layers of `hidden` units; parameters begin uniform in ±init.

    Logits are divided by the temperature, then bounded by tanh_constant · tanh(logits) if there is
    one (Bello et al., ICLR 2017).
    """

    def __init__(
        self, *, hidden: int, layers: int, init: float, seed: int, skips: Skips,
        temperature: float = 1.0, tanh_constant: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.hidden, self.layers, self.skips = hidden, layers, skips
        self._temperature, self._bound = temperature, tanh_constant
        draw = uniform(init)
        self.table = Rows(dict(zip(TABLES, (hidden, hidden, 1), strict=True)), draw, seed)
        bare = nn.LSTM(hidden, hidden, layers, batch_first=True, device="meta")  # draws nothing
        self.lstm = bare.to_empty(device="cpu")
        for name, weight in self.lstm.named_parameters():
            weight.data = keyed(draw, tuple(weight.shape), seed, f"lstm.{name}")
        self.previous, self.current, self.query = (
            nn.Parameter(keyed(draw, shape, seed, name))
            for name, shape in (
                ("previous", (hidden, hidden)),
                ("current", (hidden, hidden)),
                ("query", (hidden,)),
            )
        )

    # -------------------------------------------------------------- drawing

    @torch.no_grad()
    def sample(self, space: Space, rng: Random) -> tuple[Genotype, float]:
        writer = _Writer(self, rng)
        found = compose(space, writer.choose, rng)
        return found, math.fsum(writer.logs)

    def bounded(self, logits: Tensor) -> Tensor:
        """The logits after temperature and tanh."""
        if self._temperature != 1.0:
            logits = logits / self._temperature
        return logits if self._bound is None else self._bound * torch.tanh(logits)

    def attention(self, earlier: Tensor, here: Tensor) -> Tensor:
        """The logits of skip connections from outputs at earlier layers [N, H] to those here."""
        mixed = torch.tanh(earlier @ self.previous.T + here @ self.current.T)
        return mixed @ self.query

    # -------------------------------------------------------------- scoring

    def score(self, words: Sequence[Word]) -> tuple[Tensor, Tensor]:
        batch = Batch(words, self.table)
        plan = _Plan(words, batch, self)
        outputs = self._outputs(plan)
        here = outputs[plan.at]
        logits = (self.table.get_parameter("head")[batch.rows] @ here[:, :, None])[..., 0]
        logits = logits + self.table.get_parameter("bias")[batch.rows, 0]
        if plan.bits:
            bits = torch.tensor(plan.bits, dtype=torch.long)
            earlier = outputs[torch.tensor(plan.earlier, dtype=torch.long)]
            joined = self.attention(earlier, here[bits])
            pairs = torch.stack([torch.zeros_like(joined), joined], 1)
            pairs = functional.pad(pairs, (0, logits.shape[1] - 2))
            logits = logits.index_copy(0, bits, pairs)
        return batch.total(self.bounded(logits))

    def _outputs(self, plan: _Plan) -> Tensor:
        """The outputs at all steps, [B * P + 1, H]; the last one is zero."""
        embedding = self.table.get_parameter("embedding")
        if not plan.rows:
            return torch.zeros(1, self.hidden)
        inputs = functional.embedding_bag(
            torch.tensor(plan.rows), embedding, torch.tensor(plan.bags), mode="mean"
        )
        outputs, _ = self.lstm(inputs.view(-1, plan.longest, self.hidden))
        return torch.cat([outputs.reshape(-1, self.hidden), torch.zeros(1, self.hidden)])


class _Steps:
    """The steps of one genotype: which atoms share one, and where earlier layers are."""

    def __init__(self, skips: Skips) -> None:
        self._skips = skips
        self._group = ""
        self._places: dict[str, int] = {}
        self.count = 0

    def place(self, atom: Atom) -> tuple[bool, str | None]:
        """Whether an atom begins a step, and the earlier layer if it is a skip connection."""
        if not self._skips:
            self.count += 1
            return True, None
        skip = self._skips.find(atom.key) if atom.count == 2 else None
        begins = skip is None or skip.group != self._group
        self._group = skip.group if skip else ""
        if begins:
            self.count += 1
            for scope in scopes(atom.key)[: -1 if skip else None]:
                self._places[scope] = self.count - 1
        return begins, skip.earlier if skip else None

    def earlier(self, layer: str) -> int | None:
        """The last step that belongs to a layer."""
        return self._places.get(layer)


class _Plan:
    """Where the atoms of a batch are among the steps of the LSTM, P for each of B genotypes.

    at: [N] the step of each atom, as b * P + p. bits, earlier: the skip connections among the atoms
    and the steps that they attend to, B * P where there is none. rows, bags: which embeddings the
    inputs of the steps are means of, as embedding_bag takes them.
    """

    def __init__(self, words: Sequence[Word], batch: Batch, controller: Controller) -> None:
        begin = controller.table.find(BEGIN, 1)
        starts = iter(batch.starts)
        inputs: list[list[list[int]]] = []
        at: list[tuple[int, int]] = []
        attend: list[tuple[int, int, int | None]] = []
        for b, word in enumerate(words):
            steps = _Steps(controller.skips)
            fed: list[list[int]] = [[begin]]
            for atom, taken in word:
                begins, layer = steps.place(atom)
                if begins:
                    fed.append([])
                if layer is not None:
                    attend.append((len(at), b, steps.earlier(layer)))
                fed[-1].append(next(starts) + taken)
                at.append((b, steps.count - 1))
            inputs.append(fed[:-1])
        self.longest = longest = max(map(len, inputs), default=0)
        self.at = torch.tensor([b * longest + p for b, p in at], dtype=torch.long)
        self.bits = [n for n, _, _ in attend]
        absent = len(words) * longest
        self.earlier = [absent if p is None else b * longest + p for _, b, p in attend]
        self.rows: list[int] = []
        self.bags: list[int] = []
        for fed in inputs:
            for p in range(longest):
                self.bags.append(len(self.rows))
                self.rows += fed[p] if p < len(fed) else []


class _Writer:
    """The controller while it writes one genotype."""

    def __init__(self, controller: Controller, rng: Random) -> None:
        self.logs: list[float] = []
        self._net, self._rng = controller, rng
        self._steps = _Steps(controller.skips)
        self._outputs: list[Tensor] = []
        table = controller.table
        self._taken = [table.find(BEGIN, 1)]  # rows of the choices at the last step
        self._embedding, self._head, self._bias = map(table.get_parameter, TABLES)
        self._weights = controller.lstm.all_weights
        zero = torch.zeros(1, controller.hidden)
        self._state = [(zero, zero)] * controller.layers

    def choose(self, atom: Atom) -> int:
        begins, layer = self._steps.place(atom)
        if begins:
            self._step()
        start = self._net.table.find(atom.key, atom.count)
        if layer is None:
            rows = slice(start, start + atom.count)
            logits = torch.addmv(self._bias[rows, 0], self._head[rows], self._outputs[-1][0])
        else:
            logits = self._joined(self._steps.earlier(layer))
        option, log = pick(atom, self._net.bounded(logits).tolist(), self._rng)
        self.logs.append(log)
        self._taken.append(start + option)
        return option

    def _joined(self, place: int | None) -> Tensor:
        """The logits of a skip connection's absence and presence."""
        here = self._outputs[-1]
        earlier = torch.zeros_like(here) if place is None else self._outputs[place]
        return functional.pad(self._net.attention(earlier, here), (1, 0))

    def _step(self) -> None:
        """One step of the LSTM on the choices of the step before."""
        value = self._embedding[self._taken[0]][None]
        if len(self._taken) > 1:
            value = self._embedding[self._taken].mean(0, keepdim=True)
        self._taken = []
        for i, weights in enumerate(self._weights):
            self._state[i] = torch.lstm_cell(value, self._state[i], *weights)
            value = self._state[i][0]
        self._outputs.append(value)
