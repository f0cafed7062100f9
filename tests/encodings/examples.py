"""Encodings to test with: those of examples.nas and the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nasdsl.encodings import Encoding, encodings_of
from nasdsl.encodings.library import encoding, homes
from nasdsl.parser import parse_text

OWN: Mapping[str, Encoding] = encodings_of(
    [parse_text((Path(__file__).parent / "examples.nas").read_text(encoding="utf-8"))]
)
SHIPPED: Mapping[str, Encoding] = {name: encoding(name) for name in homes()}
ALL: Mapping[str, Encoding] = {**SHIPPED, **{f"own {n}": e for n, e in OWN.items()}}
TEXTS = {
    "nasbench201": "|avg_pool_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|nor_conv_1x1~2|",
    "darts": "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
    "('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), "
    "('max_pool_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), "
    "('max_pool_3x3', 1)], reduce_concat=range(2, 6))",
    "metaqnn": "C(128,5,1)-C(512,3,1)-P(2,2)-SM(10)",
    "timm": "[['ds_r1_k3_s1_c16_noskip'], ['ir_r3_k3.5_s2_e3_c24_se0.25', 'dsa_c8'], []]",
    "config": '{"type": "net", "config": {"a": [1, 2.5, null, "x"]}, "ops": ["max pool", null]}',
    "tree": "(a (b <\"x\"; 'y'>) !true ())",
}
