"""nasdsl: a language for neural-architecture search spaces, with a compiler to PyTorch."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .architecture import Architecture
    from .canonical import architecture_hash
    from .checks import check
    from .compiler import compile_architecture as compile
    from .costs import Cost, cost
    from .diagnostics import Diagnostic, NasError
    from .genotype import Decision, Genotype
    from .space import Space, load, parse_space

_HOMES = {
    "Architecture": ".architecture", "architecture_hash": ".canonical", "check": ".checks",
    "compile": ".compiler", "Cost": ".costs", "cost": ".costs", "Diagnostic": ".diagnostics",
    "NasError": ".diagnostics", "Decision": ".genotype", "Genotype": ".genotype",
    "Space": ".space", "load": ".space", "parse_space": ".space",
}  # fmt: skip

__all__ = [
    "Architecture", "Cost", "Decision", "Diagnostic", "Genotype", "NasError", "Space",
    "architecture_hash", "check", "compile", "cost", "load", "parse_space",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used: torch only with `compile`."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nasdsl' has no attribute '{name}'")
    module = import_module(_HOMES[name], __name__)
    value = getattr(module, "compile_architecture" if name == "compile" else name)
    globals()[name] = value
    return value
