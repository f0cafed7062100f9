from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings

from nasdsl.architecture import Architecture, Graph, Node
from nasdsl.compiler import compile_architecture, simplify
from nasdsl.compiler.build import instantiate
from nasdsl.compiler.classes import classes
from nasdsl.compiler.emit import Emitted, emit_file
from nasdsl.compiler.inline import inline
from nasdsl.compiler.layout import Page
from nasdsl.compiler.rewrite import live_nodes
from nasdsl.compiler.simplify import ZERO_PRESERVING
from nasdsl.compiler.write import write_class
from nasdsl.ops import TABLE

from .graphs import Builder, architectures, network, parameters
from .hand import cell_network

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def literally(architecture: Architecture) -> Emitted:
    """The file without simplification or inlining."""
    page = Page()
    page.add("import torch\nfrom torch import nn, Tensor\nimport torch.nn.functional as F\n")
    for one in classes(architecture.graphs(), "Top"):
        page.append(write_class(one))
        page.add()
    return Emitted(page.text, "Top", {})


@SOME
@given(architectures())
def test_simplification_keeps_outputs_weights_and_gradients(a: Architecture) -> None:
    """The live weights come in the same order, so the reference's own are copied by order."""
    reference = instantiate(literally(a)).double()
    simple = instantiate(emit_file(a)).double()
    theirs, ours = reference.state_dict(), simple.state_dict()
    assert [t.shape for t in theirs.values()] == [t.shape for t in ours.values()]
    simple.load_state_dict(dict(zip(ours, theirs.values(), strict=True)))
    x = torch.randn(2, *a.inputs[0].shape, dtype=torch.float64)
    y, z = reference(x), simple(x)
    torch.testing.assert_close(y, z, rtol=1e-12, atol=1e-12)
    y.square().sum().backward()
    z.square().sum().backward()
    for p, q in zip(reference.parameters(), simple.parameters(), strict=True):
        given = [torch.zeros_like(t) if t.grad is None else t.grad for t in (p, q)]
        torch.testing.assert_close(given[0], given[1], rtol=1e-9, atol=1e-12)


@SOME
@given(architectures())
def test_simplification_keeps_counts_and_is_idempotent(a: Architecture) -> None:
    for graph in (simplify(a.graph), inline(a.graph), inline(simplify(a.graph))):
        assert parameters(graph) == parameters(a.graph)
        assert graph.output_shapes == a.graph.output_shapes
        assert graph.inputs == a.graph.inputs
    once = simplify(a.graph)
    assert simplify(once) is once


@given(architectures())
@SOME
def test_what_is_left_is_needed_or_owns_weights(a: Architecture) -> None:
    graph = simplify(a.graph)
    live = live_nodes(graph)
    dead = [i for i, alive in enumerate(live) if not alive]
    assert not dead or any(owned(graph, graph.nodes[i]) for i in dead)


def owned(graph: Graph, node: Node) -> int:
    """The parameters of one node."""
    if node.body:
        return parameters(node.body)
    assert node.op
    return node.op.parameters([graph.shape_of(v) for v in node.inputs], dict(node.attrs))


def sum_of(*kinds: str) -> Graph:
    b = Builder("net", (2, 4, 4))
    terms = [b.chain(0, *kind.split()) for kind in kinds]
    return b.done(b.op("sum", *terms))


def names(graph: Graph) -> list[str]:
    return [n.name for n in simplify(graph).nodes]


def test_zero_terms_are_left_out() -> None:
    assert names(sum_of("zero", "relu")) == ["relu"]
    assert names(sum_of("zero relu", "relu", "silu")) == ["relu", "silu", "sum"]
    assert names(sum_of("zero", "identity")) == []
    assert names(sum_of("zero", "zero")) == ["zero"]


def test_what_may_differ_from_zero_stays() -> None:
    assert names(sum_of("zero bn", "relu")) == ["zero", "bn", "relu", "sum"]
    assert names(sum_of("zero sigmoid", "relu")) == ["zero", "sigmoid", "relu", "sum"]


ATTRIBUTES: dict[str, dict[str, Any]] = {
    "reshape": {"shape": [16, 4]},
    "narrow": {"start": 1, "length": 2},
    "subsample": {"stride": 2, "offset": 1},
    "max_pool": {"kernel": 3, "pad": "tf"},
    "avg_pool": {"kernel": 3},
    "adaptive_avg_pool": {"size": 2},
    "scale": {"by": 3.0},
    "dropout": {"p": 0.5},
    "drop_path": {"p": 0.5},
    "pad": {"amount": 1},
    "crop": {"amount": 1},
    "shift": {"by": 1},
    "pad_channels": {"out": 8},
    "channel_shuffle": {"groups": 2},
    "pixel_shuffle": {"factor": 2},
    "pixel_unshuffle": {"factor": 2},
    "resize": {"scale": 2.0},
}


@pytest.mark.parametrize("name", sorted(ZERO_PRESERVING))
def test_zero_preserving_operators_give_zero_for_zero(name: str) -> None:
    op = TABLE[name]
    shape = (16, 4) if name in ("transpose", "to_image", "select_step") else (4, 4, 4)
    b = Builder("net", shape)
    b.op(name, 0, **ATTRIBUTES.get(name, {}))
    net = compile_architecture(network(b.done(len(b.shapes) - 1)))
    for training in (True, False):
        assert not net.train(training)(torch.zeros(2, *shape)).any()
    assert op.parameters([shape], dict(b.nodes[0].attrs)) == 0


def test_equal_graphs_stay_shared() -> None:
    graph = simplify(cell_network(n=3).graph)
    cells = [n.body for n in graph.nodes if n.name == "cell"]
    assert len(cells) == 9 and len({id(c) for c in cells}) == 3


def test_dead_weights_are_owned_but_not_run() -> None:
    b = Builder("net", (2, 4, 4))
    b.chain(0, "relu", "bn")
    a = network(b.done(b.op("relu", 0)))
    emitted = emit_file(a)
    assert parameters(simplify(a.graph)) == 4
    assert "# owns weights, but no output depends on it" in emitted.text
    assert "self.bn(" not in emitted.text
