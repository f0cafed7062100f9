"""The simulation of a large cluster agrees with what can be said without it."""

from __future__ import annotations

import pytest

from benchmarks.thousand import Cluster, busy


@pytest.mark.parametrize(("mean", "expected"), [(0.05, 0.25), (0.1, 0.5), (20.0, 0.97)])
def test_a_search_is_the_limit_or_is_not(mean: float, expected: float) -> None:
    """100 workers, 2 ms a trial: 500 trials a second at most, so mean · 500 / 100 of the time."""
    share = busy(Cluster(100, mean, trip=0.0), 4000)
    assert share == pytest.approx(expected, abs=0.06)


def test_a_lone_worker_is_busy() -> None:
    assert busy(Cluster(1, 1.0, serve=0.0, trip=0.0, ahead=1), 200) == pytest.approx(1.0)
