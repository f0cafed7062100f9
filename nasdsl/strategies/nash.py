"""Hill climbing by network morphisms: Elsken, Metzen, Hutter, "Simple and efficient architecture
search for convolutional neural networks", ICLR workshop 2018.

From a small network on, each of `steps` steps makes `children` - 1 networks of the best one, each by
`morphisms` random changes, and goes on from the best of them and itself. A network morphism only ever
enlarges (deepens, widens, adds a skip); here it is a change of one decision that leaves no fewer
parameters than before. After the last step the next climb begins; the paper ends there.

Children do not inherit weights: each is evaluated for itself, and their parent keeps its value where
the paper trains it on.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from nasdsl.configure import Config

from .base import Seen, Trial, Values, dump_rng, load_rng, several
from .frugal import Costs

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class NashConfig(Config):
    steps: int = Field(default=5, ge=0, description="steps of a climb; 0: it never ends")
    children: int = Field(
        default=8, ge=2, description="networks of a step, their parent among them"
    )
    morphisms: int = Field(default=5, ge=1, description="changes that make a child")
    start: Literal["smallest", "random"] = Field(
        default="smallest", description="where a climb begins"
    )
    grow: bool = Field(default=True, description="changes never leave fewer parameters")
    avoid_duplicates: bool = Field(default=True, description="try nothing twice")


class Nash:
    """A step ends with as many trials told as it has children; in a large batch it has more."""

    Config = NashConfig
    TRIES = 20  # children that are known already
    ATTEMPTS = 8  # changes that may not be

    def __init__(self, space: Space, config: NashConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)
        self._costs = Costs(space, "params")
        self._parent: Genotype | None = None
        self._best: tuple[Values, Genotype] | None = None
        self._step = self._due = 0

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def _propose(self) -> Genotype | None:
        if self._seen.exhausted():
            return None
        if self._parent is None:
            self._begin()
            assert self._parent is not None
            if self._seen.add(self._parent):
                return self._parent
        for _ in range(self.TRIES):
            child = self.child(self._parent)
            if self._seen.add(child):
                return child
        return self._seen.sample(self._rng)

    def _begin(self) -> None:
        smallest = self._config.start == "smallest"
        draw = self._costs.cheapest if smallest else self._space.sample_feasible
        self._parent, self._best = draw(self._rng), None
        self._step, self._due = 0, self._config.children

    def child(self, parent: Genotype) -> Genotype:
        """`morphisms` changes in a row; fewer where no change is found that may be."""
        for _ in range(self._config.morphisms if self._space.size != 1 else 0):
            for _ in range(self.ATTEMPTS):
                other = self._space.mutate(parent, self._rng)
                if self._may_follow(parent, other):
                    parent = other
                    break
        return parent

    def _may_follow(self, parent: Genotype, other: Genotype) -> bool:
        if not self._config.grow:
            return self._space.feasible(other)
        return self._costs.of(other) >= self._costs.of(parent) and self._costs.feasible(other)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state == "done" and (self._best is None or trial.values > self._best[0]):
                self._best = trial.values, trial.genotype
            self._due -= 1
            if self._due <= 0 and self._parent is not None:
                self._move()

    def _move(self) -> None:
        """To the best of the step, or to a new climb."""
        self._step += 1
        if self._best is None or self._step == self._config.steps:
            self._parent = None
            return
        self._parent, self._due = self._best[1], self._config.children - 1

    def state(self) -> dict[str, Any]:
        text, best = self._space.text, self._best
        return {
            "rng": dump_rng(self._rng),
            "parent": None if self._parent is None else text(self._parent),
            "best": None if best is None else [list(best[0]), text(best[1])],
            "step": self._step,
            "due": self._due,
            "seen": self._seen.dump(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        read, parent, best = self._space.read, state["parent"], state["best"]
        load_rng(self._rng, state["rng"])
        self._parent = None if parent is None else read(parent)
        self._best = None if best is None else (tuple(best[0]), read(best[1]))
        self._step, self._due = state["step"], state["due"]
        self._seen.load(state["seen"])
