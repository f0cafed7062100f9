"""Searches by several processes: the same draws everywhere, gradients averaged."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from nasdsl.oneshot import checkpoint
from nasdsl.oneshot.names import CHECKPOINT

from .cases import QUICK, space_of
from .parallel import Parallel


def parallel(**more: Any) -> Parallel:
    return Parallel(space_of("cell"), Parallel.Config(**QUICK | more), 4)


def test_a_search_can_be_sent_to_another_process() -> None:
    strategy = parallel(epochs=1)
    strategy.listen(lambda epoch: None)
    other = pickle.loads(pickle.dumps(strategy))
    assert other.ask(1) == strategy.ask(1)


@pytest.mark.slow
def test_two_processes_search_together(tmp_path: Path) -> None:
    """Each has half of the samples and of every batch; what they learn is much the same."""
    found, ends = [], []
    for devices in (1, 2):
        strategy = parallel(devices=devices, batch_size=32 // devices, limit=256)
        strategy.attach(tmp_path / str(devices), None)
        found.append(strategy.ask(1))
        ends.append(checkpoint.load(tmp_path / str(devices) / "supernet" / CHECKPOINT))
    space = space_of("cell")
    assert all(space.contains(g) for (g,) in found)
    one, two = (end["method"]["alphas"] for end in ends)
    apart = max(float((one[p] - two[p]).abs().max()) for p in one)
    moved = max(float(two[p].abs().max()) for p in two)
    assert apart < 0.1 * moved + 5e-3
    weights = [next(w for w in end["supernet"].values() if w.ndim == 2) for end in ends]
    assert not torch.equal(*weights), "each process has samples of its own"
