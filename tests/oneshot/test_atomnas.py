"""AtomNAS: what an atom costs, when it dies, and what is left, by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from nasdsl import parse_space
from nasdsl.diagnostics import NasError
from nasdsl.oneshot.atomnas import AtomNasMethod

from .cases import CASES, engine_of, space_of

ATOMNAS = next(c for c in CASES if c.name == "atomnas")
SPACE = parse_space("""
space atoms
motif branch(k) = conv(1, out = any [2, 4, 8]) -> bn -> relu -> dw_conv(k) -> bn -> conv(1, out = 4)
network = image(1, 8, 8) -> conv(3, out = 4) -> graph (x) {
  t = some of [x -> branch(3), x -> branch(5)]
  out sum([x] + t)
} -> (bn | (conv(1) -> bn)) -> global_avg_pool -> linear(10)
""")


def engine(**more: Any) -> Any:
    found = engine_of(ATOMNAS, SPACE, **more)
    found.method.begin(found)
    return found


def test_an_atom_costs_what_computes_and_reads_it() -> None:
    """At 64 places: the first norm of a branch 4 weights before it and 9 or 25 of the depthwise layer,
    and 4 behind it, each once; in the last choice 1 norm costs what it follows."""
    found = engine()
    norms = found.method.norms
    costs = [n.cost / 64 for n in norms]
    assert costs[:4] == [4 + 9 + 4, 9 + 9 + 4, 4 + 25 + 4, 25 + 25 + 4]
    total = sum(c * n.layer.weight.numel() for c, n in zip(found.method.costs, norms, strict=True))
    assert total == pytest.approx(sum(n.layer.weight.numel() for n in norms))


def test_the_penalty_and_its_ramp() -> None:
    found = engine(epochs=100, rho=0.5, ramp=0.2, free=0.1)
    method: AtomNasMethod = found.method
    expected = sum(
        c * n.layer.weight.numel() for c, n in zip(method.costs, method.norms, strict=True)
    )
    assert float(method.penalty().detach()) == pytest.approx(expected)  # all scales are 1
    rates = []
    for epoch in (0, 10, 15, 20, 99):
        found.epoch = epoch
        rates.append(method.rate(found))
    assert rates == pytest.approx([0, 0, 0.25, 0.5, 0.5])


def test_the_dead_stay_dead_and_widths_have_room_for_the_living() -> None:
    found = engine()
    method: AtomNasMethod = found.method
    with torch.no_grad():
        for norm, alive in zip(method.norms, (3, 2, 0, 0), strict=False):
            norm.layer.weight[alive:] = 0.01
    method.prune(found, kill=True)
    assert method.alive()[:4] == [3, 2, 0, 0]
    with torch.no_grad():
        for norm in method.norms:
            norm.layer.weight += 0.3
    method.prune(found, kill=False)
    assert [int((n.layer.weight == 0).sum()) for n in method.norms][:4] == [5, 6, 8, 8]
    (genotype,) = method.derive(found)
    shown = {d.path: d.domain.show(d.index) for d in found.space.decisions(genotype)}
    bits = [v for v in shown.values() if v in ("yes", "no")]
    widths = [v for p, v in shown.items() if p.endswith("conv.out")]
    assert bits == ["yes", "no"]  # the second branch is dead
    assert widths[0] == "4"  # three and two channels live


def test_all_options_are_there_at_once() -> None:
    found = engine()
    method: AtomNasMethod = found.method
    batch = next(found.loader.plain(found.loader.weights))
    found.supernet.train()
    loss = found.loss(batch, method.gates(found))
    slopes = torch.autograd.grad(loss, found.weights, allow_unused=True)
    assert all(s is not None for s in slopes)


def test_spaces_without_norms_are_refused() -> None:
    with pytest.raises(NasError, match="NAS320"):
        other = engine_of(ATOMNAS, space_of("cell"))
        other.method.begin(other)
