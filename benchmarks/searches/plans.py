"""The configuration in which each strategy is run, by the label of its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Plan:
    """family: the plot that it is in. runs: how many, unless it is said. configs: options by
    problem where they differ from `config`. why: what the options are, if not the defaults."""

    strategy: str
    family: str
    config: Mapping[str, object] = field(default_factory=dict)
    configs: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    runs: int = 100
    why: str = ""

    def options(self, problem: str) -> dict[str, object]:
        return {**self.config, **self.configs.get(problem, {})}


PLANS: Mapping[str, Plan] = {
    "random": Plan("random", "baselines", runs=2000),
    "exhaustive": Plan(
        "exhaustive", "baselines", runs=20, why="the first members in order: no run differs"
    ),
    "local_search": Plan("local_search", "baselines", runs=500),
    "local_search, best": Plan(
        "local_search", "baselines", {"improvement": "best"}, runs=500,
        why="moves to the best neighbour",
    ),
    "regularized_evolution": Plan(
        "regularized_evolution", "evolution", {"population": 10, "sample": 3}, runs=2000,
        why="as the authors of NAS-Bench-201 ran it",
    ),
    "regularized_evolution, defaults": Plan(
        "regularized_evolution", "evolution", runs=500,
        why="P = 100, S = 25 of the paper, for thousands of trials",
    ),
    "reinforce": Plan(
        "reinforce", "policies",
        {"policy": "independent", "batch": 1, "power": 1, "decay": 0.9, "lr": 0.1}, runs=500,
        why="the policy of NAS-Bench-201's authors",
    ),
    "reinforce, LSTM": Plan(
        "reinforce", "policies", {"batch": 1, "lr": 0.01}, why="NAS-RL's controller, for few trials"
    ),
    "ppo": Plan("ppo", "policies", {"batch": 5, "lr": 0.01}, why="NASNet's, for few trials"),
    "renas": Plan("renas", "policies"),
}  # fmt: skip
