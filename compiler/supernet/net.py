"""The supernet as a module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch.nn.functional as F
from torch import Tensor, nn

from nasdsl.diagnostics import fail
from nasdsl.relax import Choice, Relaxed, relax
from nasdsl.relax.blocks import blocks_of, with_taps

from ..build import MemoryFormat, instantiate
from .cut import child_state
from .emit import EmittedSupernet, emit_supernet
from .gates import Gate, GateLike, Gates, Plan, Tap
from .paths import path_of
from .transforms import add_transforms

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class Supernet(nn.Module):
    """All architectures of a space in one network; `decisions` says what gates steer, by path.

    With `taps`, `blocks` has the decisions of each of the blocks that stand one after the other, and
    `tap`, if it is set, is called with the number of each block but the last and what it puts out:
    what it gives back goes on. interpolate: whether widths under soft gates are interpolated to
    the largest of them (TAS) and summed; else masks are (FBNetV2).
    """

    def __init__(
        self,
        space: Space,
        relaxed: Relaxed,
        *,
        fast: bool = True,
        taps: bool = False,
        memory_format: MemoryFormat = "auto",
    ) -> None:
        """fast: with the passes of nasdsl.relax.speed; the same function and weights without."""
        super().__init__()
        self.blocks: tuple[frozenset[str], ...] = ()
        self.tap: Tap | None = None
        self.interpolate = False
        if taps:
            emitted, self.blocks = _in_blocks(relaxed, fast)
        else:
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
        steered = Gates(self.plan, gates, self.tap, self.interpolate)
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
    space: Space, *, fast: bool = True, memory_format: MemoryFormat = "auto", taps: bool = False,
    transforms: bool = False, interpolate: bool = False, **options: Any,
) -> Supernet:  # fmt: skip
    """The supernet of a space, initialised as PyTorch does under the current seed.

    taps: whether what its blocks put out can be seen and changed. transforms: whether smaller kernels
    are learnt functions of larger ones (nasdsl.compiler.supernet.transforms). interpolate: see Supernet.
    options: those of nasdsl.relax.relax. Raises NasError for what has no relaxed form.
    """
    relaxed = relax(space, **options)
    net = Supernet(space, relaxed, fast=fast, memory_format=memory_format, taps=taps)
    net.interpolate = interpolate
    if transforms:
        add_transforms(net)
    return net


def _in_blocks(relaxed: Relaxed, fast: bool) -> tuple[EmittedSupernet, tuple[frozenset[str], ...]]:
    """The text of a supernet with taps, and the decisions of its blocks."""
    found = blocks_of(relaxed)
    tapped = with_taps(relaxed, [b.end for b in found[:-1]])
    return emit_supernet(tapped, fast=fast), tuple(b.decisions for b in found)
