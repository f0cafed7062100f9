"""Compiled genotypes compute what an independent implementation computes with the same weights."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
import torch
from torch import nn

import nasdsl
from nasdsl.compiler.weights import copy_weights
from nasdsl.encodings.convert import convert
from nasdsl.encodings.library import encoding, open_code
from nasdsl.values import Fields

from .darts_network import Edge, Network

torch.set_num_threads(1)
C, CLASSES = 8, 5
V2 = """Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1),
('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5],
reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0),
('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])"""
# State 0 is put out, and node 3 is read by nobody.
ODD = """Genotype(normal=[('conv_7x1_1x7', 0), ('none', 1), ('sep_conv_5x5', 2), ('dil_conv_5x5', 2),
('avg_pool_3x3', 2), ('nor_conv_1x1', 1)], normal_concat=[4, 0, 2], reduce=[('skip_connect', 0), ('none', 1),
('sep_conv_7x7', 0), ('conv_3x1_1x3', 1), ('avg_pool_3x3', 0), ('nor_conv_3x3', 2)], reduce_concat=[4, 2])"""


def _edges(pairs: Any) -> list[Edge]:
    return [(e.values[0], i // 2 + 2, e.values[1]) for i, e in enumerate(pairs)]


def _cells(text: str, layers: int) -> list[tuple[list[Edge], tuple[int, ...]]]:
    value = encoding("darts").decode(text)
    assert isinstance(value, Fields)
    normal = _edges(value["normal"]), tuple(value["normal_concat"])
    reduce = _edges(value["reduce"]), tuple(value["reduce_concat"])
    return [reduce if i in (layers // 3, 2 * layers // 3) else normal for i in range(layers)]


def _compiled(name: str, text: str, params: dict[str, Any]) -> nn.Module:
    space, genotype = open_code(name, text, {"C": C, "classes": CLASSES, **params})
    return nasdsl.compile(space.build(genotype)).double()


def _agree(mine: nn.Module, theirs: nn.Module, size: int) -> None:
    """The same outputs, in training (with its statistics) and after it, and the same gradients."""
    torch.manual_seed(0)
    theirs = theirs.double()
    for parameter in theirs.parameters():
        if parameter.ndim == 1:
            parameter.data = torch.rand_like(parameter) + 0.5
    copy_weights(theirs, mine)
    x = torch.randn(2, 3, size, size, dtype=torch.double)
    for training in (True, False):
        outputs = [_tuple(m.train(training)(x)) for m in (mine, theirs)]
        torch.testing.assert_close(*outputs, rtol=1e-5, atol=1e-7)
        assert all(float(y.detach().abs().max()) > 0 for y in outputs[0])
        for m, ys in zip((mine, theirs), outputs, strict=True):
            m.zero_grad()
            sum(y.square().sum() for y in ys).backward()
    for p, q in zip(mine.parameters(), theirs.parameters(), strict=True):
        if p.grad is not None and q.grad is not None:
            torch.testing.assert_close(p.grad, q.grad, rtol=1e-5, atol=1e-7)
        else:
            assert p.grad is None or not p.grad.any()
            assert q.grad is None or not q.grad.any()


def _tuple(outputs: Any) -> tuple[torch.Tensor, ...]:
    return tuple(outputs) if isinstance(outputs, tuple | list) else (outputs,)


OPS = "none skip_connect max_pool_3x3 avg_pool_3x3 sep_conv_3x3 sep_conv_5x5 dil_conv_3x3 dil_conv_5x5"


def _random(seed: int, nodes: int) -> str:
    rng = Random(seed)

    def cell() -> str:
        edges = [(rng.choice(OPS.split()), rng.randrange(i // 2 + 2)) for i in range(2 * nodes)]
        return str(edges)

    joined = f"range(2, {nodes + 2})"
    return f"Genotype(normal={cell()}, normal_concat={joined}, reduce={cell()}, reduce_concat={joined})"


@pytest.mark.parametrize(
    "text", [V2, ODD, _random(0, 4), _random(1, 5)], ids=["v2", "odd", "a", "b"]
)
def test_the_network_for_cifar(text: str) -> None:
    mine = _compiled("darts", text, {"layers": 5, "auxiliary": True})
    _agree(mine, Network(_cells(text, 5), C, CLASSES, auxiliary=True), 32)


@pytest.mark.parametrize("corrected", [False, True])
def test_the_network_for_imagenet(corrected: bool) -> None:
    params = {"layers": 4, "skeleton": "imagenet", "size": 224, "auxiliary": True}
    mine = _compiled("darts", V2, {**params, "auxiliary_bn": corrected})
    theirs = Network(
        _cells(V2, 4), C, CLASSES, imagenet=True, auxiliary=True, auxiliary_bn=corrected
    )
    _agree(mine, theirs, 224)


def test_snas_normalises_pools() -> None:
    mine = _compiled("darts", V2, {"layers": 4, "pool_bn": True})
    _agree(mine, Network(_cells(V2, 4), C, CLASSES, pool_norm=nn.BatchNorm2d), 32)


def test_xnas_gates_the_first_two_thirds() -> None:
    params = {"layers": 5, "se": "xnas", "stem": 14, "skeleton": "imagenet", "size": 64}
    mine = _compiled("darts", V2, params)
    gates = [4, 8, 8, 8, 0]
    theirs = Network(_cells(V2, 5), C, CLASSES, imagenet=True, stem=14, gates=gates)
    _agree(mine, theirs, 64)


def test_nsganet_grows_by_a_step() -> None:
    mine = _compiled("darts", V2, {"layers": 4, "se": "nsganet", "grow": 4})
    _agree(mine, Network(_cells(V2, 4), C, CLASSES, grow=4, gates=[16] * 4), 32)


def test_autodl_halves_odd_sizes() -> None:
    nested = convert(V2, "darts", "dxy").text
    mine = _compiled("dxy", nested, {"N": 1, "size": 31, "C": 7})
    _agree(mine, Network(_cells(V2, 5), 7, CLASSES), 31)


def test_fairdarts_has_any_number_of_edges() -> None:
    normal = [("sep_conv_3x3", 4, 0), ("max_pool_3x3", 4, 0), ("skip_connect", 4, 3), ("dil_conv_3x3", 2, 1),
              ("skip_connect", 5, 4), ("avg_pool_3x3", 5, 1), ("sep_conv_5x5", 5, 2)]  # fmt: skip
    reduce = [("dil_conv_5x5", 2, 1), ("skip_connect", 3, 0)]
    text = (
        f"Genotype(normal={normal}, normal_concat=range(2, 6), "
        f"reduce={reduce}, reduce_concat=range(2, 6))"
    )
    mine = _compiled("fairdarts", text, {"layers": 4})
    cells = [(reduce, (2, 3)) if i in (1, 2) else (normal, (4, 2, 5)) for i in range(4)]
    _agree(mine, Network(cells, C, CLASSES), 32)


@pytest.mark.parametrize("cells", [1, 4])
def test_robnets_have_no_affine_norms_in_cells(cells: int) -> None:
    rng = Random(0)
    codes = [[rng.choice(["00", "01", "10", "11"]) for _ in range(14)] for _ in range(cells)]
    mine = _compiled("robnet", re.sub("'", '"', str(codes)), {"layers": 4})
    reads = [(i, j) for i in range(2, 6) for j in range(i)]
    names = {"00": ["none"], "01": ["sep_conv_3x3"], "10": ["skip_connect"]}
    names["11"] = names["01"] + names["10"]
    edges = [
        [(op, i, j) for (i, j), bits in zip(reads, code, strict=True) for op in names[bits]]
        for code in codes * (4 // cells)
    ]
    theirs = Network(
        [(e, (2, 3, 4, 5)) for e in edges],
        C,
        CLASSES,
        norm=lambda c: nn.BatchNorm2d(c, affine=False),
    )
    _agree(mine, theirs, 32)


def test_dropping_paths_spares_identities() -> None:
    text = V2.replace("sep_conv_3x3", "skip_connect").replace("dil_conv_3x3", "skip_connect")
    mine = _compiled("darts", text, {"layers": 4, "drop": 0.5}).train()
    dropped = [m for m in mine.modules() if type(m).__name__ == "DropPath"]
    assert len(dropped) == 2 * 5  # the pools of two reductions
