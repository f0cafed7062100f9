"""Constraints against forgetting: novelty and the loss, by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl import parse_space
from nasdsl.oneshot.nsas import NsasMethod, novelty, replaced

from .cases import CASES, engine_of, space_of

SPACE = parse_space(
    "network = vector(4) -> (relu | tanh) -> (relu | tanh) -> (relu | tanh) -> (relu | tanh)"
)
NSAS = next(c for c in CASES if c.name == "nsas")


def member(bits: str) -> Any:
    paths = [p for p, _ in SPACE.all_decisions()]
    return SPACE.genotype(dict(zip(paths, map(int, bits), strict=True)))


def test_novelty_is_the_mean_distance_to_the_nearest() -> None:
    others = [member(b) for b in ("0001", "0111", "1111")]
    assert novelty(SPACE, member("0000"), others, 2) == 2.0  # of 1, 3 and 4
    assert novelty(SPACE, member("0000"), others, 9) == pytest.approx(8 / 3)
    assert novelty(SPACE, member("0000"), [], 2) == 0.0


def test_a_novel_path_takes_the_place_of_what_is_like_it() -> None:
    """0011 is most like 0001 and farther from 0000 and 1000 (2 and 3 against 1 and 2)."""
    kept = [member(b) for b in ("0000", "1000", "0001")]
    assert replaced(SPACE, kept, [member("0011")], 2) == [
        member(b) for b in ("0000", "1000", "0011")
    ]
    # 0100 is most like 0000 and as near to the others as it: nothing changes
    kept = [member(b) for b in ("0000", "1000", "0111")]
    assert replaced(SPACE, kept, [member("1001")], 2)[2] == member("0111")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 15), min_size=2, max_size=5, unique=True), st.lists(st.integers(0, 15), min_size=1, max_size=4))  # fmt: skip
def test_constraints_stay_different_and_get_no_less_novel(kept: list[int], new: list[int]) -> None:
    before = [member(f"{i:04b}") for i in kept]
    after = replaced(SPACE, before, [member(f"{i:04b}") for i in new], 2)
    assert len(set(after)) == len(before)
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) <= 1
    for a, b in changed:
        rest = [g for g in before if g != a]
        assert novelty(SPACE, b, rest, 2) > novelty(SPACE, a, rest, 2)


def test_a_step_descends_the_weighted_losses() -> None:
    engine = engine_of(
        NSAS, space_of("cell"), precision="fp64", grad_clip=0, weight_decay=0, lr=0.1
    )
    method: NsasMethod = engine.method  # type: ignore[assignment]
    method.begin(engine)
    batch = next(engine.loader.plain(engine.loader.weights))
    space = engine.space
    current, one, other = (space.unrank(i) for i in (5, 1000, 2000))
    method.constraints = [one, other]
    method.sample = lambda engine: current  # type: ignore[method-assign, assignment]
    engine.supernet.train()
    weights = [w.detach().clone() for w in engine.weights]
    losses = [engine.loss(batch, engine.supernet.path(g)) for g in (current, one, other)]
    total = 0.5 * losses[0] + 0.25 * losses[1] + 0.25 * losses[2]
    slopes = torch.autograd.grad(total, engine.weights, allow_unused=True, materialize_grads=True)
    method.step(engine, batch, batch)
    for weight, before, slope in zip(engine.weights, weights, slopes, strict=True):
        torch.testing.assert_close(weight.detach(), before - engine.lr * slope)
