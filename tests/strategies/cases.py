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


CASES = [
    Case("random"),
    Case("random", {"uniform": True, "avoid_duplicates": True}, remembers=True),
    Case("bo", {"initial": 4, "points": 12, "candidates": 6, "refit": 20}, trials=16, many=60),
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
]
