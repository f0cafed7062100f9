"""Compiled supernets against plain ones: a step forward and backward, its time and its memory.

Both get the same weights and alphas; outputs and all gradients (weights, alphas, images) are compared
in double precision before anything is timed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import checkout, plain
from .footprint import Footprint
from .measure import Contest, Peer, Work

if TYPE_CHECKING:
    from nasdsl.compiler.supernet import Gate

GROUP = "Supernets"
BATCHES = (16, 64)
MEMORY = 1 / 0.65
TOLERANCE = 1e-9
ROUNDS = 5  # of some ten to sixty seconds

Alphas = Sequence[Tensor]


@dataclass(frozen=True, slots=True)
class Subject:
    """A search network: the space and its options, how it is written by hand, the shapes of its
    alphas, and the gates that these give. bar: how many times faster ours should be."""

    name: str
    space: str
    sizes: Mapping[str, int]
    options: Mapping[str, Any]
    by_hand: Callable[[], nn.Module]
    alphas: Sequence[tuple[int, int]]
    gates: Callable[[Alphas], dict[str, Gate]]
    bar: float
    small: bool = False

    def ours(self) -> nn.Module:
        from nasdsl.compiler.supernet import compile_supernet

        torch.manual_seed(0)
        found: nn.Module = compile_supernet(
            checkout.space(self.space, **self.sizes), **self.options
        )
        return found

    def theirs(self) -> nn.Module:
        torch.manual_seed(0)
        return self.by_hand()

    def drawn(self) -> list[Tensor]:
        """Logits far from equal, so that no option is told from another by rounding alone."""
        rng = torch.Generator().manual_seed(1)
        return [torch.randn(shape, generator=rng).requires_grad_() for shape in self.alphas]

    def images(self, batch: int) -> Tensor:
        rng = torch.Generator().manual_seed(2)
        return torch.randn(
            batch, 3, 16 if self.small else 32, 16 if self.small else 32, generator=rng
        )


def darts_gates(alphas: Alphas) -> dict[str, Gate]:
    """Softmax over `none` and the operators; `none` is weight that goes nowhere."""
    from nasdsl.compiler.supernet import Gate

    gates = {}
    for cell, logits in zip(("normal", "reduce"), alphas, strict=True):
        rows = iter(logits.softmax(-1)[:, 1:].unbind(0))
        for i in range(4):
            gates[f"{cell}/i[{i}]/s"] = Gate(None, tuple(range(2 + i)))
            for j in range(2 + i):
                gates[f"{cell}/i[{i}]/s={j}/edge"] = Gate(next(rows))
    return gates


def nb201_gates(alphas: Alphas) -> dict[str, Gate]:
    from nasdsl.compiler.supernet import Gate

    rows = alphas[0].softmax(-1).unbind(0)
    return {
        f"cell/i[{b - 1}]/n/y[{a}]/edge": Gate(row)
        for (a, b), row in zip(plain.NB201_EDGES, rows, strict=True)
    }


@cache
def subjects(small: bool) -> tuple[Subject, ...]:
    darts = {"c": 4, "layers": 3} if small else {"c": 16, "layers": 8}
    nb201 = {"c": 4, "n": 1} if small else {"c": 16, "n": 5}
    return (
        Subject("DARTS", "darts", _upper(darts), {"affine": False, "pool_norm": True},
                lambda: plain.DartsSupernet(**darts),
                [(plain.DARTS_EDGES, plain.DARTS_OPTIONS)] * 2, darts_gates, 2.2, small),
        Subject("NAS-Bench-201", "nasbench201", _upper(nb201), {"affine": False},
                lambda: plain.NB201Supernet(**nb201),
                [(len(plain.NB201_EDGES), plain.NB201_OPTIONS)], nb201_gates, 2.0, small),
    )  # fmt: skip


def _upper(sizes: Mapping[str, int]) -> dict[str, int]:
    """The settings of the space: C and N are written large there."""
    return {name if name == "layers" else name.upper(): value for name, value in sizes.items()}


# ---------------------------------------------------------------------------- the contests


def contests(small: bool) -> Iterator[Contest]:
    every = 1 if small else os.cpu_count() or 1
    for subject in subjects(small):
        for batch in (2,) if small else BATCHES:
            for threads in dict.fromkeys((1, every)):
                yield timing(subject, batch, threads, first=(batch, threads) in ((2, 1), (16, 1)))
        if not small:  # processes of their own, which take seconds to begin
            yield memory(subject, BATCHES[0])


def timing(subject: Subject, batch: int, threads: int, first: bool) -> Contest:
    """`first`: compare what they compute, and time the plain one in channels-last as well."""
    ours, theirs = subject.ours(), subject.theirs()
    copy(ours, theirs)
    peers = [Peer("plain", lambda: step(subject, theirs, batch, threads), subject.bar)]
    if first:
        peers.append(
            Peer("plain, channels-last", lambda: step(subject, _last(theirs), batch, threads))
        )
    told = "one thread" if threads == 1 else f"{threads} threads, by the clock"
    return Contest(
        GROUP, f"{subject.name}: forward and backward, batch {batch}, {told}",
        step(subject, ours, batch, threads), peers,
        check=(lambda: compare(subject)) if first else None, most=ROUNDS,
    )  # fmt: skip


def _last(network: nn.Module) -> nn.Module:
    from copy import deepcopy

    return deepcopy(network).to(memory_format=torch.channels_last)


def step(subject: Subject, network: nn.Module, batch: int, threads: int) -> Work:
    """Forward and backward to all weights and alphas."""
    alphas, x = subject.drawn(), subject.images(batch)
    y = torch.zeros(batch, dtype=torch.long)

    def call() -> None:
        torch.set_num_threads(threads)
        F.cross_entropy(forward(subject, network, x, alphas), y).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        network.zero_grad()
        for alpha in alphas:
            alpha.grad = None
        torch.set_num_threads(1)

    return Work(call, clock=time.process_time if threads == 1 else time.perf_counter)


def forward(subject: Subject, network: nn.Module, x: Tensor, alphas: Alphas) -> Tensor:
    by_hand = isinstance(network, plain.DartsSupernet | plain.NB201Supernet)
    y: Tensor = network(x, alphas) if by_hand else network(x, gates=subject.gates(alphas))
    return y


def memory(subject: Subject, batch: int) -> Contest:
    """What a step adds to the peak of a fresh process in which a tiny step was made."""
    at = 0 if subject.name == "DARTS" else 1
    sizes = (at, batch, subject.small)
    return Contest(
        "Memory of supernets", f"{subject.name}: peak of a step, batch {batch}",
        Footprint("ours", *sizes).work(),
        [Peer("plain", lambda: Footprint("theirs", *sizes).work(), MEMORY)], most=3, unit="B",
    )  # fmt: skip


# ---------------------------------------------------------------------------- the same function


def _in_order(ours: Any) -> list[Any]:
    """The owners of a supernet's weights as the program has them: passes may change their order."""
    from nasdsl.compiler.supernet.emit import emit_supernet

    plain_order = emit_supernet(ours.relaxed, fast=False).owners
    place = {owner.key: i for i, owner in enumerate(plain_order)}
    return sorted(ours.owners, key=lambda owner: place[owner.key])


