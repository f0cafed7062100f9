"""I-DARTS, DNW and MaskConnect: weights and gradients by hand-computed numbers."""

from __future__ import annotations

import math
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from nasdsl.oneshot.choices import Choice
from nasdsl.oneshot.dnw import DnwConfig, DnwMethod
from nasdsl.oneshot.i_darts import IDartsConfig, IDartsMethod
from nasdsl.oneshot.maskconnect import MaskConnectConfig, MaskConnectMethod

from .cases import space_of

PICK = Choice("p", "pick", 3, 2)
ONE = Choice("o", "one", 3)
BITS = [Choice(f"b[{i}]", "bit", 1) for i in range(4)]
EDGES = [Choice(f"p={i}/op", "one", 2, element=("p", i)) for i in range(3)]


def of(kind: Any, config: Any, *choices: Choice) -> Any:
    return kind(config, space_of("cell"), {c.path: c for c in choices}, 0)


def put(method: Any, **values: list[float]) -> None:
    for path, row in values.items():
        score = method.scores[path] if hasattr(method, "scores") else method.alphas.params[path]
        score.data = torch.tensor(row)


def test_edges_of_a_node_share_a_softmax() -> None:
    """Two of three edges with two operators and an absence each: shares of e^α times two."""
    method: IDartsMethod = of(IDartsMethod, IDartsConfig(), PICK, *EDGES, ONE)
    for edge, row in zip(EDGES, [[4, 1, 1], [2, 1, 1], [8, 1, 1]], strict=True):
        put(method, **{edge.path: [math.log(v) for v in row]})
    found = method.weights(SimpleNamespace())  # type: ignore[arg-type]
    assert found["p=0/op"].tolist() == pytest.approx([0.4, 0.1, 0.1])
    assert found["p=2/op"].tolist() == pytest.approx([0.8, 0.1, 0.1])
    assert sum(float(found[e.path].detach().sum()) for e in EDGES) == pytest.approx(2)
    assert float(found["o"].detach().sum()) == pytest.approx(1)
    strengths = method.strengths()
    assert strengths["p"] == pytest.approx([0.2, 0.1, 0.4])
    assert strengths["p=1/op"] == pytest.approx([0.1, 0.05])


def test_where_all_edges_are_taken_weights_sum_to_their_number() -> None:
    method: IDartsMethod = of(IDartsMethod, IDartsConfig(), *EDGES)
    found = method.weights(SimpleNamespace())  # type: ignore[arg-type]
    assert sum(float(row.detach().sum()) for row in found.values()) == pytest.approx(3)


def test_the_largest_magnitudes_are_real_and_all_learn() -> None:
    method: DnwMethod = of(DnwMethod, DnwConfig(density=0.5), PICK, ONE, *BITS)
    put(method, p=[-0.9, 0.1, 0.5], o=[0.2, -0.3, 0.1])
    for bit, value in zip(BITS, [0.3, -0.7, 0.1, 0.4], strict=True):
        put(method, **{bit.path: [value]})
    found = method.weigh(SimpleNamespace())  # type: ignore[arg-type]
    assert found["p"].tolist() == pytest.approx([-0.9, 0.0, 0.5])
    assert found["o"].tolist() == pytest.approx([0.0, -0.3, 0.0])
    assert [float(found[b.path].detach()) for b in BITS] == pytest.approx([0, -0.7, 0, 0.4])
    towards = torch.tensor([1.0, 2.0, 3.0])
    (slope,) = torch.autograd.grad((found["p"] * towards).sum(), method.scores["p"])
    assert slope.tolist() == [1.0, 2.0, 3.0]  # also where nothing is used
    assert method.strengths()["p"] == pytest.approx([0.9, 0.1, 0.5])
    assert [method.strengths()[b.path][0] for b in BITS] == [0, 1, 0, 1]


def test_masks_are_drawn_without_replacement_by_their_size() -> None:
    method: MaskConnectMethod = of(MaskConnectMethod, MaskConnectConfig(), PICK, ONE, BITS[0])
    put(method, o=[0.6, 0.3, 0.1], p=[1.0, 1.0, 0.0], **{"b[0]": [0.7]})
    engine: Any = SimpleNamespace(noise=torch.Generator().manual_seed(0))
    met: Counter[Any] = Counter()
    for _ in range(3000):
        found = method.weigh(engine)
        met["o", int(found["o"].argmax())] += 1
        met["p", tuple(found["p"].tolist())] += 1
        met["b"] += int(found["b[0]"].detach())
    assert [met["o", i] / 3000 for i in range(3)] == pytest.approx([0.6, 0.3, 0.1], abs=0.03)
    assert met["p", (1.0, 1.0, 0.0)] > 2990  # a mask of zero is drawn once in thousands
    assert met["b"] / 3000 == pytest.approx(0.7, abs=0.03)


def test_masks_descend_the_gradient_of_what_was_drawn_and_are_clipped() -> None:
    method: MaskConnectMethod = of(MaskConnectMethod, MaskConnectConfig(), ONE)
    engine: Any = SimpleNamespace(noise=torch.Generator().manual_seed(0))
    found = method.weigh(engine)["o"]
    assert sorted(found.tolist()) == [0, 0, 1]
    (found * torch.tensor([10.0, -100.0, 20.0])).sum().backward()
    for group in method.optimizer.param_groups:
        group["lr"] = 0.01
    method.optimizer.step()
    with torch.no_grad():
        method.after_step()
    assert method.scores["o"].tolist() == pytest.approx([0.4, 1.0, 0.3])
