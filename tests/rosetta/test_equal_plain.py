"""Published strings compile to networks that compute what plain PyTorch computes."""

from __future__ import annotations

import json
from ast import literal_eval
from random import Random
from typing import Any

import pytest
import torch
from torch import nn

from . import plain_benchmarks as benchmarks
from . import plain_networks as plain
from .matching import agree
from .test_equal import CLASSES, compiled, published
from .test_rosetta import ENTRIES

torch.set_num_threads(1)


def _text(id: str) -> str:
    return str(next(e["string"] for e in ENTRIES if e["id"] == id))


def _json(id: str) -> Any:
    return json.loads(_text(id))


NAMES = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")


@pytest.mark.parametrize("seed", range(6))
def test_nasbench201(seed: int) -> None:
    rng = Random(seed)
    edges = [[rng.choice(NAMES) for _ in range(i + 1)] for i in range(3)]
    edges[2][rng.randrange(3)] = "skip_connect"
    groups = ["|" + "".join(f"{op}~{j}|" for j, op in enumerate(node)) for node in edges]
    mine = compiled(
        "nasbench201", "+".join(groups), {"C": 8, "N": 2, "size": 16, "classes": CLASSES}
    )
    agree(mine, benchmarks.nasbench201(edges, 8, 2, CLASSES), 16)


I, O, C1, C3, P = "input", "output", "conv1x1-bn-relu", "conv3x3-bn-relu", "maxpool3x3"
MODULES: list[tuple[list[list[int]], list[str]]] = [
    ([[0, 1, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 1, 0, 0],
      [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 1], [0] * 7], [I, C1, C3, C3, C3, P, O]),
    # Vertices of several widths, one cut off, an edge from input to output, and nine edges.
    ([[0, 1, 1, 0, 0, 0, 1], [0, 0, 0, 1, 0, 1, 0], [0, 0, 0, 1, 0, 0, 1], [0, 0, 0, 0, 0, 1, 0],
      [0] * 7, [0, 0, 0, 0, 0, 0, 1], [0] * 7], [I, C3, P, C1, C3, C1, O]),
    ([[0, 1], [0, 0]], [I, O]),
    ([[0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1], [0] * 4], [I, P, C3, O]),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(MODULES)))
def test_nasbench101(number: int) -> None:
    matrix, ops = MODULES[number]
    text = json.dumps({"matrix": matrix, "ops": ops})
    mine = compiled("nasbench101", text, {"C": 9, "modules": 2, "size": 16, "classes": CLASSES})
    used = [v for v in range(len(ops)) if v in (0, len(ops) - 1) or any(matrix[v])]
    pruned = [[matrix[u][v] for v in used] for u in used]
    agree(mine, benchmarks.nasbench101(pruned, [ops[v] for v in used], 9, 2, CLASSES), 16)


@pytest.mark.slow
def test_fairnas() -> None:
    rows = [(e, o, k, s, "relu6", None) for e, o, k, s in literal_eval(_text("fairnas-a"))]
    head = [plain.conv(rows[-1][1], 1280, 1, 1, "relu6"), plain.Pooled(nn.Linear(1280, CLASSES))]
    theirs = plain.fair(rows, 32, ("relu6", "relu6"), head)
    agree(published("fairnas-a", size=64, classes=CLASSES), theirs, 64)


@pytest.mark.slow
def test_moga() -> None:
    rows = [
        (e, o, k, s, act, act if se else None)
        for e, o, k, s, h, se in literal_eval(_text("moga-a"))
        for act in ["h_swish" if h else "relu"]
    ]
    mix = nn.Linear(960, 1280, bias=False)
    head = plain.Pooled(mix, nn.Hardswish(), nn.Linear(1280, CLASSES))
    last = plain.conv(rows[-1][1], 960, 1, 1, "h_swish")
    theirs = plain.fair(rows, 16, ("h_swish", "relu"), [last, head])
    agree(published("moga-a", size=64, classes=CLASSES), theirs, 64)


