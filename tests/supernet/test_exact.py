"""A supernet's path is the child with its weights: outputs and gradients, training and evaluating."""

from __future__ import annotations

import copy
from random import Random

import pytest
import torch

import nasdsl
from nasdsl.compiler import load, save
from nasdsl.compiler.supernet import Gate, compile_supernet
from nasdsl.diagnostics import NasError
from nasdsl.space import parse_space
from tests.relax.spaces import small
from tests.relax.test_resolve import NESTED

from .nets import disturbed, inputs_of, one_hot, steered, supernet, trace

QUICK = ("darts", "darts_rnn", "digits", "enas_macro", "enas_rnn", "genetic_cnn", "nas_rl_rnn",
         "nasbench201", "nasbench_macro", "natsbench_size", "one_shot", "robnets")  # fmt: skip


LONG = ("natsbench_size", "one_shot", "robnets")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n in LONG else ()) for n in QUICK]
)
def test_a_path_is_the_child(name: str) -> None:
    net, space, rng = supernet(name), small(name), Random(5)
    for training in (True, False):
        genotype = space.sample(rng)
        architecture = space.build(genotype)
        child = nasdsl.compile(architecture).double()
        child.load_state_dict(net.child_state(genotype))
        before = {k: v.clone() for k, v in net.state_dict().items()}
        net.train(training)
        child.train(training)
        x = inputs_of(architecture)
        expected = trace(child, x)
        hard = net.path(genotype)
        torch.testing.assert_close(steered(net, hard, x), expected, rtol=1e-9, atol=1e-9)
        if training:
            moved = net.child_state(genotype)
            for key, value in child.state_dict().items():  # but of what no output depends on
                ran = child.state_dict().get(key.rpartition(".")[0] + ".num_batches_tracked")
                if ran is None or ran:
                    torch.testing.assert_close(moved[key], value)
        net.load_state_dict(before)
        torch.testing.assert_close(
            steered(net, one_hot(net, hard), x), expected, rtol=1e-6, atol=1e-6
        )
        net.load_state_dict(before)


def test_nested_decisions() -> None:
    space, rng = parse_space(NESTED), Random(2)
    net = disturbed(compile_supernet(space).double())
    for _ in range(4):
        genotype = space.sample(rng)
        architecture = space.build(genotype)
        child = nasdsl.compile(architecture).double().eval()
        child.load_state_dict(net.child_state(genotype))
        net.eval()
        x = inputs_of(architecture)
        found = steered(net, net.path(genotype), x)
        torch.testing.assert_close(found, trace(child, x))


def test_norms_without_parameters_become_the_identity_in_a_child() -> None:
    net, space = supernet("darts", affine=False), small("darts")
    genotype = space.sample(Random(0))
    architecture = space.build(genotype)
    child = nasdsl.compile(architecture).double()
    child.load_state_dict(net.child_state(genotype))
    x = inputs_of(architecture)
    found = steered(net, net.path(genotype), x)
    torch.testing.assert_close(found, trace(child, x))


@pytest.mark.parametrize(("options", "count"), [
    ({"affine": False, "pool_norm": True}, 1_930_618),
    ({"affine": False, "pool_norm": True, "partial": 4}, 299_578),
])  # fmt: skip
def test_search_networks_have_their_published_sizes(options: dict[str, int], count: int) -> None:
    """ATLAS C51: DARTS and PC-DARTS, C = 16, 8 cells, CIFAR-10; 2 x 14 edges of 7 operators."""
    space = nasdsl.load(path("darts"), set={"C": 16, "layers": 8})
    net = compile_supernet(space, **options)
    assert sum(p.numel() for p in net.parameters()) == count
    edges = [c for c in net.decisions.values() if c.kind == "one"]
    assert len(edges) == 28 and {c.n for c in edges} == {7}


def path(name: str) -> str:
    from tests.spaces.cells import FOLDER

    return str(FOLDER / f"{name}.nas")


def test_what_is_not_active_is_not_run() -> None:
    net, space = supernet("nasbench201"), small("nasbench201")
    ran: list[str] = []
    hooks = [
        m.register_forward_hook(lambda *_, name=n: ran.append(name))
        for n, m in net.net.named_modules() if isinstance(m, torch.nn.Conv2d)
    ]  # fmt: skip
    genotype = space.genotype(
        {f"cell/i[{i}]/n/y[{j}]/edge": 2 for i in range(3) for j in range(i + 1)}
    )
    net(torch.randn(1, 3, 8, 8, dtype=torch.float64), gates=net.path(genotype))
    for hook in hooks:
        hook.remove()
    assert len(ran) == 1 + 3 * 6 + 2 * 3  # the stem, 6 edges in 3 cells, 2 residual blocks


def test_soft_gates_are_differentiable_weights() -> None:
    net = supernet("nasbench201")
    gates, leaves = {}, []
    for at, choice in net.decisions.items():
        weights = torch.full((choice.n,), 1 / choice.n, dtype=torch.float64, requires_grad=True)
        leaves.append(weights)
        gates[at] = Gate(weights)
    net(torch.randn(2, 3, 8, 8, dtype=torch.float64), gates=gates).square().sum().backward()
    assert all(w.grad is not None and (w.grad != 0).sum() >= 4 for w in leaves)  # `none` has none


def test_a_decision_without_a_gate_is_named() -> None:
    net = supernet("nasbench201")
    with pytest.raises(NasError, match="NAS611"):
        net(torch.randn(1, 3, 8, 8, dtype=torch.float64), gates={})


def test_copies_compute_the_same() -> None:
    net, space = supernet("digits"), small("digits")
    other = copy.deepcopy(net)
    gates = net.path(space.sample(Random(4)))
    x = torch.randn(2, 1, 8, 8, dtype=torch.float64)
    net.eval()
    other.eval()
    assert torch.equal(net(x, gates=gates), other(x, gates=gates))
    assert list(other.state_dict()) == list(net.state_dict())


def test_a_child_is_saved_and_read(tmp_path: object) -> None:
    net, space = supernet("digits"), small("digits")
    genotype = space.sample(Random(4))
    child = nasdsl.compile(space.build(genotype)).double()
    child.load_state_dict(net.child_state(genotype))
    save(child, f"{tmp_path}/child.safetensors")
    again = nasdsl.compile(space.build(genotype)).double()
    load(again, f"{tmp_path}/child.safetensors")
    for key, value in child.state_dict().items():
        assert torch.equal(value, again.state_dict()[key])
