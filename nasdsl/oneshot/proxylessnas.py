"""ProxylessNAS: Cai, Zhu, Han, ICLR 2019.

Binary gates: a step of the weights runs one option of each choice, drawn by the softmax of the logits.
A step of the architecture draws two options of each, runs both, and takes the gradient in the gate,
which is one for one of them, for that in its probability (equation 4); the two logits are shifted so
that the share of all others stays. `update = reinforce` follows the loss of single paths instead
(section 3.3.2), as for goals without a gradient. The expected cost is a differentiable part of the
loss (section 3.3.1). Memory does not grow with the number of options.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import torch
from pydantic import Field
from torch import Tensor

from .choices import Choice
from .costly import Costly
from .costs import CostConfig
from .data import Batch
from .gates import Gate, gumbel, top
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.space import Space

    from .contract import Gates
    from .engine import Engine

DECAY = 0.99


class ProxylessConfig(CostConfig):
    epochs: int = Field(default=150, ge=1, description="passes over the samples of the weights")
    valid_share: float = Field(
        default=0.1, gt=0, lt=1, description="share of samples that architectures are chosen by"
    )
    arch_lr: float = Field(default=1e-3, gt=0, description="of the logits' Adam")
    arch_betas: tuple[float, float] = Field(default=(0.0, 0.999), description="of the logits' Adam")
    arch_decay: float = Field(default=0.0, ge=0, description="weight decay of the logits")
    update: Literal["gates", "reinforce"] = Field(
        default="gates", description="of the logits: binary gates, or REINFORCE"
    )


class ProxylessMethod(Costly[ProxylessConfig]):
    """One path for the weights, two for the logits."""

    architecture_first = False

    def __init__(
        self, config: ProxylessConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        self._baseline: float | None = None

    def drawn_rows(self, engine: Engine, count: int = 1) -> dict[str, Tensor]:
        """Which options are drawn, without replacement, as ones."""
        with torch.no_grad():
            return self.alphas.map(
                lambda shape, rows: top(
                    _both(shape.kind, rows)
                    + gumbel(_both(shape.kind, rows).shape, engine.noise).to(rows),
                    max(count, shape.count),
                )
            )

    def gates(self, engine: Engine) -> Gates:
        rows = self.drawn_rows(engine)
        return self.assemble(rows, self.drawn.draw(engine.noise))

    def gate(self, path: str, weights: Tensor) -> Gate:
        """One path; where absence was drawn, the likeliest option with a weight of 0."""
        choice = self.choices[path]
        taken = tuple(i for i, w in enumerate(weights[: choice.n].tolist()) if w)
        if taken or choice.kind != "one":
            return Gate(None, taken)
        return Gate(weights, (int(self.alphas.params[path][: choice.n].argmax()),))

    def gradients(self, engine: Engine, batch: Batch, held: Batch) -> Sequence[Tensor | None]:
        if self.config.update == "reinforce":
            return self._reinforce(engine, held)
        return self._binary(engine, held)

    def _binary(self, engine: Engine, held: Batch) -> list[Tensor | None]:
        """∂L/∂α_i = Σ_j ∂L/∂g_j p_j (δ_ij - p_i), over the options that were drawn."""
        pairs = self.drawn_rows(engine, 2)
        first = self.drawn_within(engine, pairs)
        leaves = {path: row.clone().requires_grad_() for path, row in first.items()}
        gates = {
            path: Gate(leaf[: self.choices[path].n], _members(pairs[path], self.choices[path]))
            for path, leaf in leaves.items()
        }
        drawn = self.drawn.draw(engine.noise)
        loss = engine.loss(held, {**self.assemble({}, drawn), **gates})
        self.drawn.hear(loss)
        slopes = torch.autograd.grad(
            loss, list(leaves.values()), allow_unused=True, materialize_grads=True
        )
        found = dict(zip(leaves, slopes, strict=True))
        priced = self._price(loss.detach())
        self._before = {path: p.detach().clone() for path, p in self.alphas.params.items()}
        self._pairs = pairs
        return [
            self._logits_gradient(path, found[path], pairs[path]) + priced[path]
            for path in self.alphas.params
        ]

    def drawn_within(self, engine: Engine, pairs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Of the options that were drawn, which one's gate is open."""

        def choose(path: str) -> Tensor:
            row = _both(self.choices[path].kind, self.alphas.params[path].detach()[None])[0]
            count = self.choices[path].count if self.choices[path].kind == "pick" else 1
            noisy = (row + gumbel(row.shape, engine.noise).to(row)).masked_fill(
                pairs[path] == 0, -torch.inf
            )
            return top(noisy[None], count)[0]

        return {path: choose(path) for path in pairs}

    def _logits_gradient(self, path: str, slope: Tensor, pair: Tensor) -> Tensor:
        logits = self.alphas.params[path].detach()
        if self.choices[path].kind == "bit":  # the second logit is fixed at 0
            chance = torch.sigmoid(logits)
            return slope[:1] * chance * (1 - chance)
        chance = logits.masked_fill(pair == 0, -torch.inf).softmax(-1)
        return chance * (slope - (slope * chance).sum())

    def _price(self, loss: Tensor) -> dict[str, Tensor]:
        """The gradient of the cost's part of the loss."""
        params = self.params()
        weights = self.alphas.map(lambda shape, rows: _both(shape.kind, rows).softmax(-1))
        total = self.priced(loss, weights)
        if not total.requires_grad:
            return {path: torch.zeros_like(p) for path, p in self.alphas.params.items()}
        found = torch.autograd.grad(total, params, allow_unused=True, materialize_grads=True)
        return dict(zip(self.alphas.params, found, strict=True))

    def _reinforce(self, engine: Engine, held: Batch) -> list[Tensor | None]:
        """(L - b) ∇ log p(path), with b the moving average of the losses of paths."""
        rows = self.drawn_rows(engine)
        with torch.no_grad():
            loss = engine.loss(held, self.assemble(rows, self.drawn.draw(engine.noise)))
        self.drawn.hear(loss)
        value = float(loss)
        baseline = value if self._baseline is None else self._baseline
        self._baseline = DECAY * baseline + (1 - DECAY) * value
        priced = self._price(loss.detach())
        self._pairs = {}
        found: list[Tensor | None] = []
        for path, param in self.alphas.params.items():
            chance = _both(self.choices[path].kind, param.detach()[None])[0].softmax(-1)
            slope = (value - baseline) * (rows[path] - rows[path].sum() * chance)
            found.append(slope[: len(param)] + priced[path])
        return found

    def move(self, engine: Engine, gradients: Sequence[Tensor | None]) -> None:
        super().move(engine, gradients)
        for path, pair in self._pairs.items():
            if self.choices[path].kind == "one":
                keep_share(self.alphas.params[path], self._before[path], pair)

    _pairs: Mapping[str, Tensor] = {}
    _before: Mapping[str, Tensor] = {}

    def state(self) -> dict[str, Any]:
        return super().state() | {"path_baseline": self._baseline}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self._baseline = state["path_baseline"]


@torch.no_grad()
def keep_share(logits: Tensor, before: Tensor, pair: Tensor) -> None:
    """Undo what moved outside of the pair, and shift the pair so that its share is what it was."""
    chosen = pair != 0
    logits.copy_(torch.where(chosen, logits, before))
    logits[chosen] += before[chosen].logsumexp(0) - logits[chosen].logsumexp(0)


def _both(kind: str, rows: Tensor) -> Tensor:
    """Logits of presence with those of absence, which are 0."""
    return torch.cat([rows, torch.zeros_like(rows)], -1) if kind == "bit" else rows


def _members(pair: Tensor, choice: Choice) -> tuple[int, ...]:
    taken = tuple(i for i, one in enumerate(pair[: choice.n].tolist()) if one)
    return taken or (0,)


class ProxylessNas(OneShot):
    Config = ProxylessConfig
    method = ProxylessMethod