@pytest.mark.slow
def test_scarlet() -> None:
    rows = [
        (e, o, k, s, "h_swish", "relu" if se else None)
        for e, o, k, s, se in (r for r in literal_eval(_text("scarlet-c")) if r != "identity")
    ]
    head = [plain.conv(rows[-1][1], 1280, 1, 1, "relu6"), plain.Pooled(nn.Linear(1280, CLASSES))]
    theirs = plain.fair(rows, 32, ("relu6", "relu6"), head)
    agree(published("scarlet-c", size=64, classes=CLASSES), theirs, 64)


@pytest.mark.slow
def test_densenas() -> None:
    entry = next(e for e in ENTRIES if e["system"] == "DenseNAS")
    items = [literal_eval(item.strip()) for item in entry["string"].split("|")]

    def op(name: str) -> tuple[int, int]:
        _, k, t = name.split("_")
        return int(k[1:]), int(t[1:])

    blocks = [
        (i, o, [op(name) for name in [head, *stack]], stride)
        for (i, o), head, stack, _, stride in items[:-1]
    ]
    theirs = plain.densenas([*blocks, tuple(items[-1][0])], CLASSES)
    agree(published(entry["id"], size=64, classes=CLASSES), theirs, 64)


@pytest.mark.parametrize(
    "id",
    [
        "ofa-s7edge_lat_29ms_top1_70p5_finetune_25",
        pytest.param("proxyless-gpu", marks=pytest.mark.slow),
    ],
)
def test_ofa(id: str) -> None:
    agree(published(id, size=64), plain.ofa(_json(id)), 64)


@pytest.mark.slow
@pytest.mark.parametrize("id", ["atomnas-a", "atomnas-a-plus"])
def test_atomnas(id: str) -> None:
    config = _json(id)
    rows = config["inverted_residual_setting"]
    widths = config["input_channel"], config["last_channel"], config["num_classes"]
    agree(published(id, size=64), plain.atomnas(rows, *widths, "plus" in id), 64)


@pytest.mark.slow
def test_attentivenas() -> None:
    entry = min(
        (e for e in ENTRIES if e["encoding"].startswith("attentivenas")), key=lambda e: e["params"]
    )
    code = {**json.loads(entry["string"]), "resolution": 64}
    params = {"dead_shortcuts": False, "classes": CLASSES}
    mine = compiled("attentivenas", json.dumps(code), params)
    agree(mine, plain.attentivenas(code, CLASSES), 64)


@pytest.mark.slow
def test_spos() -> None:
    theirs = plain.spos(literal_eval(_text("spos-block")), CLASSES)
    agree(published("spos-block", size=64, classes=CLASSES), theirs, 64)


BASIC = "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,8,1,12,2)SuperResK5K5(8,16,2,8,2)SuperConvK1BNRELU(16,24,1,1)"


@pytest.mark.parametrize(
    "text",
    [
        BASIC,
        "SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K7(8,16,2,20,2)SuperResIDWE6K3(16,16,1,16,2)",
        "SuperConvK3BNRELU(3,8,1,2)SuperResK1K5K1(8,24,2,8,2)SuperResK1K3K1(24,24,1,12,2)",
    ],
    ids=["basic", "inverted", "bottleneck"],
)
@pytest.mark.parametrize("se", [False, True])
def test_plainnet(text: str, se: bool) -> None:
    blocks = [
        (name, [int(n) for n in numbers.split(",")])
        for name, numbers in (block.split("(") for block in text.rstrip(")").split(")"))
    ]
    mine = compiled("plainnet", text, {"size": 32, "classes": CLASSES, "use_se": se})
    agree(mine, plain.plainnet(blocks, CLASSES, se), 32)


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param("fbnet_a", marks=pytest.mark.slow), "fbnetv2_f1"])
def test_fbnet(name: str) -> None:
    id = f"mobilevision-{name}"
    theirs = plain.fbnet(_json(id), CLASSES)
    agree(published(id, size=64, classes=CLASSES), theirs, 64)
