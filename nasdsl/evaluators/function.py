"""A user's own Python function as evaluator: `module:function`, named on the command line only.

A .nas file cannot name one, since reading it must never run Python.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasdsl.configure import Config
from nasdsl.diagnostics import Diagnostic, NasError

from .base import Budget

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class FunctionConfig(Config):
    """`target` is "module:function"."""

    target: str


class Function:
    """Calls `function(genotype, architecture, seed=…, budget=…)`; a lone number is `score`."""

    Config = FunctionConfig

    def __init__(self, config: FunctionConfig, space: Space) -> None:
        self._function = import_function(config.target)

    def evaluate(
        self, genotype: Genotype, architecture: Architecture, *, seed: int, budget: Budget
    ) -> Mapping[str, float]:
        result = self._function(genotype, architecture, seed=seed, budget=budget)
        return result if isinstance(result, Mapping) else {"score": float(result)}


def import_function(target: str) -> Callable[..., Any]:
    """The function, from the working folder or what is installed; NAS336 if there is none."""
    module, _, attribute = target.partition(":")
    folder = sys.path[:1] == [""]
    try:
        if not folder:
            sys.path.insert(0, "")
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        message = f"`{target}` cannot be imported: {error}"
        help = "write module:function, with the module's file in this folder or installed"
        raise NasError(Diagnostic("NAS336", message, help=help)) from error
    finally:
        if not folder:
            sys.path.remove("")
    if not callable(found):
        message = f"`{target}` is a {type(found).__name__}, not a function"
        raise NasError(Diagnostic("NAS336", message, help="name a function"))
    return found  # type: ignore[no-any-return]
