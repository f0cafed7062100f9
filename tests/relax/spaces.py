"""The shipped spaces as supernets: which of them relax, at reduced size, and what the others lack."""

from __future__ import annotations

import re
from functools import cache

from nasdsl.architecture import Architecture
from nasdsl.compiler import emit
from nasdsl.relax import Relaxed, relax
from nasdsl.space import Space, load
from tests.spaces.cells import FOLDER
from tests.spaces.cells import SMALL as CELLS
from tests.spaces.families_a import SMALL as FAMILIES

SMALL = {
    **FAMILIES,
    **CELLS,
    "metaqnn": {"L": 3, "size": 9},
    "fbnet": {"size": 8, "head": 16, "classes": 5},
}


@cache
def small(name: str) -> Space:
    """A space at reduced width and depth."""
    return load(FOLDER / f"{name}.nas", set=SMALL[name])


@cache
def relaxed(name: str) -> Relaxed:
    """The same, relaxed."""
    return relax(small(name))


def text(architecture: Architecture) -> str:
    """What is emitted, without the comments on where a class comes from: of equal ones, the first."""
    return re.sub(r"  # \S+:\d+$", "", emit(architecture), flags=re.MULTILINE)
