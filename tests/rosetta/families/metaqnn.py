"""MetaQNN."""

from __future__ import annotations

from ..table import Row

ROWS = [
    Row(
        "metaqnn-tokens", "metaqnn",
        {
            "input": "size", "channels": "channels_in", "conv": None, "pool": None,
            "batchnorm": None,
        },
    ),
]  # fmt: skip
