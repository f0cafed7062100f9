"""Every strategy in the configurations in which the conformance suite runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nasdsl.strategies import make_strategy


@dataclass(frozen=True)
class Case:
    """trials: how many a check makes; fewer for strategies that fit models. many: of the checks
    that a long history costs neither time nor memory. remembers: its state holds every proposal."""

    name: str
    config: dict[str, Any] = field(default_factory=dict)
    trials: int = 150
    many: int = 10_000
    remembers: bool = False

    def make(self, space: Any, seed: int) -> Any:
        return make_strategy(self.name, space, self.config, seed)


#: Surrogates as small as they may be.
TINY = {"members": 2, "embedding": 4, "hidden": 4, "epochs": 1, "batch": 64}

CASES = [
    Case("random"),
    Case("random", {"uniform": True, "avoid_duplicates": True}, remembers=True),
    Case("exhaustive"),
    Case("exhaustive", {"shard": 1, "shards": 3}),
    Case("local_search", remembers=True),
    Case("local_search", {"improvement": "best"}, remembers=True),
    Case("local_search", {"neighbours": 4, "avoid_duplicates": False}),
    Case("regularized_evolution", {"population": 20, "sample": 5}),
    Case(
        "regularized_evolution",
        {"population": 10, "sample": 3, "avoid_duplicates": True},
        remembers=True,
    ),
    Case("regularized_evolution", {"population": 1, "sample": 1}),
    Case(
        "regularized_evolution",
        {
            "population": 10,
            "sample": 3,
            "mutations": ["resample", "nudge", "swap", "add", "remove", "replace", "flip", "level"],
            "crossovers": ["uniform", "stage", "point", "subtree"],
        },
    ),
    Case("large_scale_evolution", {"population": 20}),
    Case("large_scale_evolution", {"population": 2, "start": "least"}),
    Case("genetic_cnn", {"population": 8, "generations": 0}),
    Case("genetic_cnn", {"population": 7, "crossover": 0.5}),
    Case("genetic_cnn", {"population": 1, "generations": 0}),
    Case("hierarchical_evolution", {"population": 20, "diversify": 30}, remembers=True),
    Case("miller", {"population": 10, "mutation": 0.05}),
    Case("miller", {"population": 1}),
    Case("nsga2", {"population": 12, "offspring": 12}, trials=80, many=3000),
    Case("nsga2", {"population": 8, "offspring": 5, "exploration": 1}, trials=60, many=2000),
    Case("q_learning", {"epsilon": "short", "replay": 4}, trials=60, many=500, remembers=True),
    Case(
        "q_learning",
        {
            "epsilon": [[1.0, 20], [0.2, 1]],
            "replay": 2,
            "state": ["position", "options", "history(2)"],
            "initial": "average",
            "avoid_duplicates": False,
        },
        trials=60,
        many=500,
        remembers=True,
    ),
    Case(
        "block_qnn",
        {"epsilon": "short", "batch": 4, "replay": 8},
        trials=60,
        many=500,
        remembers=True,
    ),
    Case(
        "mcts",
        {"nodes": 100, "avoid_duplicates": False, "simulations": 2, "prior": 0},
        trials=60,
        many=1000,
    ),
    Case("mcts", {"averaging": True, "simulations": 2}, trials=60, many=500, remembers=True),
    Case("mcts", {"simulations": 0, "nodes": 50}, trials=60, many=500, remembers=True),
    Case("mdenas", {"alpha": 0.05}, trials=100, many=2000),
    Case(
        "mdenas",
        {"accuracy": "mean", "warm_up": 10, "avoid_duplicates": True},
        trials=60,
        many=500,
        remembers=True,
    ),
    Case("codeepneat", {"blueprints": 5, "modules": 8, "networks": 12}),
    Case("codeepneat", {"blueprints": 1, "modules": 1, "networks": 1}),
    Case("lemonade", {"initial": 5, "proposals": 8, "accepted": 4}, 40, 300, remembers=True),
    Case(
        "lemonade",
        {
            "initial": 8,
            "proposals": 6,
            "accepted": 6,
            "cheap": ["depth"],
            "avoid_duplicates": False,
        },
        trials=40,
        many=300,
    ),
    Case("reinforce", {"batch": 4, "hidden": 8}, trials=25, many=150),
    Case("reinforce", {"policy": "independent", "batch": 2, "failure": 0.0}, trials=30, many=200),
    Case("ppo", {"batch": 5, "epochs": 2, "layers": 2, "hidden": 8}, trials=25, many=150),
    Case("pnas", {**TINY, "beam": 6, "candidates": 30, "history": 24}, trials=24, many=240),
    Case(
        "pnas",
        {
            **TINY,
            "beam": 5,
            "candidates": 30,
            "history": 24,
            "unique": False,
            "parts": 2,
            "rest": "random",
            "kind": "lstm",
        },
        trials=24,
        many=120,
    ),
    Case(
        "bo",
        {"initial": 6, "points": 16, "candidates": 20, "refit": 20},
        trials=40,
        many=300,
    ),
    Case("dpp_net", {**TINY, "beam": 6, "candidates": 20, "history": 24}, trials=24, many=120),
    Case("nash", {"morphisms": 2}, trials=60, many=500, remembers=True),
    Case(
        "nash",
        {"start": "random", "grow": False, "steps": 0, "avoid_duplicates": False},
        trials=100,
        many=2000,
    ),
    Case("rcas", trials=60, many=500, remembers=True),
    Case(
        "rcas", {"lazy": False, "changes": 6, "cost": "macs"}, trials=60, many=500, remembers=True
    ),
    Case("pop", trials=60, many=500, remembers=True),
    Case("pop", {"cost": "score", "memory": 30, "avoid_duplicates": False}, trials=60, many=1000),
    Case("renas", {"population": 8, "sample": 3, "hidden": 8}, trials=30, many=200),
    Case(
        "renas",
        {"population": 5, "sample": 2, "removal": "oldest", "batch": 1, "hidden": 4},
        trials=20,
        many=100,
    ),
    Case(
        "nasbot",
        {"initial": 4, "points": 8, "candidates": 5, "refit": 20, "nu_str": [0.5]},
        trials=10,
        many=30,
    ),
    Case(
        "auto_keras",
        {"initial": 4, "points": 8, "candidates": 5, "refit": 20},
        trials=10,
        many=30,
    ),
    Case(
        "bananas",
        {"initial": 4, "points": 12, "candidates": 6, "layers": 2, "epochs": 3},
        trials=20,
        many=60,
    ),
    Case(
        "nao",
        {
            "initial": 8,
            "top": 2,
            "new": 4,
            "embedding": 4,
            "hidden": 4,
            "epochs": 1,
            "steps": 2,
            "history": 24,
        },
        trials=20,
        many=90,
    ),
]
