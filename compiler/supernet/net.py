"""The supernet as a module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch.nn.functional as F
from torch import Tensor, nn

from nasdsl.diagnostics import fail
from nasdsl.relax import Choice, Relaxed, relax

from ..build import MemoryFormat, instantiate
from .cut import child_state
from .emit import emit_supernet
from .gates import Gate, GateLike, Gates, Plan
from .paths import path_of

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class Supernet(nn.Module):
    """All architectures of a space in one network; `decisions` says what gates steer, by path."""

    def __init__(
        self,
        space: Space,
        relaxed: Relaxed,
        *,
        fast: bool = True,
        memory_format: MemoryFormat = "auto",
    ) -> None:
        """fast: with the passes of nasdsl.relax.speed; the same function and weights without."""
        super().__init__()
        emitted = emit_supernet(relaxed, fast=fast)
        self.relaxed, self.space = relaxed, _Shared(space)
        self.source = emitted.emitted.text
        self.owners = emitted.owners
        self.plan = Plan(relaxed.gates, emitted.unions, emitted.widths)
        self.net = instantiate(emitted.emitted, memory_format=memory_format)

    @property
    def decisions(self) -> Mapping[str, Choice]:
        return self.relaxed.choices

    def forward(self, *inputs: Tensor, gates: Mapping[str, GateLike]) -> Any:
        """The outputs, as the gates of every decision want them. Raises NasError for soft gates of a
        decision that can only be taken (`Choice.hard`)."""
        for path, choice in self.decisions.items():
            if choice.hard:
                self._check_hard(choice, gates.get(path))
        steered = Gates(self.plan, gates)
        return self.net(*self._resized(inputs, steered), steered)

    def _check_hard(self, choice: Choice, gate: GateLike | None) -> None:
        if gate is None or (choice.kind != "one" and gate.weights is None):
            return
        if choice.kind == "one" and gate.active is not None and len(gate.active) == 1:
            return
        if choice.kind != "one" and gate.active is not None:
            return
        raise fail("NAS614", f"`{choice.path}` can only be taken, not mixed: {choice.hard}", choice.span,
                   help="give it a gate with one active option")  # fmt: skip

    def _resized(self, inputs: tuple[Tensor, ...], gates: Gates) -> list[Tensor]:
        """Images at the size that the gates take."""
        out = []
        for x, name in zip(inputs, self.relaxed.inputs, strict=True):
            size = gates.value(name)[1:] if name else x.shape[2:]
            if tuple(x.shape[2:]) != tuple(size):
                x = F.interpolate(x, size=tuple(size), mode="bilinear", antialias=True)
            out.append(x)
        return out

    def path(self, genotype: Genotype) -> dict[str, Gate]:
        """The gates that take the options of a genotype."""
        return path_of(self.relaxed, self.space.value, genotype)

    def uniform(self) -> dict[str, Gate]:
        """Gates that weigh all options alike: 1/n each of one, 1/2 for a bit, k/n in a pick of k."""
        from .paths import uniform

        like = next(self.parameters())
        return uniform(self.relaxed, like)

    def child_state(self, genotype: Genotype) -> dict[str, Tensor]:
        """The state of the network of a genotype, `nasdsl.compile(space.build(genotype))`, cut out of
        this one. Raises NasError if the supernet is no network of the space (pool_norm, partial)."""
        return child_state(self, self.space.value, genotype)


class _Shared:
    """A value that copies of a module have in common."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __deepcopy__(self, memo: object) -> _Shared:
        return self


def compile_supernet(
    space: Space, *, fast: bool = True, memory_format: MemoryFormat = "auto", **options: Any
) -> Supernet:
    """The supernet of a space, initialised as PyTorch does under the current seed.

    options: those of nasdsl.relax.relax. Raises NasError for what has no relaxed form.
    """
    return Supernet(space, relax(space, **options), fast=fast, memory_format=memory_format)
