"""Strategies: ask for genotypes, tell of trials. Each is one module, imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.spans import Span

from .base import State, Strategy, Trial, Values
from .discrete import DISCRETE
from .known import Entry
from .sharing import SHARING

if TYPE_CHECKING:
    from nasdsl.space import Space

__all__ = [
    "GROUP", "PYTHON", "STRATEGIES", "Entry", "State", "Strategy", "Trial", "Values",
    "entries", "entry", "make_strategy", "strategy_class",
]  # fmt: skip

GROUP = "nasdsl.strategies"
"""The entry points by which other distributions add strategies: name = "module:Class"."""
PYTHON = "python"
"""The name in a study's settings of a class that the user named on the command line."""

#: By the name in a .nas file.
STRATEGIES: Mapping[str, Entry] = {**DISCRETE, **SHARING}


def entries() -> Mapping[str, Entry]:
    """Every strategy that is installed, those of other distributions behind ours."""
    return {**STRATEGIES, **extensions()}


@cache
def extensions() -> Mapping[str, Entry]:
    """The strategies of the entry points `nasdsl.strategies`, none of them imported.

    NAS325 for a name that is taken.
    """
    from importlib.metadata import entry_points

    found: dict[str, Entry] = {}
    for point in entry_points(group=GROUP):
        if point.name in STRATEGIES or point.name in found or point.name == PYTHON:
            message = f"the strategy `{point.name}` of an entry point of {GROUP} already exists"
            help = "uninstall one of the packages, or rename its strategy"
            raise NasError(Diagnostic("NAS325", message, help=help))
        package = point.dist.name if point.dist else point.module
        found[point.name] = Entry(
            point.value,
            "of other packages",
            f"from {package}",
            "what that package says of it",
            several=True,  # as far as is known here
        )
    return found


def entry(name: str, span: Span | None = None) -> Entry:
    """What is known of a strategy; NAS321 if there is none of this name."""
    found = STRATEGIES.get(name) or extensions().get(name)
    if found is None:
        known = list(entries())
        help = did_you_mean(name, known) or f"there are {', '.join(known)}"
        raise NasError(Diagnostic("NAS321", f"there is no strategy `{name}`", span, help=help))
    return found


def strategy_class(name: str, span: Span | None = None) -> Any:
    """The class of a strategy, with its configuration model as `Config`; NAS321 if unknown."""
    if name == PYTHON:
        from .own import Own

        return Own
    if name in STRATEGIES:
        module, _, attribute = STRATEGIES[name].target.partition(":")
        return getattr(import_module(module), attribute)
    from .own import import_strategy

    return import_strategy(entry(name, span).target)


def make_strategy(name: str, space: Space, config: Mapping[str, object], seed: int) -> Strategy:
    """A strategy by name, its options validated; options left out have their defaults.

    NAS320 if it cannot search this space.
    """
    from nasdsl.configure import configure

    from .needs import demand

    kind = strategy_class(name)
    if name != PYTHON:
        demand(space, name)
    options = configure(kind.Config, config, what=f"strategy `{name}`")
    strategy: Strategy = kind(space, options, seed)
    return strategy
