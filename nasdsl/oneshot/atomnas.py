"""AtomNAS: Mei, Li, Lian, Jin, Yang, Yuille, Yang, ICLR 2020.

All options are there at once, side by side, and their channels are pruned by the scales of norms: an
atom is a channel of a norm, with what it takes to compute it and to read it. The loss has the penalty
ρ Σ c_i |γ_i| (equation 5), where c_i is what an atom costs over the mean of all (equation 6); ρ rises
linearly from zero over a share of the epochs. An atom with |γ| below a threshold is dead: it is set to
zero and stays so. What is left at the end is the network.

The genotype of a space has widths from lists, and options of choices: a width is the smallest option
that has room for the channels alive (the norms of that width with the most), an option of a
choice is as strong as the sum of |γ| of the norms that only it has, and a bit is there if any atom in it
is alive. Options without norms count as the mean of a norm's channel at first, 1, times `plain`.
Layers that only some cases have are computed always, their outputs summed. An elastic kernel is the
largest and stays so: atoms tell kernels apart only where they are options with norms of their own.
Choices that can only be taken are drawn, as elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import torch
from pydantic import Field
from torch import Tensor

from nasdsl.diagnostics import fail
from nasdsl.relax.diagrams import Branch, atoms_of

from .choices import Choice
from .config import OneShotConfig
from .data import Batch
from .derive import strongest
from .drawn import Drawn
from .gates import Gate
from .method import Method
from .parts import Part, parts_of, paths_of
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .contract import Gates
    from .engine import Engine


class AtomNasConfig(OneShotConfig):
    epochs: int = Field(default=350, ge=1, description="passes over the samples of the weights")
    weight_decay: float = Field(default=1e-5, ge=0, description="of the weights")
    rho: float = Field(default=1e-4, ge=0, description="ρ, of the penalty of scales")
    free: float = Field(
        default=0.0, ge=0, lt=1, description="share of the epochs without a penalty"
    )
    ramp: float = Field(
        default=0.07, ge=0, lt=1, description="share of the epochs, from the first, until it is ρ"
    )
    threshold: float = Field(default=1e-3, gt=0, description="of |γ|, below which an atom is dead")
    plain: float = Field(
        default=0.5,
        ge=0,
        description="how strong an option without norms is, of what all are at first",
    )


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """A norm with scales: its layer, and what tells an atom of it from others.

    width: the name of its number of channels where decisions change it, else "". cost: of a channel.
    options: the (decision, option) pairs that it is there for.
    """

    part: Part
    layer: Any
    width: str
    cost: float
    options: tuple[tuple[str, int], ...]


class AtomNasMethod(Method[AtomNasConfig]):
    """Pruning by the scales of norms."""

    def __init__(
        self, config: AtomNasConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        self.drawn = Drawn({p: c for p, c in choices.items() if c.hard})
        self.other = torch.optim.Adam([*self.drawn.alphas] or [torch.zeros(1)], lr=3e-4)

    def begin(self, engine: Engine) -> None:
        self.widths = self._widths(engine.supernet)
        kernels = {p.kernels for p in parts_of(engine.supernet)}
        self.fixed = {  # the widest, and the largest kernel
            p: widest(engine.supernet, p, self.choices[p].n)
            for p in self.widths | (paths_of(engine.supernet, kernels) & set(self.choices))
        }
        self.norms = norms_of(engine.supernet)
        if not self.norms:
            raise fail(
                "NAS320", f"`atomnas` cannot search space `{self.space.name}`: no norm has scales in it",
                help="write `bn` behind the layers that are to be pruned",
            )  # fmt: skip
        mean = sum(n.cost * n.layer.weight.numel() for n in self.norms) / sum(
            n.layer.weight.numel() for n in self.norms
        )
        self.costs = [n.cost / mean if mean else 1.0 for n in self.norms]
        self.dead = [torch.zeros_like(n.layer.weight, dtype=torch.bool) for n in self.norms]

    def _widths(self, supernet: Any) -> set[str]:
        """The decisions that change numbers of channels."""
        names = {n for p in parts_of(supernet) for n in (p.target, *(s for s, _ in p.source)) if n}
        diagrams = supernet.relaxed.gates
        return {
            a.path for n in names for a in atoms_of(diagrams[n])
            if a.kind == "one" and a.path in self.choices and not self.choices[a.path].hard
        }  # fmt: skip

    # -------------------------------------------------------------- learning

    def gates(self, engine: Engine) -> Gates:
        """Widths the largest, all else side by side."""
        found: dict[str, Any] = {}
        for path, choice in self.choices.items():
            taken = (self.fixed[path],) if path in self.fixed else tuple(range(choice.n))
            found[path] = Gate(None, taken)
        return found | dict(self.drawn.draw(engine.noise))

    def rate(self, engine: Engine) -> float:
        """ρ in this epoch."""
        free, ramp = self.config.free, max(self.config.ramp, self.config.free)
        if engine.progress < free:
            return 0.0
        if engine.progress >= ramp:
            return self.config.rho
        return self.config.rho * (engine.progress - free) / (ramp - free)

    def penalty(self) -> Tensor:
        """Σ c_i |γ_i|."""
        terms = [
            c * n.layer.weight.abs().sum() for c, n in zip(self.costs, self.norms, strict=True)
        ]
        return torch.stack(terms).sum()

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        rate = self.rate(engine)
        engine.optimizer.zero_grad(set_to_none=True)
        loss = engine.loss(
            batch, self.gates(engine), count=True, more=lambda out: rate * self.penalty()
        )
        engine.fabric.backward(loss)
        engine.descend()
        self.drawn.hear(loss)
        self.drawn.learn()
        self.other.step()
        self.prune(engine, kill=rate > 0)

    @torch.no_grad()
    def prune(self, engine: Engine, *, kill: bool) -> None:
        """Atoms whose scale is small die; the dead are zero."""
        for norm, dead in zip(self.norms, self.dead, strict=True):
            if kill:
                dead |= norm.layer.weight.abs() < self.config.threshold
            norm.layer.weight[dead] = 0.0
            if norm.layer.bias is not None:
                norm.layer.bias[dead] = 0.0

    # -------------------------------------------------------------- the outcome

    def alive(self) -> list[int]:
        """How many atoms of each norm are alive."""
        return [int((~dead).sum()) for dead in self.dead]

    def strengths(self, supernet: Any) -> dict[str, list[float]]:
        """Of options by their scales, of widths by how little room they leave over."""
        found = {p: [0.0] * c.n for p, c in self.choices.items() if not c.hard}
        met: set[tuple[str, int]] = set()
        for norm in self.norms:
            total = float(norm.layer.weight.detach().abs().sum())
            for path, option in norm.options:
                if path in found:
                    met.add((path, option))
                    found[path][option] += total
        size = sum(n.layer.weight.numel() for n in self.norms) / len(self.norms)
        for path, row in found.items():
            if self.choices[path].kind != "bit":
                for option in range(len(row)):
                    if (path, option) not in met:
                        row[option] = self.config.plain * size
            elif (path, 0) in met:
                row[0] = float(row[0] > 0)
            else:
                row[0] = self.config.plain
        for path in self.fixed.keys() & found.keys():
            found[path] = [float(i == self.fixed[path]) for i in range(len(found[path]))]
        for path in self.widths & found.keys():
            found[path] = self.room(supernet, path)
        return found

    def room(self, supernet: Any, path: str) -> list[float]:
        """Options of a width, the smallest that has room the strongest; then the larger ones."""
        diagrams = supernet.relaxed.gates
        need: dict[str, int] = {}
        for norm, count in zip(self.norms, self.alive(), strict=True):
            if norm.width and any(a.path == path for a in atoms_of(diagrams[norm.width])):
                need[norm.width] = max(need.get(norm.width, 0), count)
        out = []
        for option in range(self.choices[path].n):
            sizes = [
                (value_at(diagrams[name], path, option), count) for name, count in need.items()
            ]
            short = sum(max(0, count - size) for size, count in sizes)
            spare = sum(max(0, size - count) for size, count in sizes)
            out.append(1.0 / (1.0 + spare + 1000.0 * short))
        return out

    def derive(self, engine: Engine) -> list[Genotype]:
        found = self.strengths(engine.supernet) | self.drawn.probabilities()
        return [strongest(self.space, found, engine.rng)]

    def curves(self) -> dict[str, float]:
        total = sum(d.numel() for d in self.dead)
        return {"alive": sum(self.alive()) / total}

    def state(self) -> dict[str, Any]:
        return {
            "dead": [d.to(torch.uint8) for d in self.dead],
            "drawn": self.drawn.state(),
            "other": self.other.state_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        for dead, known in zip(self.dead, state["dead"], strict=True):
            dead.copy_(known.to(torch.bool))
        self.drawn.restore(state["drawn"])
        self.other.load_state_dict(state["other"])


def norms_of(supernet: Any) -> list[Norm]:
    """The norms with scales of a supernet whose width or presence decisions change."""
    diagrams = supernet.relaxed.gates
    found = parts_of(supernet)
    out = []
    for part in found:
        layer = supernet.net.get_submodule(part.module)
        if part.op != "bn" or layer.weight is None:
            continue
        width = ""
        if len(part.source) == 1 and isinstance(diagrams[part.source[0][0]], Branch):
            width = part.source[0][0]
        options = options_of(diagrams, part.guards)
        if width or options:
            out.append(Norm(part, layer, width, channel_cost(supernet, found, part), options))
    return out


def options_of(diagrams: Mapping[str, Any], guards: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The options without which guards are closed."""
    found: dict[tuple[str, int], None] = {}
    for guard in guards:
        for atom in atoms_of(diagrams[guard]):
            answers = [i for i in range(atom.answers) if _can_hold(diagrams[guard], atom, i)]
            if len(answers) == 1:
                option = atom.option if atom.kind == "member" else answers[0]
                if atom.kind != "member" or answers[0] == 1:
                    found[atom.path, option] = None
    return tuple(found)


