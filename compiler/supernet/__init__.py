"""Supernets: a relaxed space as a module that gates steer."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .gates import Gate
    from .net import Supernet, compile_supernet

__all__ = ["Gate", "Supernet", "compile_supernet"]

_LAZY = {"Gate": ".gates", "Supernet": ".net", "compile_supernet": ".net"}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(_LAZY[name], __name__), name)
