"""Methods on single paths: what is remembered, what shrinks, what attacks."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.oneshot.nsas import diverse
from nasdsl.oneshot.ofa import reached
from nasdsl.oneshot.robnets import white

from .cases import Case, engine_of, space_of


def method_of(case: Case, name: str = "cell", **more: Any) -> tuple[Any, Any]:
    engine = engine_of(case, space_of(name), **more)
    engine.method.begin(engine)
    return engine, engine.method


# ------------------------------------------------------------------ I-DARTS


def test_operators_of_all_edges_of_a_node_share_one_softmax() -> None:
    engine, method = method_of(Case("i_darts"))
    edges = [f"graph/i[2]/s={j}/edge" for j in range(3)]
    with torch.no_grad():
        for path in edges:
            method.alphas.params[path].zero_()
        method.alphas.params[edges[0]][1] = 9.0
    rows = {path: method.weights(engine)[path].detach() for path in edges}
    assert float(sum(row.sum() for row in rows.values())) == pytest.approx(3.0)
    assert float(rows[edges[0]][1]) > 2.9 and float(rows[edges[2]].max()) < 0.01
    assert method.strengths()["graph/i[2]/s"][0] > 2.9


# ------------------------------------------------------------------ NSAS


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_the_memory_only_gets_more_diverse(seed: int, count: int) -> None:
    space, rng = space_of("cell"), Random(seed)
    kept: list[Any] = []
    apart = -1
    for _ in range(20):
        kept = diverse(space, kept, space.sample(rng), count)
        assert len(kept) <= count and len(set(kept)) == len(kept)
        if len(kept) == count:
            now = sum(space.distance(a, b) for a in kept for b in kept)
            assert now >= apart
            apart = now


def test_a_step_is_along_the_mean_of_both_losses() -> None:
    """Half of the gradient of the new path, half of the mean of the remembered ones."""
    engine, method = method_of(Case("nsas", {"constraints": 2}), precision="fp64")
    space = method.space
    old = [space.unrank(5), space.unrank(2000)]
    batch = next(engine.loader.train(engine.loader.weights, 1))
    new = space.unrank(900)
    method.sample = lambda engine: new
    method.kept = list(old)
    losses = [engine.loss(batch, engine.supernet.path(g)) for g in (new, *old)]
    total = 0.5 * losses[0] + 0.25 * (losses[1] + losses[2])
    expected = torch.autograd.grad(total, engine.weights, allow_unused=True)
    found: list[Any] = []
    engine.descend = lambda: found.extend(w.grad for w in engine.weights)
    method.step(engine, batch, batch)
    for a, b in zip(found, expected, strict=True):
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            torch.testing.assert_close(a, b)


# ------------------------------------------------------------------ once for all


def test_the_largest_network_comes_first_then_smaller_ones() -> None:
    engine, method = method_of(Case("ofa", {"full": 0.5, "paths": 1}), "nested", epochs=8)
    largest = method.space.decisions(method.largest())
    shown = {d.path: d.domain.show(d.index) for d in largest}
    assert shown["linear.out"] == "8" and shown["repeat/count"] == "2"
    widest = []
    for engine.epoch in range(8):
        method.before_epoch(engine)
        assert (method.teacher is None) == (engine.epoch < 4)
        drawn = [method.sample(engine) for _ in range(30)]
        counts = {d.domain.show(d.index) for g in drawn for d in method.space.decisions(g) if d.path == "repeat/count"}  # fmt: skip
        widest.append(counts)
        assert all(method.space.feasible(g) for g in drawn)
    assert widest[7] == {"0", "1", "2"} and "0" not in widest[4]


def test_numbers_shrink_in_their_order() -> None:
    space = space_of("nested")
    (count,) = [s for s in space.steps(space.genotype({})) if s.path == "repeat/count"]
    assert [reached(count, (), p) for p in (0.0, 0.5, 1.0)] == [1, 2, 3]
    order = ("linear.out", "count")
    assert [reached(count, order, p) for p in (0.25, 0.5, 0.75, 1.0)] == [1, 1, 2, 3]
    assert reached(count, ("linear.out",), 0.1) == 3, "what is not listed is free at once"


def test_smaller_networks_learn_from_the_teacher() -> None:
    engine, method = method_of(Case("ofa", {"full": 0.0, "distillation": 2.0, "paths": 1}), precision="fp64")  # fmt: skip
    method.before_epoch(engine)
    batch = next(engine.loader.train(engine.loader.weights, 1))
    path = engine.supernet.path(method.space.unrank(7))
    method.sample = lambda engine: method.space.unrank(7)
    wise = method.teacher(batch.x, gates=engine.supernet.path(method.largest())).softmax(-1)
    out = engine.supernet(batch.x, gates=path).log_softmax(-1)
    taught = -2.0 * (wise.detach() * out).sum(-1).mean()
    plain = torch.nn.functional.nll_loss(out, batch.y)
    expected = torch.autograd.grad(plain + taught, engine.weights, allow_unused=True)
    found: list[Any] = []
    engine.descend = lambda: found.extend(w.grad for w in engine.weights)
    method.step(engine, batch, batch)
    for a, b in zip(found, expected, strict=True):
        if b is not None:
            torch.testing.assert_close(a, b)


# ------------------------------------------------------------------ RobNets


def test_attacks_stay_within_the_radius_and_hurt() -> None:
    engine, method = method_of(Case("robnets", {"radius": 0.1, "attack_steps": 5, "attack_size": 0.05}))  # fmt: skip
    batch = engine.held(1)[0]
    for _ in range(5):
        engine.learn(batch, method.gates(engine))
    gates = method.gates(engine)
    attacked = method.attacked(engine, batch, gates)
    assert ((attacked.x - batch.x).abs() <= 0.1 * white(engine) * (1 + 1e-5)).all()
    assert not attacked.x.requires_grad
    assert engine.score(gates, [attacked]).loss > engine.score(gates, [batch]).loss
