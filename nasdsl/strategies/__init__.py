"""Strategies: ask for genotypes, tell of trials. Each is one module, imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.spans import Span

from .base import State, Strategy, Trial, Values

if TYPE_CHECKING:
    from nasdsl.space import Space

__all__ = ["STRATEGIES", "State", "Strategy", "Trial", "Values", "make_strategy", "strategy_class"]

#: The name in a .nas file, and where the strategy is: "module:Class".
STRATEGIES: Mapping[str, str] = {
    "random": "nasdsl.strategies.random_search:RandomSearch",
    "exhaustive": "nasdsl.strategies.exhaustive:Exhaustive",
    "local_search": "nasdsl.strategies.local_search:LocalSearch",
    "regularized_evolution": "nasdsl.strategies.regularized_evolution:RegularizedEvolution",
}


def strategy_class(name: str, span: Span | None = None) -> Any:
    """The class of a strategy, with its configuration model as `Config`; NAS321 if unknown."""
    if name not in STRATEGIES:
        help = did_you_mean(name, list(STRATEGIES)) or f"there are {', '.join(STRATEGIES)}"
        raise NasError(Diagnostic("NAS321", f"there is no strategy `{name}`", span, help=help))
    module, _, attribute = STRATEGIES[name].partition(":")
    return getattr(import_module(module), attribute)


def make_strategy(name: str, space: Space, config: Mapping[str, object], seed: int) -> Strategy:
    """A strategy by name, its options validated; options left out have their defaults."""
    from nasdsl.configure import configure

    kind = strategy_class(name)
    options = configure(kind.Config, config, what=f"strategy `{name}`")
    strategy: Strategy = kind(space, options, seed)
    return strategy
