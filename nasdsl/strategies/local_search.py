"""Hill climbing with restarts: White, Nolen, Savani, "Exploring the loss landscape in neural
architecture search", UAI 2021.

The neighbours of the current genotype (one decision changed) are tried in random order. With
`improvement = "first"` the climb moves to any better one at once, with "best" to the best of all.
Where no neighbour is better, the search starts again from a random genotype.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from nasdsl.configure import Config

from .base import Seen, Trial, Values, dump_rng, load_rng, several

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class LocalSearchConfig(Config):
    """How a climb moves."""

    improvement: Literal["first", "best"] = Field(
        default="first",
        description="move to the first better neighbour at once, or to the best of all",
    )
    neighbours: int = Field(
        default=0, ge=0, description="try so many random neighbours; 0: all of them"
    )
    avoid_duplicates: bool = Field(default=True, description="propose nothing twice")


class LocalSearch:
    """A climb at a time; proposals beyond its neighbours (in a large batch) are random ones."""

    Config = LocalSearchConfig
    MANY = 4096  # neighbourhoods are cut here, so that memory stays bounded

    def __init__(self, space: Space, config: LocalSearchConfig, seed: int) -> None:
        self._space = space
        self._config = config
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)
        self._current: Values | None = None  # None: a climb is about to start
        self._best: tuple[Values, Genotype] | None = None  # since the last move
        self._frontier: list[Genotype] = []
        self._out = 0  # asked and not told

    def ask(self, n: int = 1) -> list[Genotype]:
        proposals = several(self._propose, n)
        self._out += len(proposals)
        return proposals

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            self._out = max(0, self._out - 1)
            if trial.state == "done" and self._improves(trial.values):
                self._best = trial.values, trial.genotype
        moves = self._best is not None and self._config.improvement == "first"
        if moves or (not self._frontier and not self._out):
            self._move()

    def _improves(self, values: Values) -> bool:
        bound = self._best[0] if self._best else self._current
        return bound is None or values > bound

    def _move(self) -> None:
        """To the best genotype since the last move, or to a new climb."""
        if self._best is None:
            self._current = None
            return
        self._current, genotype = self._best
        self._best = None
        self._frontier = self._neighbourhood(genotype)

    def _propose(self) -> Genotype | None:
        while self._frontier:
            genotype = self._frontier.pop()
            if self._seen.add(genotype):
                return genotype
            if not self._frontier and not self._out:
                self._move()  # the rest of the neighbours were duplicates
        return self._seen.sample(self._rng)

    def _neighbourhood(self, genotype: Genotype) -> list[Genotype]:
        count = self._config.neighbours
        if count and self._space.size != 1:
            draws = (self._space.mutate(genotype, self._rng) for _ in range(count))
            return list(dict.fromkeys(draws))
        found: list[Genotype] = []
        for neighbour in self._space.neighbours(genotype):
            found.append(neighbour)
            if len(found) == self.MANY:
                break
        self._rng.shuffle(found)
        return found

    def state(self) -> dict[str, Any]:
        text = self._space.text
        return {
            "rng": dump_rng(self._rng),
            "current": None if self._current is None else list(self._current),
            "best": None if self._best is None else [list(self._best[0]), text(self._best[1])],
            "frontier": [text(g) for g in self._frontier],
            "out": self._out,
            "seen": self._seen.dump(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        read = self._space.read
        load_rng(self._rng, state["rng"])
        current, best = state["current"], state["best"]
        self._current = None if current is None else tuple(current)
        self._best = None if best is None else (tuple(best[0]), read(best[1]))
        self._frontier = [read(text) for text in state["frontier"]]
        self._out = state["out"]
        self._seen.load(state["seen"])
