"""Run from a checkout as it stands, installed or not, with one torch thread."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import nasdsl

if TYPE_CHECKING:
    from nasdsl.scope import Setting

ROOT = Path(__file__).parent.parent
SPACES = ROOT / "spaces"


def prepare() -> None:
    """Make compiler/ and its neighbours subpackages of nasdsl; one thread for whatever counts."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # or threads spin on a busy machine
    if str(ROOT) not in nasdsl.__path__:
        nasdsl.__path__.append(str(ROOT))


def space(name: str, **settings: Setting) -> nasdsl.Space:
    """A shipped space."""
    return nasdsl.load(SPACES / f"{name}.nas", set=settings)
