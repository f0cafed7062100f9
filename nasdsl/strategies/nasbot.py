"""NASBOT: Kandasamy, Neiswanger, Schneider, Poczos, Xing, "Neural architecture search with Bayesian
optimisation and optimal transport", NeurIPS 2018.

A Gaussian process whose kernel is α exp(-Σ β_i d_i) + ᾱ exp(-Σ β̄_i d̄_i²) with the OTMANN distances d
and their normalised forms d̄, one for each ν_str; expected improvement, maximised by an evolutionary
algorithm; proposals that are out are taken to measure their predicted means.

Mutations change the decisions of the space, with the weights of the paper's modifiers of one given
network (its code): units up or down `nudge`, of all layers `level`, another label `resample`, a new
layer, branch or skip `add`, one less `remove`. An `ask` works out the distances of
all its candidates to all measured networks, seconds for large ones: this is for evaluations that take
minutes.
"""

from __future__ import annotations

from pydantic import Field

from nasdsl.variation.options import Mutations

from .bayesian import BayesianConfig, BayesianOptimisation
from .metrics import Name
from .observations import Transform


class NasbotConfig(BayesianConfig):
    """The engine's options with the paper's parts as defaults."""

    kernel: Name = Field(default="otmann", description="what is compared")
    mutations: Mutations | None = Field(
        default={"nudge": 0.2, "level": 0.2, "resample": 0.2, "add": 0.5, "remove": 0.1},
        description="how candidates are edited: operators, with weights",
    )
    candidates: int = Field(default=50, ge=1, description="networks looked at for one `ask`")
    points: int = Field(default=100, ge=4, description="measurements that the model sees at most")
    transform: Transform = Field(
        default="standardize", description="of values: standardised, or normal scores of ranks"
    )


class Nasbot(BayesianOptimisation):
    """Bayesian optimisation with optimal transport."""

    Config = NasbotConfig
