"""From architectures to PyTorch: torch is imported when something is built, not to emit text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .emit import emit
from .simplify import simplify, simplify_architecture

if TYPE_CHECKING:
    from .build import compile_architecture
    from .export import example_inputs, to_export, to_onnx
    from .weights import copy_weights, load, save

__all__ = [
    "compile_architecture",
    "copy_weights",
    "emit",
    "example_inputs",
    "load",
    "save",
    "simplify",
    "simplify_architecture",
    "to_export",
    "to_onnx",
]

_LAZY = {
    "compile_architecture": ".build",
    "copy_weights": ".weights",
    "load": ".weights",
    "save": ".weights",
    "example_inputs": ".export",
    "to_export": ".export",
    "to_onnx": ".export",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(_LAZY[name], __name__), name)
