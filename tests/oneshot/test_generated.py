"""Hypernetworks: generated weights are those that are used, graphs are those of architectures."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import torch

from nasdsl import parse_space
from nasdsl.oneshot.generated import PIECE, Head
from nasdsl.oneshot.ghn import GraphNetwork, Nodes
from nasdsl.oneshot.smash import changed

from .cases import CASES, engine_of, space_of

METHODS = {c.name: c for c in CASES if c.name in ("smash", "ghn")}
both = pytest.mark.parametrize("name", METHODS)


def engine(name: str, space: str = "cell", **more: Any) -> Any:
    found = engine_of(METHODS[name], space_of(space), precision="fp64", **more)
    found.method.begin(found)
    return found


def test_the_head_makes_every_shape_in_pieces() -> None:
    rng = torch.Generator().manual_seed(0)
    sizes = {"a": torch.Size((3, 5)), "b": torch.Size((40, 10, 3, 3)), "c": torch.Size((PIECE, 1))}
    head = Head(sizes, 4, 6, rng)
    assert len(head.pieces) == 1 + -(-3600 // PIECE) + 1
    features = torch.randn(4, generator=rng)
    for name, size in sizes.items():
        assert head(features, name).shape == size
    deviation = float(head(features, "b").detach().std())
    assert 0.1 < deviation / (2 / 90) ** 0.5 < 10  # of He et al., fan-in 90
    assert not torch.equal(head(features, "a"), head(2 * features, "a"))


@both
@pytest.mark.parametrize("space", ["cell", "nested"])
def test_generated_weights_are_those_that_are_used(name: str, space: str) -> None:
    """With them in the supernet's own state, its path gives the same."""
    found = engine(name, space)
    batch = next(found.loader.plain(found.loader.held))
    for i in range(3):
        genotype = found.space.sample(Random(i))
        found.supernet.eval()
        out = found.method.output(found, genotype, batch).detach()
        weights = found.method.weights(found, genotype)
        assert 0 < len(weights) <= len(found.method.sizes)
        kept = {k: v.clone() for k, v in found.supernet.state_dict().items()}
        found.supernet.load_state_dict(kept | weights)
        gates = found.supernet.path(genotype)
        torch.testing.assert_close(found.supernet(batch.x, gates=gates).detach(), out)
        found.supernet.load_state_dict(kept)


@both
def test_a_step_moves_the_generator_and_no_stored_weight(name: str) -> None:
    found = engine(name, weight_decay=0)
    method = found.method
    batch = next(found.loader.plain(found.loader.weights))
    stored = {n: p.detach().clone() for n, p in found.supernet.named_parameters()}
    before = [p.detach().clone() for p in (*method.maker.parameters(), *method.head.parameters())]
    method.step(found, batch, batch)
    for n, p in found.supernet.named_parameters():
        if p.dim() >= 2:
            assert torch.equal(p, stored[n])
    after = [*method.maker.parameters(), *method.head.parameters()]
    assert any(not torch.equal(a, b) for a, b in zip(after, before, strict=True))
    biases = [n for n, p in found.supernet.named_parameters() if p.dim() < 2 and not torch.equal(p, stored[n])]  # fmt: skip
    assert biases


def test_encodings_change_what_is_generated() -> None:
    found = engine("smash")
    first, other = (found.space.unrank(i) for i in (3, 2000))
    a, b = (found.method.weights(found, g) for g in (first, other))
    shared = a.keys() & b.keys()
    assert shared and all(not torch.equal(a[n], b[n]) for n in shared)


def test_graphs_by_hand() -> None:
    """input → linear → relu, both added, tanh: and the call of a motif written out."""
    space = parse_space("""
motif two = linear(4) -> relu
network = vector(4) -> graph (x) { y = x -> two  out sum([x, y]) } -> (tanh | relu)
""")
    nodes = Nodes(space.build(space.unrank(0)).graph)
    assert nodes.kinds == ["input", "linear", "relu", "sum", "tanh"]
    assert nodes.edges == [(0, 1), (1, 2), (0, 3), (2, 3), (3, 4)]


def test_messages_reach_forward_and_back() -> None:
    """In one round the last node hears of the first, and then the first of the last."""
    rng = torch.Generator().manual_seed(0)
    network = GraphNetwork(["a", "b", "c"], 8, 1, rng)
    edges = [(0, 1), (1, 2), (2, 3)]
    plain = network(["a", "b", "b", "b"], edges)
    first = network(["c", "b", "b", "b"], edges)
    last = network(["a", "b", "b", "c"], edges)
    assert not torch.allclose(plain[3], first[3])
    assert not torch.allclose(plain[0], last[0])
    alone = network(["a"], [])
    assert torch.equal(alone[0], network.embedding.weight[0])


def test_changes_are_feasible_and_small() -> None:
    space = space_of("nested")
    rng = Random(0)
    genotype = space.sample_feasible(rng)
    for _ in range(20):
        other = changed(space, genotype, 0.2, rng)
        assert other != genotype and space.feasible(other)
