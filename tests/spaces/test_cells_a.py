"""Worked examples of recurrent cells: decoded from tokens, they compute the papers' formulas."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

import nasdsl
from nasdsl.genotype import Genotype
from nasdsl.space import Space

from .families_a import drive, load

BATCH, STEPS, HIDDEN, VOCABULARY = 2, 3, 5, 7
SMALL = {"hidden": HIDDEN, "steps": STEPS, "vocabulary": VOCABULARY}


def _run(space: Space, genotype: Genotype) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Embedded tokens (batch, steps, hidden), the network's outputs, and the cell's matrices."""
    torch.manual_seed(3)
    module = nasdsl.compile(space.build(genotype)).double()
    tokens = torch.randint(0, VOCABULARY, (BATCH, STEPS))
    found = dict(module.named_parameters())
    embedded = found["embedding.weight"][tokens]
    matrices = [p.T for name, p in found.items() if name.startswith("cell.")]
    decoded = module(tokens) - found["linear.bias"]
    # The decoder has more outputs than the state has features: undo it.
    states = decoded @ torch.linalg.pinv(found["linear.weight"]).T
    return embedded, states, matrices


def test_the_enas_example() -> None:
    """h1 = tanh(x Wx + h Wh), h2 = ReLU(h1 W21), h3 = ReLU(h2 W32), h4 = tanh(h1 W41); the leaves
    h3 and h4 are averaged."""
    space = load("enas_rnn", N=4, **SMALL)
    genotype = drive(space, ["tanh", "relu", "1", "relu", "0", "tanh"])
    x, states, (wx, wh, w21, w32, w41) = _run(space, genotype)
    h = torch.zeros(BATCH, HIDDEN, dtype=torch.float64)
    for t in range(STEPS):
        h1 = torch.tanh(x[:, t] @ wx + h @ wh)
        h3 = torch.relu(torch.relu(h1 @ w21) @ w32)
        h = (h3 + torch.tanh(h1 @ w41)) / 2
        torch.testing.assert_close(states[:, t], h)


def test_the_nas_rl_example() -> None:
    """Base 2: the memory is injected into node 0 and stored from node 1, before its activation."""
    space = load("nas_rl_rnn", base=2, **SMALL)
    assert space.size == 8**4 * 3**2
    answers = [0, 1, "add", "relu", "add", "tanh", "elem_mult", "relu", "elem_mult", "sigmoid"]
    x, states, (w1, w2, w3, w4) = _run(space, drive(space, answers))
    h = c = torch.zeros(BATCH, HIDDEN, dtype=torch.float64)
    for t in range(STEPS):
        a0 = torch.tanh(x[:, t] @ w1 + h @ w2)
        before = (x[:, t] @ w3) * (h @ w4)
        h, c = torch.sigmoid(torch.relu(a0 + c) * torch.relu(before)), before
        torch.testing.assert_close(states[:, t], h)


def test_a_darts_cell() -> None:
    """Highway nodes s + sigmoid(c)*(act(h) - s), and the mean of all but the first."""
    space = load("darts_rnn", nodes=3, **SMALL)
    acts: dict[str, Callable[[Tensor], Tensor]] = {
        "tanh": torch.tanh, "relu": torch.relu, "identity": torch.clone, "sigmoid": torch.sigmoid
    }  # fmt: skip
    recurrent = [("sigmoid", 0), ("relu", 1), ("identity", 0)]
    answers = ["sigmoid", 1, "relu", 0, "identity"]
    x, states, (w0, *w) = _run(space, drive(space, answers))

    def node(s: Tensor, mixed: Tensor, act: str) -> Tensor:
        c, h = mixed.chunk(2, dim=-1)
        return s + torch.sigmoid(c) * (acts[act](h) - s)

    h = torch.zeros(BATCH, HIDDEN, dtype=torch.float64)
    for t in range(STEPS):
        s = [node(h, torch.cat([x[:, t], h], -1) @ w0, "tanh")]
        for matrix, (act, before) in zip(w, recurrent, strict=True):
            s.append(node(s[before], s[before] @ matrix, act))
        h = torch.stack(s[1:]).mean(0)
        torch.testing.assert_close(states[:, t], h)


def test_an_lstm_is_an_rnn_expression() -> None:
    """c = sigmoid(x F + h G)*c + tanh(x A)*sigmoid(h B), h = sigmoid(x O)*tanh(c)."""
    space = load("schrimpf_rnn", height=5, **SMALL)
    gate = ["Sigmoid", "Add", "MM", "x", "MM", "h_before"]  # as deep as may be: leaves only
    memory = ["Add", "Mult", *gate, "leaf", "c_before",
              "Mult", "Tanh", "MM", "leaf", "x", "Sigmoid", "MM", "leaf", "h_before"]  # fmt: skip
    state = ["Mult", "Sigmoid", "MM", "leaf", "x", "Tanh", "leaf", "c"]
    x, states, (f, g, a, b, o) = _run(space, drive(space, [*memory, *state]))
    h = c = torch.zeros(BATCH, HIDDEN, dtype=torch.float64)
    for t in range(STEPS):
        now = x[:, t]
        c = torch.sigmoid(now @ f + h @ g) * c + torch.tanh(now @ a) * torch.sigmoid(h @ b)
        h = torch.sigmoid(now @ o) * torch.tanh(c)
        torch.testing.assert_close(states[:, t], h)
