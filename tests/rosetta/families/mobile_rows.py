"""Mobile networks as lists of rows: FairNAS, MoGA, SCARLET, SPOS, DenseNAS."""

from __future__ import annotations

from ..table import Row

IMAGE = {"input": "size", "classes": "classes"}
FAIR = {**IMAGE, "stem": None, "head": None}

ROWS = [
    Row("mb_config rows [expansion, out, kernel, stride]", "fairnas", FAIR),
    Row("mb_config rows [expansion, out, kernel, stride, act 0=relu 1=h-swish, se]", "moga", FAIR),
    Row('mb_config rows [expansion, out, kernel, stride, se] or "identity"', "scarlet", FAIR),
    Row(
        "spos-choice-vector", "spos",
        {
            **IMAGE, "stage_repeats": None, "stage_out": None, "stem": None, "head": None,
            "channel_scales": None, "classifier_bias": None,
        },
    ),
    Row("densenas-pipe-config", "densenas", IMAGE),
]  # fmt: skip
