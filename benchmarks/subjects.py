"""The networks that are measured: architectures of published genotypes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import nasdsl
from nasdsl.architecture import Architecture
from nasdsl.domains import Domain
from nasdsl.genotype import Genotype
from nasdsl.space import Space

from .checkout import space

Cell = Sequence[tuple[str, int]]

DARTS_V2: Mapping[str, Cell] = {
    "normal": (
        ("sep_conv_3x3", 0), ("sep_conv_3x3", 1), ("sep_conv_3x3", 0), ("sep_conv_3x3", 1),
        ("sep_conv_3x3", 1), ("skip_connect", 0), ("skip_connect", 0), ("dil_conv_3x3", 2),
    ),
    "reduce": (
        ("max_pool_3x3", 0), ("max_pool_3x3", 1), ("skip_connect", 2), ("max_pool_3x3", 1),
        ("max_pool_3x3", 0), ("skip_connect", 2), ("skip_connect", 2), ("max_pool_3x3", 1),
    ),
}  # fmt: skip
DARTS_OPS = (
    "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5",
    "dil_conv_3x3", "dil_conv_5x5",
)  # fmt: skip
DARTS_V2_MACS = 528_359_040

NB201_OPS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
NB201_CELL = ("nor_conv_3x3", "nor_conv_3x3", "skip_connect", "avg_pool_3x3", "nor_conv_1x1",
              "nor_conv_3x3")  # fmt: skip


def darts(small: bool) -> tuple[Space, Genotype]:
    """DARTS_V2 as it is evaluated on CIFAR-10 (C = 36, 20 layers), or a little one."""
    found = space("darts", **({"C": 4, "layers": 3} if small else {}))
    choices: dict[str, int | float] = {}
    for cell, pairs in DARTS_V2.items():
        for i in range(len(pairs) // 2):
            edges = sorted(pairs[2 * i : 2 * i + 2], key=lambda pair: pair[1])
            if i:  # the first node has but two states to pick from
                states = Domain("pick", tuple(str(n) for n in range(i + 2)), 2)
                choices[f"{cell}/i[{i}]/s"] = states.index((edges[0][1], edges[1][1]))
            for op, state in edges:
                choices[f"{cell}/i[{i}]/s={state}/edge"] = DARTS_OPS.index(op)
    return found, found.genotype(choices)


def nasbench201(small: bool) -> Architecture:
    """A cell with most operators; its edges are decided node by node."""
    found = space("nasbench201", **({"N": 1, "C": 4} if small else {}))
    return found.build(Genotype(tuple(NB201_OPS.index(op) for op in NB201_CELL)))


def mobilenet(small: bool) -> Architecture:
    """MobileNetV3-large as torchvision has it."""
    settings = {"size": 32} if small else {}
    found = nasdsl.load(Path(__file__).parent / "mobilenet_v3_large.nas", set=settings)
    return found.build(found.unrank(0))
