"""Block-wise distillation: blocks, losses and combinations."""

from __future__ import annotations

import math
from itertools import islice
from random import Random
from typing import Any

import pytest
import torch

from nasdsl.diagnostics import NasError
from nasdsl.oneshot.distil import snapshot
from nasdsl.oneshot.dna import (
    DnaMethod,
    candidates_of,
    cheapest,
    distance,
    follow,
    joined,
    tapping,
)
from nasdsl.relax import relax
from nasdsl.relax.blocks import blocks_of
from nasdsl.strategies.needs import obstacles

from .cases import CASES, engine_of, space_of

DNA = next(c for c in CASES if c.name == "dna")


def engine(**more: Any) -> Any:
    found = engine_of(DNA, space_of("mobile"), precision="fp64", **more)
    found.method.begin(found)
    return found


def test_blocks_have_decisions_of_their_own() -> None:
    blocks = blocks_of(relax(space_of("mobile")))
    assert len(blocks) > 1
    paths = [p for b in blocks for p in b.decisions]
    assert len(paths) == len(set(paths)) == 12  # all but the size of the input
    assert "size" not in paths
    assert len(blocks_of(relax(space_of("cell")))) == 1


def test_spaces_without_blocks_are_refused() -> None:
    assert obstacles(space_of("cell"), "dna") == [
        "its decisions do not lie in blocks one after the other"
    ]
    assert obstacles(space_of("mobile"), "dna") == []
    with pytest.raises(NasError, match="NAS320"):
        found = engine_of(DNA, space_of("cell"))
        found.method.begin(found)


def test_the_distance_of_features_by_hand() -> None:
    """Errors 1 and 1 of a feature with variance 4."""
    teacher = torch.tensor([1.0, 5.0])
    assert float(distance(teacher + 1, teacher)) == pytest.approx(1 / 4)
    assert float(distance(teacher, teacher)) == 0


def test_neighbours_with_few_decisions_are_joined() -> None:
    blocks = [frozenset(t) for t in ("ab", "c", "d", "efg")]
    assert joined(blocks, 9) == (blocks, [0, 1, 2])
    assert joined(blocks, 3) == ([frozenset("ab"), frozenset("cd"), frozenset("efg")], [0, 2])
    assert joined(blocks, 2) == ([frozenset("abcd"), frozenset("efg")], [2])


def test_a_perfect_pupil_has_no_loss() -> None:
    """The teacher itself, along its own path: zero in every block, and its own output."""
    found = engine()
    method: DnaMethod = found.method
    method.teacher = snapshot(found.supernet)
    batch = next(found.loader.plain(found.loader.weights))
    full = found.space.genotype(method.full)
    found.supernet.train()
    known = method.features(found, batch.x, full)
    assert len(known) == len(method.blocks) - 1
    losses: list[Any] = []
    gates = found.supernet.path(full)
    with tapping(found.supernet, method.places, follow(known, losses)):
        out = found.supernet(batch.x, gates=gates)
    assert all(float(one.detach()) < 1e-20 for one in losses)
    torch.testing.assert_close(out, found.supernet(batch.x, gates=gates))


def test_blocks_learn_apart() -> None:
    """The loss of a block has no gradient in the weights of the others."""
    found = engine()
    method: DnaMethod = found.method
    method.teacher = snapshot(found.supernet)
    batch = next(found.loader.plain(found.loader.weights))
    genotype = found.space.sample(Random(1))
    with torch.no_grad():  # the pupil is not the teacher
        for weight in found.weights:
            weight += 0.1 * torch.randn_like(weight)
    found.supernet.train()
    known = method.features(found, batch.x, genotype)
    losses: list[Any] = []
    with tapping(found.supernet, method.places, follow(known, losses)):
        out = found.supernet(batch.x, gates=found.supernet.path(genotype))
    names = [n for n, _ in found.supernet.named_parameters()]
    touched = []
    for loss in [*losses, out.sum()]:
        slopes = torch.autograd.grad(loss, found.weights, retain_graph=True, allow_unused=True)
        touched.append({n for n, s in zip(names, slopes, strict=True) if s is not None and s.any()})
    assert all(touched) and sum(map(len, touched)) == len(set().union(*touched))


def test_every_candidate_of_a_block_is_met_once() -> None:
    space = space_of("mobile")
    blocks = [b.decisions for b in blocks_of(relax(space))]
    counts = []
    for block in blocks:
        met = candidates_of(space, block, 1000, Random(0))
        assert len(met) == len({tuple(c.items()) for c in met})
        assert all(set(c) <= block for c in met)
        counts.append(len(met))
    assert 2 * math.prod(counts) == space.size  # and two sizes of the input
    few = candidates_of(space, max(blocks, key=len), 5, Random(0))
    assert len(few) == 5 == len({tuple(c.items()) for c in few})


def test_combinations_come_by_ascending_loss_within_limits() -> None:
    space = space_of("nested")
    firsts = candidates_of(space, frozenset({"linear.out", "network"}), 100, Random(0))
    others = candidates_of(space, frozenset({"repeat/count"}), 100, Random(0))
    rng = Random(3)
    rated = [
        sorted(((rng.random(), c) for c in row), key=lambda p: p[0]) for row in (firsts, others)
    ]
    sums = {tuple(sorted({**a, **b}.items())): x + y for x, a in rated[0] for y, b in rated[1]}
    found = list(islice(cheapest(space, rated, Random(0)), 8))
    assert len(found) == 8 and all(map(space.feasible, found))
    keys = [{p: i for p, _, i in space.places(g) if p in ("linear.out", "network", "repeat/count")} for g in found]  # fmt: skip
    values = [sums[tuple(sorted(k.items()))] for k in keys]
    assert values == sorted(values)
