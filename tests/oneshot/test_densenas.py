"""DenseNAS: the likeliest way through a trellis, and steps that leave what was not drawn."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from nasdsl import parse_space
from nasdsl.oneshot.densenas import DenseNasMethod, connections_of, rescale
from nasdsl.oneshot.viterbi import likeliest

from .cases import CASES, engine_of, space_of
from .test_chained import made, soft

DENSENAS = next(c for c in CASES if c.name == "densenas")


def test_the_likeliest_way_is_not_the_greedy_one() -> None:
    """s4 reads s3 (0.4), s2 (0.35) or s1 (0.24), s3 reads s2 (0.5), s2 reads s1 (0.9): with operators
    for sure 0.35 · 0.9 by way of s2 is the most, with two even ones at every node the shortest way."""
    space, net = made("trellis")
    even = {p: [1 / c.n] * c.n for p, c in net.decisions.items()}
    picks = [p for p, c in net.decisions.items() if c.kind == "pick"]
    sizes = {net.decisions[p].n: p for p in picks}
    assert sorted(sizes) == [2, 3, 4]
    strengths = even | {
        sizes[4]: [0.01, 0.24, 0.35, 0.4], sizes[3]: [0.25, 0.25, 0.5], sizes[2]: [0.1, 0.9]
    }  # fmt: skip
    found = likeliest(net, strengths)
    assert found[sizes[4]] == 1  # s1, at once: 0.24 and no further operators
    strengths = {p: [1.0] * len(row) if p not in picks else row for p, row in strengths.items()}
    found = likeliest(net, strengths)
    assert found[sizes[4]] == 2 and found[sizes[2]] == 1
    assert sizes[3] not in found  # it is off the way


def best_by_enumeration(space: Any, net: Any, strengths: Any) -> float:
    """Over all members, the decisions of nodes that nothing reads left out."""
    best = -math.inf
    picks = {net.decisions[p].n: p for p, c in net.decisions.items() if c.kind == "pick"}
    for genotype in space.enumerate():
        taken = {p: int(i) for p, _, i in space.places(genotype)}
        at, total = 4, 0.0
        while at:
            pick = picks.get(at)
            read = taken[pick] if pick else 0
            if pick:
                total += math.log(strengths[pick][read])
            (operator,) = (p for p in taken if p.startswith(f"graph/i[{at - 1}]/s={read}/"))
            total += math.log(strengths[operator][taken[operator]])
            at = read
        best = max(best, total)
    return best


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_best_of_all_ways(seed: int) -> None:
    space, net = made("trellis")
    strengths = {p: g.weights.tolist() for p, g in soft(net, seed).items()}
    found = likeliest(net, strengths)
    total = sum(math.log(strengths[p][i]) for p, i in found.items())
    assert total == pytest.approx(best_by_enumeration(space, net, strengths))


def test_what_was_not_drawn_keeps_its_probability() -> None:
    before = torch.tensor([0.3, -0.2, 0.5, 0.1])
    logits = before + torch.tensor([0.4, 0.0, -0.9, 0.2])
    drawn = torch.tensor([True, False, True, False])
    rescale(logits, before, drawn)
    torch.testing.assert_close(logits.softmax(0)[~drawn], before.softmax(0)[~drawn])
    shares = logits.softmax(0)[drawn]
    assert float(torch.log(shares[0] / shares[1])) == pytest.approx(-0.2 + 1.3)


def test_operators_are_drawn_and_the_cost_is_logarithmic() -> None:
    engine = engine_of(DENSENAS, space_of("cell"), precision="fp64")
    method: DenseNasMethod = engine.method  # type: ignore[assignment]
    method.begin(engine)
    for count in (1, 2):
        found = method.sampled(engine, count)
        assert set(found) == {p for p, c in method.choices.items() if c.kind == "one"}
        for gate in found.values():
            assert gate.weights is not None and gate.active is not None
            assert len(gate.active) == count
            assert float(gate.weights.detach().sum()) == pytest.approx(1)
    even = method.cost(engine).detach()
    assert 15 ** float(even) < max(_params(engine.space, g) for g in engine.space.enumerate(0, 200))
    batch = next(engine.loader.plain(engine.loader.held))
    slopes = method.gradients(engine, batch, batch)
    assert all(s is not None for s in slopes)


def _params(space: Any, genotype: Any) -> int:
    from nasdsl.costs import cost

    return cost(space.build(genotype)).params


def test_connections_are_told_from_operators() -> None:
    space = parse_space(
        "network = vector(4) -> graph (x) { y = x -> linear(4)\n s = [x, y]\n out s[any 0..1] -> (relu | tanh) }"
    )
    paths = [p for p, _ in space.all_decisions()]
    assert len(paths) == 2 and len(connections_of(space)) == 1
    assert connections_of(space_of("cell")) == set()  # picks are told by their kind
