"""Decisions know what they are for: an input, a number of repetitions, or neither."""

from __future__ import annotations

from random import Random

import pytest

from nasdsl import load, parse_space

from ..documents import ROOT

TENSORS = "graph (x) { n = [x, x -> relu, x -> tanh] "


@pytest.mark.parametrize(
    ("body", "roles"),
    [
        (TENSORS + "out any n }", ["input"]),
        (TENSORS + "out n[any 0..2] }", ["input"]),
        (TENSORS + "out sum([any n -> (relu | tanh), x]) }", ["input", ""]),
        (TENSORS + "i = any 0..2 out n[i] -> linear(4 + i) }", ["input"]),
        (TENSORS + "out any [t -> relu for t in n] }", ["input"]),
        (TENSORS + "s = some of n[1..] out sum(s) if s else x }", ["", ""]),
        (TENSORS + "out sum(pick 2 of n) }", [""]),
        ("graph (x) { out (x -> relu | x -> tanh) }", [""]),
        ("graph (x) { k = [2, 3, 4] out x -> linear(k[any 0..2]) }", [""]),
        ("graph (x) { f = [relu, tanh] out x -> f[any 0..1] }", [""]),
        ("repeat any 1..3 { relu }", ["count"]),
        ("(any 1..3) * linear(any [2, 3])", ["count", ""]),
        ("repeat 2 { linear(any 1..3) }", ["", ""]),
        ("linear(any 1..3)", [""]),
    ],
)
def test_roles(body: str, roles: list[str]) -> None:
    space = parse_space(f"network = vector(4) -> {body}")
    assert [step.role for step in space.steps(space.unrank(0))] == roles


@pytest.mark.parametrize(
    ("name", "role", "count"),
    [("darts_rnn", "input", 7), ("enas_rnn", "input", 10), ("nasbench201", "", 6),
     ("nasnet", "input", 20), ("ofa", "count", 5)],
)  # fmt: skip
def test_spaces_of_the_literature(name: str, role: str, count: int) -> None:
    space = load(ROOT / "spaces" / f"{name}.nas")
    steps = space.steps(space.sample(Random(0)))
    assert sum(step.role == role for step in steps) == count
