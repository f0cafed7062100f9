"""The spaces of cells and of mobile chains: where they are, and settings that make them small."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nasdsl.space import Space, load

FOLDER = Path(__file__).parents[2] / "spaces"

# Every space at reduced width, depth and resolution; same decisions unless noted.
SMALL: dict[str, Mapping[str, int | float | bool | str]] = {
    "amoebanet": {"C": 8, "N": 1, "size": 8},
    "auto_deeplab": {"F": 4, "layers": 4, "blocks": 3, "height": 64, "width": 32},  # fewer
    "darts": {"C": 4, "layers": 3, "size": 8},
    "enas_macro": {"C": 4, "layers": 6, "size": 8},  # fewer
    "enas_micro": {"C": 4, "N": 1, "size": 8},
    "fbnet": {"size": 32, "head": 16, "classes": 5},
    "mnasnet": {"size": 32, "head": 16, "classes": 5},
    "nasbench101": {"C": 12, "modules": 1, "size": 8},
    "digits": {},
    "nasbench201": {"C": 4, "N": 1, "size": 8},
    "nasbench_macro": {"C": 4, "size": 16},
    "nasnet": {"C": 4, "N": 1, "size": 8},
    "natsbench_size": {"N": 1, "size": 8},
    "ofa": {"smallest": 32, "largest": 32, "width": 0.5, "classes": 5},
    "pnas": {"C": 4, "N": 1, "size": 8},
    "proxylessnas": {
        "size": 32, "stem": 8, "first": 8, "w1": 8, "w2": 8, "w3": 16, "w4": 16, "w5": 16, "w6": 24,
        "head": 16, "classes": 5,
    },
    "robnets": {"C": 4, "layers": 3, "size": 8},
}  # fmt: skip


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.nas"


@cache
def small(name: str) -> Space:
    """A space at its reduced settings."""
    return load(path_of(name), set=SMALL[name])


@cache
def full(name: str) -> Space:
    """A space as its file has it."""
    return load(path_of(name))
