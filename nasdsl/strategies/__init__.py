"""Strategies: ask for genotypes, tell of trials. Each is one module, imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.record import Record, record
from nasdsl.spans import Span

from .base import State, Strategy, Trial, Values

if TYPE_CHECKING:
    from nasdsl.space import Space

__all__ = ["STRATEGIES", "State", "Strategy", "Trial", "Values", "make_strategy", "strategy_class"]


@record
class Entry(Record):
    """Where a strategy is, and what can be said of it without importing it.

    target: "module:Class". paper: its source. use: when to take it, in a sentence. needs: what its
    space must be, names of nasdsl.strategies.needs. extra: the optional dependencies it imports.
    """

    target: str
    paper: str
    use: str
    needs: tuple[str, ...] = ()
    extra: str = ""


#: By the name in a .nas file.
STRATEGIES: Mapping[str, Entry] = {
    "random": Entry(
        "nasdsl.strategies.random_search:RandomSearch",
        "Li, Talwalkar; UAI 2019",
        "the baseline that everything else has to beat",
    ),
    "auto_keras": Entry(
        "nasdsl.strategies.auto_keras:AutoKeras",
        "Jin, Song, Hu; KDD 2019",
        "costly trials of networks that differ by layers and skip connections",
        extra="bo",
    ),
    "bananas": Entry(
        "nasdsl.strategies.bananas:Bananas",
        "White, Neiswanger, Savani; AAAI 2021",
        "a hundred trials or more in batches, cells that are graphs of operators",
    ),
    "bo": Entry(
        "nasdsl.strategies.bayesian:BayesianOptimisation",
        "Gaussian processes; log EI of Ament et al., NeurIPS 2023",
        "tens to a few hundred costly trials: the most from each of them",
        extra="bo",
    ),
    "exhaustive": Entry(
        "nasdsl.strategies.exhaustive:Exhaustive",
        "every genotype once, in order",
        "small spaces and cheap evaluators; `shard` splits a space among machines",
        needs=("finite",),
    ),
    "local_search": Entry(
        "nasdsl.strategies.local_search:LocalSearch",
        "White, Nolen, Savani; UAI 2021",
        "little noise in the objective, and spaces of which one decision changes little",
    ),
    "nasbot": Entry(
        "nasdsl.strategies.nasbot:Nasbot",
        "Kandasamy, Neiswanger, Schneider, Poczos, Xing; NeurIPS 2018",
        "few, costly trials of networks whose graphs differ",
        extra="bo",
    ),
    "regularized_evolution": Entry(
        "nasdsl.strategies.regularized_evolution:RegularizedEvolution",
        "Real, Aggarwal, Huang, Le; AAAI 2019",
        "the default: a hundred trials or more, any space, noisy objectives",
    ),
}


def strategy_class(name: str, span: Span | None = None) -> Any:
    """The class of a strategy, with its configuration model as `Config`; NAS321 if unknown."""
    if name not in STRATEGIES:
        help = did_you_mean(name, list(STRATEGIES)) or f"there are {', '.join(STRATEGIES)}"
        raise NasError(Diagnostic("NAS321", f"there is no strategy `{name}`", span, help=help))
    module, _, attribute = STRATEGIES[name].target.partition(":")
    return getattr(import_module(module), attribute)


def make_strategy(name: str, space: Space, config: Mapping[str, object], seed: int) -> Strategy:
    """A strategy by name, its options validated; options left out have their defaults."""
    from nasdsl.configure import configure

    kind = strategy_class(name)
    options = configure(kind.Config, config, what=f"strategy `{name}`")
    strategy: Strategy = kind(space, options, seed)
    return strategy
