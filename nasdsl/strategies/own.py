"""A user's own strategy, `module:Class`: of an installed package, or named on the command line.

A .nas file cannot name Python code, since reading it must never run any; it can name what an
installed package has registered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, JsonValue

from nasdsl.configure import Config, configure
from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.targets import import_target

from .base import Strategy, Trial

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

METHODS = "ask", "tell", "state", "restore"


class OwnConfig(Config):
    """`target` is "module:Class", `options` those of its configuration model."""

    target: str = Field(description='"module:Class"')
    options: dict[str, JsonValue] = Field(default_factory=dict, description="its options")


class Own:
    """The strategy of a class elsewhere, its options validated by its own model."""

    Config = OwnConfig

    def __init__(self, space: Space, config: OwnConfig, seed: int) -> None:
        kind = import_strategy(config.target)
        options = configure(kind.Config, config.options, what=f"strategy `{config.target}`")
        self._strategy: Strategy = kind(space, options, seed)

    def ask(self, n: int = 1) -> list[Genotype]:
        return self._strategy.ask(n)

    def tell(self, trials: Sequence[Trial]) -> None:
        self._strategy.tell(trials)

    def state(self) -> dict[str, Any]:
        return self._strategy.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        self._strategy.restore(state)


def import_strategy(target: str) -> Any:
    """The class, from the working folder or what is installed.

    NAS336 if it cannot be imported, NAS324 if it is no strategy.
    """
    kind: Any = import_target(target, "class")
    missing = [name for name in METHODS if not callable(getattr(kind, name, None))]
    model = getattr(kind, "Config", None)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        missing.append("Config")
    if missing:
        message = f"`{target}` is no strategy: it has no {', '.join(missing)}"
        help = "a strategy is a class with ask, tell, state, restore and a pydantic model Config"
        raise NasError(Diagnostic("NAS324", message, help=help))
    return kind


def split_target(text: str) -> tuple[str, str]:
    """`module:Class(option = 1)` as "module:Class" and "(option = 1)"; NAS324 if it is not that."""
    found = re.fullmatch(r"\s*([\w.]+:[\w.]+)\s*(\(.*\))?\s*", text, re.DOTALL)
    if found is None:
        message = f"`{text}` names no strategy"
        help = "write module:Class or module:Class(option = value)"
        raise NasError(Diagnostic("NAS324", message, help=help))
    return found[1], found[2] or ""