def _can_hold(diagram: Any, atom: Any, answer: int) -> bool:
    if not isinstance(diagram, Branch):
        return diagram.value is True
    children = (diagram.children[answer],) if diagram.atom == atom else diagram.children
    return any(_can_hold(child, atom, answer) for child in children)


def channel_cost(supernet: Any, found: list[Part], part: Part) -> float:
    """The multiply-adds of a channel of a norm: in the layer before it and in those of its width, at
    the places of the norm's image."""
    before = found[max(0, found.index(part) - 1)]
    width = (
        sum(size for _, size in part.source) or supernet.net.get_submodule(part.module).num_features
    )
    shape = part.node.shapes[0]
    places = prod(shape[1:]) if len(shape) == 3 else 1
    total = float(supernet.net.get_submodule(before.module).weight.numel()) / width
    name = part.source[0][0] if len(part.source) == 1 else ""
    for other in found:
        if name and other is not part and any(n == name for n, _ in other.source):
            weight = getattr(supernet.net.get_submodule(other.module), "weight", None)
            if weight is not None and weight.dim() > 1:
                total += weight.numel() / width
    return total * places


def widest(supernet: Any, path: str, options: int) -> int:
    """The option of a width or a kernel that makes the largest sizes."""
    diagrams = supernet.relaxed.gates
    names = {
        n for p in parts_of(supernet) for n in (p.target, p.kernels, *(s for s, _ in p.source)) if n
    }
    mine = [n for n in sorted(names) if any(a.path == path for a in atoms_of(diagrams[n]))]
    return max(
        range(options), key=lambda i: sum(value_at(diagrams[name], path, i) for name in mine)
    )


def value_at(diagram: Any, path: str, option: int) -> int:
    """The largest value that a size has under an option."""
    if not isinstance(diagram, Branch):
        given = diagram.value
        return prod(given) if isinstance(given, tuple) else given if isinstance(given, int) else 0
    if diagram.atom.path == path:
        return value_at(diagram.children[option], path, option)
    return max(value_at(child, path, option) for child in diagram.children)


class AtomNas(OneShot):
    Config = AtomNasConfig
    method = AtomNasMethod
