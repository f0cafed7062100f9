"""P-DARTS: stages, options that are left, skip connections."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from nasdsl import NasError, parse_space
from nasdsl.oneshot.p_darts import at_depth

from .cases import Case, engine_of, space_of

EDGE = "graph/i[0]/s=0/edge"  # linear, tanh, skip, and absence


def method_of(**options: Any) -> tuple[Any, Any]:
    engine = engine_of(Case("p_darts", {"warm_up": 0, **options}), space_of("cell"))
    engine.method.begin(engine)
    return engine, engine.method


def test_the_strongest_options_are_kept_and_weighed_among_themselves() -> None:
    engine, method = method_of(dropout=[0.0])
    with torch.no_grad():
        method.alphas.params[EDGE].copy_(torch.tensor([2.0, 1.0, 3.0, 0.0]).log())
    assert method.best(2)[EDGE] == [0, 2]
    method.narrow(1, {EDGE: [0, 2]})
    gate = method.gates(engine)[EDGE]
    assert gate.active == (0, 2) and gate.weights.tolist() == pytest.approx([0.4, 0, 0.6])
    assert method.probabilities()[EDGE][1] == 0.0
    assert method.best(1)[EDGE] == [2]


def test_skip_connections_are_dropped_at_a_rate_that_decays() -> None:
    engine, method = method_of(dropout=[0.0, 0.5])
    assert method.rate(engine) == 0.0
    method.narrow(1, {})
    assert method.rate(engine) == 0.5
    rows = [method.gates(engine)[EDGE].weights.detach() for _ in range(400)]
    dropped = [float(row[2]) == 0.0 for row in rows]
    assert sum(dropped) / 400 == pytest.approx(0.5, abs=0.1)
    assert float(sum(row[2] for row in rows) / 400) == pytest.approx(0.25, abs=0.05)
    assert all(float(row[0]) == pytest.approx(0.25, abs=1e-2) for row in rows)
    engine.epoch = 5
    assert method.rate(engine) == pytest.approx(0.5 / 2.71828, abs=1e-3)


@pytest.mark.parametrize("most", [0, 1, 3])
def test_no_cell_has_too_many_skips(most: int) -> None:
    engine, method = method_of(most_skips=most)
    with torch.no_grad():
        for alpha in method.alphas:
            if len(alpha) == 4:
                alpha.copy_(torch.tensor([0.1, 0.0, 2.0, -1.0]) + 0.01 * torch.randn(4))
    (found,) = method.derive(engine)
    taken = [str(d) for d in method.space.decisions(found)]
    assert sum(text.endswith("skip") for text in taken) == most


DEEP = "param n = 2, w = 3\nnetwork = vector(4) -> n * (relu | tanh) -> linear(any 1..w)"


def test_only_depth_may_change() -> None:
    space = parse_space(DEEP)
    assert at_depth(space, "layers", 7) is space
    deeper = at_depth(space, "n", 5)
    assert deeper.hash == space.hash and deeper.params["n"] == 5
    with pytest.raises(NasError, match="NAS625"):
        at_depth(space, "w", 4)
