"""Against supernets that are written by hand (benchmarks/plain_supernets.py), in float64."""

from __future__ import annotations

import pytest
import torch

from benchmarks.supernets import Subject, darts, difference, nasbench201


@pytest.mark.parametrize("training", [True, False])
def test_nasbench201(training: bool) -> None:
    _compare(nasbench201(c=4, n=1, size=8), training)


def test_darts() -> None:
    _compare(darts(c=4, layers=3, size=8), True)


def _compare(subject: Subject, training: bool) -> None:
    subject = subject.to(torch.float64)
    subject.ours.train(training)
    subject.theirs.train(training)
    torch.manual_seed(3)
    assert difference(subject, torch.randn(3, 3, 8, 8, dtype=torch.float64)) < 1e-10
