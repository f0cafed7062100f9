"""Auto-Keras: Jin, Song, Hu, "Auto-Keras: an efficient neural architecture search system", KDD 2019.

A Gaussian process whose kernel is exp(-ρ²) of the edit distance between networks, embedded by
Bourgain's algorithm; the upper confidence bound mean + 2.576 std, maximised over the tree of edits by
A* with simulated annealing (algorithm 1: T from 1 down to 10⁻⁴ by factors of 0.9).

Edits change the decisions of the space, where the paper morphs one given network; weights are not
inherited. Each expansion of a node looks at some random edits of it, not at all.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .acquisition import Acquisition
from .bayesian import BayesianConfig, BayesianOptimisation
from .metrics import Name
from .observations import Transform


class AutoKerasConfig(BayesianConfig):
    """The engine's options with the paper's parts as defaults."""

    kernel: Name = Field(default="edit", description="what is compared")
    acquisition: Acquisition = Field(default="ucb", description="what is maximised")
    search: Literal["evolution", "tree"] = Field(
        default="tree", description="how: NASBOT's evolution, or A* with simulated annealing"
    )
    candidates: int = Field(default=100, ge=1, description="networks looked at for one `ask`")
    points: int = Field(default=100, ge=4, description="measurements that the model sees at most")
    transform: Transform = Field(
        default="standardize", description="of values: standardised, or normal scores of ranks"
    )


class AutoKeras(BayesianOptimisation):
    """Bayesian optimisation over a tree of edits."""

    Config = AutoKerasConfig
