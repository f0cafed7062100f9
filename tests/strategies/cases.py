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
]
