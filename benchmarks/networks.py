"""Compiled networks against the same ones written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import nasdsl
from nasdsl.architecture import Architecture

from . import hand
from .alike import kernels, same_outputs
from .measure import Contest, Peer, Work
from .subjects import darts, mobilenet, nasbench201

Format = Literal["contiguous", "channels_last"]
ROUNDS = 21  # the same kernels run in both: a per cent matters


@dataclass(frozen=True, slots=True)
class Subject:
    """An architecture, and how the peer builds it."""

    name: str
    architecture: Architecture
    by_hand: Callable[[], nn.Module]
    peer: str
    batch: int

    def ours(self, memory_format: Format | Literal["auto"] = "auto") -> nn.Module:
        return nasdsl.compile(self.architecture, memory_format=memory_format)

    def theirs(self, memory_format: Format = "contiguous") -> nn.Module:
        network = self.by_hand()
        last = memory_format == "channels_last"
        return network.to(memory_format=torch.channels_last) if last else network

    def inputs(self, memory_format: Format = "contiguous") -> Tensor:
        torch.manual_seed(0)
        x = torch.randn(self.batch, *self.architecture.inputs[0].shape)
        last = memory_format == "channels_last"
        return x.contiguous(memory_format=torch.channels_last) if last else x


def contests(small: bool) -> Iterator[Contest]:
    torch.set_num_threads(1)
    for subject in subjects(small):
        yield building(subject)
        for memory_format in ("contiguous", "channels_last"):
            yield training(subject, memory_format)
        yield by_default(subject)


def subjects(small: bool) -> Iterator[Subject]:
    space, genotype = darts(small)
    sizes = {"c": 4, "layers": 3} if small else {}
    yield Subject("DARTS_V2", space.build(genotype), lambda: hand.DartsNetwork(**sizes),
                  "by hand", 2)  # fmt: skip
    few = {"c": 4, "n": 1} if small else {}
    yield Subject("NAS-Bench-201 cell", nasbench201(small), lambda: hand.NB201Network(**few),
                  "by hand", 2 if small else 4)  # fmt: skip
    yield Subject("MobileNetV3-large", mobilenet(small), _torchvision, "torchvision", 2)


def _torchvision() -> nn.Module:
    from torchvision.models import mobilenet_v3_large

    network: nn.Module = mobilenet_v3_large()
    return network


def building(subject: Subject) -> Contest:
    """From the architecture, whose text is compiled on the first call, to a module with weights."""
    return Contest(
        "Compiled networks", f"{subject.name}: build", Work(subject.ours),
        [Peer(f"{subject.peer}, contiguous", lambda: Work(subject.theirs), 1 / 1.1)],
        check=lambda: same_outputs(subject.ours(), subject.theirs(), subject.inputs()),
        rounds=ROUNDS,
    )  # fmt: skip


def training(subject: Subject, memory_format: Format) -> Contest:
    x = subject.inputs(memory_format)
    return Contest(
        "Compiled networks", f"{subject.name}: forward and backward, {memory_format}",
        _step(subject.ours(memory_format), x),
        [Peer(subject.peer, lambda: _step(subject.theirs(memory_format), x), 1, margin=0.01)],
        check=lambda: _as_few_kernels(subject, memory_format), rounds=ROUNDS,
    )  # fmt: skip


def _as_few_kernels(subject: Subject, memory_format: Format) -> str:
    """What holds on any machine, however busy."""
    x = subject.inputs(memory_format)[:2]
    ours = kernels(_step(subject.ours(memory_format), x).call)
    theirs = kernels(_step(subject.theirs(memory_format), x).call)
    if ours > theirs and subject.peer == "by hand":
        raise AssertionError(f"{ours} kernels here, {theirs} there")
    return f"{ours:,} kernels run here, {theirs:,} there"


def by_default(subject: Subject) -> Contest:
    """As each is got without asking for a layout."""
    x = subject.inputs()
    return Contest(
        "Compiled networks", f"{subject.name}: forward and backward, layout by default",
        _step(subject.ours(), x), [Peer(subject.peer, lambda: _step(subject.theirs(), x), 1)],
    )  # fmt: skip


def _step(network: nn.Module, x: Tensor) -> Work:
    labels = torch.zeros(len(x), dtype=torch.long)

    def step() -> None:
        F.cross_entropy(network(x), labels).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        network.zero_grad()

    return Work(step)
