"""One step of a supernet (forward and backward) against a plain one with a module for every operator.

Both have the same weights; outputs and gradients have been compared in float64 before anything is
timed. Ours is as `compile_supernet` makes it; theirs has the default layout of PyTorch, and once
channels-last, which alone makes it faster.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from nasdsl.compiler import copy_weights
from nasdsl.compiler.supernet import Gate, Supernet, compile_supernet

from .checkout import space
from .measure import Contest, Peer, Work
from .plain_supernets import DartsSupernet, NB201Supernet

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """A supernet of ours and the plain one; `weights` are the options' weights, by cell."""

    name: str
    ours: Supernet
    theirs: nn.Module
    weights: dict[str, Tensor]
    bar: float

    def gates(self) -> dict[str, Gate]:
        return gates_of(self.ours, self.weights)

    def run(self, network: nn.Module, x: Tensor) -> list[Tensor]:
        """The output, and the gradients by the input and by the weights of options."""
        x = x.detach().requires_grad_()
        for weight in self.weights.values():
            weight.grad = None
        y = (
            network(x, gates=self.gates())
            if network is self.ours
            else network(x, *self.weights.values())
        )
        y.square().sum().backward()
        assert x.grad is not None
        return [y.detach(), x.grad, *(w.grad for w in self.weights.values() if w.grad is not None)]

    def to(self, dtype: torch.dtype) -> Subject:
        weights = {n: w.detach().to(dtype).requires_grad_() for n, w in self.weights.items()}
        return Subject(self.name, self.ours.to(dtype), self.theirs.to(dtype), weights, self.bar)


def gates_of(net: Supernet, weights: Mapping[str, Tensor]) -> dict[str, Gate]:
    """Rows of the weights for the choices of operators, in order; every input of a pick counts."""
    rows = {cell: iter(weight.unbind(0)) for cell, weight in weights.items()}
    found = {}
    for path, choice in net.decisions.items():
        if choice.kind == "one":
            found[path] = Gate(next(rows[path.partition("/")[0]]))
        else:
            found[path] = Gate(torch.ones(choice.n, dtype=next(iter(weights.values())).dtype))
    return found


def darts(c: int = 16, layers: int = 8, size: int = 32) -> Subject:
    made = space("darts", C=c, layers=layers, size=size)
    plain = DartsSupernet(c, layers)
    ours = paired(plain, lambda **kw: compile_supernet(made, affine=False, pool_norm=True, **kw))
    weights = {
        name: torch.randn(14, 7).softmax(-1).requires_grad_() for name in ("normal", "reduce")
    }
    return Subject("DARTS", ours, plain, weights, 2.2)


def nasbench201(c: int = 16, n: int = 5, size: int = 32) -> Subject:
    made = space("nasbench201", C=c, N=n, size=size)
    plain = NB201Supernet(c, n)
    ours = paired(plain, lambda **kw: compile_supernet(made, affine=False, **kw))
    weights = {"cell": torch.randn(6, 5).softmax(-1).requires_grad_()}
    return Subject("NAS-Bench-201", ours, plain, weights, 2.0)


def paired(plain: nn.Module, make: Callable[..., Supernet]) -> Supernet:
    """Our supernet with the weights of the plain one."""
    ordered: Supernet = make(fast=False)
    fast: Supernet = make()
    copy_weights(plain, ordered.net)
    known = {o.key: o.module for o in ordered.owners}
    for owner in fast.owners:
        state = ordered.net.get_submodule(known[owner.key]).state_dict()
        fast.net.get_submodule(owner.module).load_state_dict(state)
    return fast


def difference(subject: Subject, x: Tensor) -> float:
    """The largest relative difference between the two, in outputs and gradients."""
    pairs = zip(subject.run(subject.ours, x), subject.run(subject.theirs, x), strict=True)
    return max(float((a - b).abs().max() / b.abs().max()) for a, b in pairs)


def contests(small: bool) -> Iterator[Contest]:
    torch.set_num_threads(1)
    sizes: dict[str, Any] = {"c": 4, "size": 8} if small else {"c": 16, "size": 32}
    for make, more in (
        (nasbench201, {"n": 1} if small else {}),
        (darts, {"layers": 3} if small else {}),
    ):
        for batch in (2,) if small else (16, 64):
            torch.manual_seed(0)
            subject = make(**sizes, **more)
            checked = subject.to(torch.float64)
            x = torch.randn(2, 3, sizes["size"], sizes["size"], dtype=torch.float64)
            assert difference(checked, x) < 1e-9
            yield step(checked.to(torch.float32), torch.randn(batch, *x.shape[1:]), batch)


def step(subject: Subject, x: Tensor, batch: int) -> Contest:
    last = x.contiguous(memory_format=torch.channels_last)

    def in_channels_last() -> Work:
        changed = copy.deepcopy(subject.theirs).to(memory_format=torch.channels_last)
        return Work(lambda: subject.run(changed, last))

    return Contest(
        "Supernets", f"{subject.name}: forward and backward, batch {batch}",
        Work(lambda: subject.run(subject.ours, last)),
        [Peer("one module an operator", lambda: Work(lambda: subject.run(subject.theirs, x)), subject.bar),
         Peer("the same, channels-last", in_channels_last)],
        rounds=ROUNDS,
    )  # fmt: skip
