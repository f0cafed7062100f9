"""Bayesian optimisation: a Gaussian process over genotypes, a kernel of distances, an acquisition
function, and a search for the genotype that maximises it.

The parts are options: NASBOT and Auto-Keras are this engine with theirs (nasdsl.strategies.nasbot,
nasdsl.strategies.auto_keras). A batch is filled one by one, each proposal being taken for measured: at
its predicted mean ("believer", Ginsbourger, Le Riche, Carraro 2010) or at the worst value ("liar").
So are proposals that are still out. The cost of a proposal does not grow with the history: the model sees `points`
measurements at most, the best half and the latest. Of several objectives, "first" optimises the
first, "random" a random scalarisation for every batch (ParEGO), which spreads over the front.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from nasdsl.configure import Config
from nasdsl.extras import need
from nasdsl.variation import mutation
from nasdsl.variation.options import Mutations

from .acquisition import Acquisition, acquire
from .base import Trial, dump_rng, load_rng
from .gaussian_process import Kernel, first_kernel
from .metrics import Kept, Name, make_metric
from .observations import Observations, Scalarisation, Transform, finite
from .proposals import Found, climb_tree, evolve
from .surrogate import Geometry, Surrogate

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class BayesianConfig(Config):
    """The options of the engine; presets change the defaults."""

    kernel: Name = Field(
        default="hamming", description="what is compared: decisions, paths, edits, transport"
    )
    initial: int = Field(default=10, ge=2, description="random genotypes before the model is used")
    acquisition: Acquisition = Field(
        default="ei",
        description="log expected improvement, upper confidence bound, Thompson sampling, or the mean",
    )
    beta: float = Field(default=2.576, ge=0, description="standard deviations that `ucb` adds")
    search: Literal["evolution", "tree"] = Field(
        default="evolution", description="how candidates are found: NASBOT's way or Auto-Keras's"
    )
    candidates: int = Field(default=200, ge=1, description="genotypes looked at for one `ask`")
    mutations: Mutations | None = Field(
        default=None, description="how candidates are edited: operators, with weights"
    )
    batch: Literal["believer", "liar"] = Field(
        default="believer", description="what proposals that are out are taken to measure"
    )
    transform: Transform = Field(
        default="rank", description="normal scores of ranks, or standardised values"
    )
    objectives: Scalarisation = Field(
        default="random", description="of several: the first, or a random mixture for each batch"
    )
    nu_str: tuple[float, ...] = Field(
        default=(0.1, 0.2, 0.4, 0.8), min_length=1, max_length=8,
        description="of `otmann`: weights of path lengths, each of which gives two distances",
    )  # fmt: skip
    skip_weight: float = Field(
        default=1.0, ge=0, description="of `edit`: the weight of skip connections, the paper's λ"
    )
    points: int = Field(default=200, ge=4, description="measurements that the model sees at most")
    refit: int = Field(default=10, ge=1, description="trials between fits of the hyperparameters")


class BayesianOptimisation:
    """Genotypes that are known or out are not proposed again while others are found."""

    Config: type[BayesianConfig] = BayesianConfig
    PARENTS = 20  # best genotypes from which evolution begins

    def __init__(self, space: Space, config: BayesianConfig, seed: int) -> None:
        _need_libraries()
        self._space = space
        self._config = config
        self._rng = random.Random(seed)
        self._known = Observations(config.points)
        self._metric = make_metric(config.kernel, space, config.nu_str, config.skip_weight)
        self._feasible = Kept(space.feasible)
        self._vary = None if config.mutations is None else mutation(config.mutations)
        self._kernel: Kernel | None = None
        self._told = 0  # since the last fit

    def ask(self, n: int = 1) -> list[Genotype]:
        proposals: list[Genotype] = []
        while len(proposals) < n and (self._beginning or self._space.size == 1):
            proposals.append(self._random())
        if len(proposals) < n:
            proposals += self._model_based(n - len(proposals))
        return proposals

    @property
    def _beginning(self) -> bool:
        return self._known.begun < self._config.initial or len(self._known) < 2

    def _random(self) -> Genotype:
        return self._known.draw(self._space, self._rng)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in finite(trials):
            self._known.tell(trial)
            self._told += trial.state == "done"

    # ---------------------------------------------------------------- the model

    def _model_based(self, n: int) -> list[Genotype]:
        config = self._config
        genotypes, targets = self._known.targets(config.transform, config.objectives, self._rng)
        model = self._surrogate(genotypes, targets)
        model.believe([*self._known.pending], config.batch)
        found = self._candidates(model, genotypes, targets)
        pool = list(found)
        proposals: list[Genotype] = []
        if pool:
            model.attend(pool)
        while len(proposals) < n:
            if not pool:
                proposals.append(self._random())
                continue
            mean, std = model.attended()
            worth = acquire(config.acquisition, mean, std, targets.max(), config.beta, self._rng)
            worth[[i for i, g in enumerate(pool) if g in self._known.pending]] = -np.inf
            place = int(np.argmax(worth))
            if worth[place] == -np.inf:
                pool = []
                continue
            proposals.append(pool[place])
            self._known.out(pool[place])
            if len(proposals) < n:
                model.believe([pool[place]], config.batch)
        return proposals

    def _surrogate(self, genotypes: Sequence[Genotype], targets: Any) -> Surrogate:
        geometry = Geometry(self._metric, genotypes)
        if self._kernel is None or self._told >= self._config.refit:
            from .marginal_likelihood import fit  # the imports take seconds

            start = self._kernel or first_kernel(self._metric.groups, geometry.raised)
            self._kernel = fit(start, geometry.raised, targets)
            self._told = 0
        return Surrogate(geometry, self._kernel, genotypes, targets)

    def _candidates(self, model: Surrogate, genotypes: Sequence[Genotype], targets: Any) -> Found:
        config, rng = self._config, self._rng
        best = float(targets.max())

        def worth(batch: Sequence[Genotype]) -> list[float]:
            mean, std = model.predict(batch)
            found: list[float] = acquire(
                config.acquisition, mean, std, best, config.beta, rng
            ).tolist()
            return found

        def fresh(genotype: Genotype) -> bool:
            return genotype not in self._known

        if config.search == "tree":
            start = dict(zip(genotypes, targets.tolist(), strict=True))
            return climb_tree(
                start, self._mutate, worth, self._feasible, fresh, config.candidates, rng
            )
        order = np.argsort(-targets, kind="stable")[: self.PARENTS]
        parents = [genotypes[int(i)] for i in order]
        return evolve(
            self._space, parents, self._mutate, worth, self._feasible, fresh, config.candidates, rng
        )

    def _mutate(self, parent: Genotype) -> Genotype:
        child = None if self._vary is None else self._vary(self._space, parent, self._rng)
        return self._space.mutate(parent, self._rng) if child is None else child

    # ---------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        return {
            "rng": dump_rng(self._rng),
            "known": self._known.dump(self._space),
            "kernel": None if self._kernel is None else self._kernel.dump(),
            "told": self._told,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._known.load(self._space, state["known"])
        kernel = state["kernel"]
        self._kernel = None if kernel is None else Kernel.load(self._metric.groups, kernel)
        self._told = state["told"]


def _need_libraries() -> None:
    """NAS323 if they are not installed. What they say of PyTorch's future is not for users."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        need("gpytorch", "bo")
        need("botorch", "bo")
