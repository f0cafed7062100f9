"""What a strategy itself costs a trial: ask, look the value up, tell. No network is built.

The space has NAS-Bench-201's form, six decisions of five options each, the values are made up. Optuna
keeps its trials in memory, without logging. The second group is the time of a trial after so many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from random import Random
from typing import Any

from nasdsl.strategies import make_strategy
from nasdsl.strategies.base import Trial

from . import peers
from .checkout import space
from .measure import Contest, Peer, Work

COST, HISTORY = "Strategies: a trial", "Strategies: a trial after many"
POPULATION, TOURNAMENT = 50, 10
EVOLUTION = {"population": POPULATION, "sample": TOURNAMENT}
LONG = 100, 1_000, 10_000
FEW = 100  # trials of peers that take milliseconds each

Table = Mapping[tuple[int, ...], float]


class Ours:
    """A search that goes on with every call: so many trials more."""

    def __init__(self, name: str, config: Mapping[str, object], table: Table, count: int) -> None:
        self.name, self.config, self.table, self.count = name, config, table, count
        self.space = space("nasbench201")
        self.begin()

    def begin(self, history: int = 0) -> None:
        self.strategy = make_strategy(self.name, self.space, self.config, 0)
        self.made = 0
        self.go_on(history)

    def go_on(self, count: int) -> None:
        for _ in range(count):
            (genotype,) = self.strategy.ask()
            value = self.table[genotype.choices]  # type: ignore[index]  # no real numbers here
            self.strategy.tell([Trial(self.made, genotype, "done", (value,))])
            self.made += 1

    def fresh(self) -> Work:
        """Whole searches of `count` trials, the making of the strategy included."""

        def search() -> None:
            self.begin()
            self.go_on(self.count)

        return Work(search, self.count)

    def after(self, history: int) -> Work:
        """`count` trials more, with every call, after so many."""
        self.begin(history)
        return Work(lambda: self.go_on(self.count), self.count)


def contests(small: bool) -> Iterator[Contest]:
    rng = Random(0)
    table = {point: rng.random() for point in product(range(5), repeat=6)}
    count, few = (20, 5) if small else (500, FEW)
    samplers = {"random": ("RandomSampler", {}), "NSGA-II": ("NSGAIISampler", {"population_size": POPULATION}), "TPE": ("TPESampler", {})}  # fmt: skip

    def optuna(name: str, bar: float | None) -> Peer:
        kind, options = samplers[name]
        return Peer(f"Optuna, {name}", lambda: optuna_work(kind, options, table, few), bar)

    yield Contest(COST, "random", Ours("random", {}, table, count).fresh(), [optuna("random", 1)])
    yield Contest(
        COST, "regularized_evolution", Ours("regularized_evolution", EVOLUTION, table, count).fresh(),
        [optuna("NSGA-II", 1), optuna("TPE", 1), Peer("PyGlove, the same", lambda: pyglove_work(table, few), 1)],
    )  # fmt: skip
    yield Contest(COST, "local_search", Ours("local_search", {}, table, count).fresh(), [optuna("TPE", 1)])  # fmt: skip
    for history in LONG[:1] if small else LONG:
        for name, config in (("random", {}), ("regularized_evolution", EVOLUTION)):
            ours = Ours(name, config, table, few)
            yield Contest(
                HISTORY, f"{name}, after {history:,}", ours.after(history), at_most=100e-6
            )


def optuna_work(kind: str, options: Mapping[str, Any], table: Table, count: int) -> Work:
    """Studies of so many trials, in memory."""
    import optuna

    optuna.logging.disable_default_handler()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    decisions = {f"edge{i}": optuna.distributions.CategoricalDistribution(range(5)) for i in range(6)}  # fmt: skip
    make: Callable[..., Any] = getattr(optuna.samplers, kind)

    def search() -> None:
        study = optuna.create_study(direction="maximize", sampler=make(seed=0, **options))
        for _ in range(count):
            trial = study.ask(decisions)
            study.tell(trial, table[tuple(trial.params[name] for name in decisions)])

    return Work(search, count)


def pyglove_work(table: Table, count: int) -> Work:
    import pyglove as pg

    def search() -> None:
        algorithm = pg.evolution.regularized_evolution(
            population_size=POPULATION, tournament_size=TOURNAMENT
        )
        hyper = peers.pyglove_space("nasbench201")
        for point, feedback in pg.sample(hyper, algorithm, num_examples=count):
            feedback(table[tuple(point)])

    return Work(search, count)
