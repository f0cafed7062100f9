"""PlainNet strings (ZenNAS, GENet) and RegNet."""

from __future__ import annotations

from ..table import Row

ROWS = [
    Row(
        "plainnet-string", "plainnet",
        {"classes": "classes", "use_se": "use_se", "input": "size"},
    ),
    Row(
        "plainnet-string (uuid block names before |)", "genet",
        {"classes": "classes", "input": "size"},
    ),
    Row(
        "regnet-quantised-linear (W0, WA, WM, DEPTH, GROUP_W[, SE_ON])", "regnet",
        {"classes": "classes", "input": "size", "stem": None, "stages": None, "stages_fields": None},
    ),
]  # fmt: skip