def copy(ours: nn.Module, theirs: nn.Module) -> list[tuple[str, nn.Parameter, nn.Parameter]]:
    """Give ours the weights of theirs; the pairs of parameters. Both list them in the order of the
    program: stem, cells, edges, operators. AssertionError where they do not match."""
    mine = dict(ours.named_parameters())
    names = [
        f"net.{owner.module}.{name}"
        for owner in _in_order(ours)
        for name in ("weight", "bias")
        if f"net.{owner.module}.{name}" in mine
    ]
    given = list(theirs.named_parameters())
    if len(names) != len(mine) or len(mine) != len(given):
        raise AssertionError(f"{len(mine)} parameters here, {len(given)} there")
    pairs = [(f"{a} ~ {b}", mine[a], there) for a, (b, there) in zip(names, given, strict=True)]
    with torch.no_grad():
        for name, here, there in pairs:
            if here.shape != there.shape:
                raise AssertionError(
                    f"{name}: {tuple(here.shape)} here, {tuple(there.shape)} there"
                )
            here.copy_(there)
    return pairs


def compare(subject: Subject, batch: int = 4) -> str:
    """Outputs and gradients in double precision; AssertionError if any tensor differs."""
    ours, theirs = subject.ours().double(), subject.theirs().double()
    pairs = copy(ours, theirs)
    found = []
    for network in (ours, theirs):
        alphas = [a.detach().double().requires_grad_() for a in subject.drawn()]
        x = subject.images(batch).double().requires_grad_()
        out = forward(subject, network, x, alphas)
        F.cross_entropy(out, torch.arange(batch) % out.shape[1]).backward()  # type: ignore[no-untyped-call]  # as above
        found.append([out.detach(), x.grad, *(a.grad for a in alphas)])
    names = ["outputs", "gradient of the images", *("gradient of alphas" for _ in subject.alphas)]
    differences = {n: _difference(a, b) for n, a, b in zip(names, *found, strict=True)}
    differences |= {name: _difference(a.grad, b.grad) for name, a, b in pairs}
    worst = max(differences, key=lambda name: differences[name])
    if not differences[worst] <= TOLERANCE:
        raise AssertionError(f"{worst} differs by {differences[worst]:.1e} of the largest")
    weights = sum(there.numel() for _, _, there in pairs)
    return (
        f"{weights:,} weights, {sum(a * b for a, b in subject.alphas)} alphas; outputs and the gradients "
        f"of weights, alphas and images differ by {differences[worst]:.0e} of the largest at most"
    )


def _difference(a: Tensor | None, b: Tensor | None) -> float:
    if a is None or b is None:
        return float("inf")
    return float((a - b).abs().max() / b.abs().max().clamp(min=1e-30))
