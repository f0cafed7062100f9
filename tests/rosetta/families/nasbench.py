"""NAS-Bench-101, NAS-Bench-201, the NATS size space, TransNAS-Bench-101."""

from __future__ import annotations

from ..table import Entry, Row

FIXED_CELL = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+"
    "|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
)


def _classifier_bias(entry: Entry) -> int:
    """The benchmark counts the classifier's biases too."""
    return int(entry["skeleton"]["classes"])


def _cell(text: str) -> dict[str, str]:
    assert text == FIXED_CELL, "the size space has this cell"
    return {}


ROWS = [
    Row(
        "nb201-arch-str", "nasbench201",
        {"C": "C", "N": "N", "classes": "classes", "input": "size"}, more_flops=_classifier_bias,
    ),
    Row(
        "nats-channel-str", "natsbench_size",
        {"genotype": _cell, "N": "N", "classes": "classes", "input": "size"},
        more_flops=_classifier_bias,
    ),
    Row(
        "nb101-matrix+ops", "nasbench101",
        {
            "stem": "C", "stacks": lambda n: {} if n == 3 else {"stacks": n},
            "modules_per_stack": "modules", "classes": "classes", "input": "size",
        },
    ),
    Row(
        "transnas-arch-str", "transnas",
        {
            "structure": "structure", "input": "size", "blocks_per_module": lambda n: {} if n == 2 else {"blocks": n},
            "classes": lambda n: {} if n is None else {"classes": n},
        },
    ),
]  # fmt: skip
