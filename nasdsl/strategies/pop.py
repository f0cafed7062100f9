"""Partial order pruning: Li, Zhou, Pan, Feng, "Partial order pruning: for best speed/accuracy
trade-off in neural architecture search", CVPR 2019.

A network that is nowhere wider or deeper than another is assumed to be neither slower nor more
accurate. So a member x is pruned if some known w, of which it is a smaller part, is no more accurate
than a known network that costs no more than x: x cannot lift the boundary of speed and accuracy. The
next trial is drawn at random from what is left; where nothing is found in TRIES draws, from all.

x ≼ w if w has every decision of x, those that are numbers (sizes, counts, bits) with at least as much,
the others with the same. The cost is one of the formulae's (params, macs, activations, depth), exact
before the trial, or a metric of trials such as a measured latency: then x costs at least what its
known parts do.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from pydantic import Field

from nasdsl.configure import Config
from nasdsl.diagnostics import Diagnostic, NasError

from .base import Seen, Trial, dump_rng, load_rng, several
from .frugal import Costs, Kind

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class PopConfig(Config):
    cost: str = Field(
        default="macs", description="params, macs, activations, depth, or a metric of trials"
    )
    memory: int = Field(default=1000, ge=1, description="the last trials to compare with")
    avoid_duplicates: bool = Field(default=True, description="try nothing twice")


Place = Mapping[str, tuple[bool, float]]


class Known(NamedTuple):
    """A trial: where it is in the order, its value and cost."""

    genotype: Genotype
    place: Place
    value: float
    cost: float


def place_of(space: Space, genotype: Genotype) -> Place:
    """By path, whether more is more, and the index."""
    return {
        step.path: (
            step.role != "input"
            and (step.domain.kind in ("bit", "float") or (step.domain.kind == "one" and step.domain.ordered)),
            index,
        )
        for step, index in zip(space.steps(genotype), genotype.choices, strict=True)
    }  # fmt: skip


def precedes(smaller: Place, larger: Place) -> bool:
    """Whether one is nowhere more than the other: x ≼ x, and not all pairs are comparable."""
    for path, (sized, index) in smaller.items():
        other = larger.get(path)
        if other is None or (index > other[1] if sized else index != other[1]):
            return False
    return True


class Boundary:
    """The best value at each cost: costs and values both ascend."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.values: list[float] = []

    def best(self, cost: float) -> float:
        """The best value at this cost or less, -inf if there is none."""
        place = bisect_right(self.costs, cost)
        return self.values[place - 1] if place else -inf

    def add(self, cost: float, value: float) -> None:
        if value <= self.best(cost):
            return
        first = last = bisect_right(self.costs, cost)
        if first and self.costs[first - 1] == cost:
            first -= 1
        while last < len(self.costs) and self.values[last] <= value:
            last += 1
        self.costs[first:last] = [cost]
        self.values[first:last] = [value]

    def thin(self, most: int) -> None:
        """Forget what lifts the boundary least: less is pruned then, never more."""
        while len(self.costs) > most:
            steps = [high - low for low, high in zip(self.values, self.values[1:], strict=False)]
            least = min(range(len(steps)), key=steps.__getitem__, default=-1) + 1
            del self.costs[least], self.values[least]


class Pop:
    """Failed trials prune nothing. What is pruned stays so: it counts as tried."""

    Config = PopConfig
    TRIES = 20

    def __init__(self, space: Space, config: PopConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)
        self._costs: Costs | None = None
        for kind in get_args(Kind):
            if config.cost == kind:
                self._costs = Costs(space, kind)
        self._known: deque[Known] = deque(maxlen=config.memory)
        self._boundary = Boundary()

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def _propose(self) -> Genotype | None:
        if self._seen.exhausted():
            return None
        for _ in range(self.TRIES):
            genotype = self._space.sample_feasible(self._rng)
            if self._seen.add(genotype) and not self.pruned(genotype):
                return genotype
        return self._seen.sample(self._rng)

    def pruned(self, genotype: Genotype) -> bool:
        """Whether it cannot lift the boundary, if the order is right."""
        place = place_of(self._space, genotype)
        above = [known.value for known in self._known if precedes(place, known.place)]
        if not above:
            return False
        if self._costs is not None:
            cost = self._costs.of(genotype)
        else:
            below = [known.cost for known in self._known if precedes(known.place, place)]
            cost = max(below, default=-inf)
        return self._boundary.best(cost) >= min(above)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            if trial.state == "done":
                self._seen.add(trial.genotype)
                self._learn(trial.genotype, trial.values[0], self._cost(trial))

    def _cost(self, trial: Trial) -> float:
        if self._costs is not None:
            return self._costs.of(trial.genotype)
        if self._config.cost not in trial.metrics:
            message = f"trials have no metric `{self._config.cost}`, the cost of `pop`"
            known = ", ".join(dict.fromkeys([*get_args(Kind), *sorted(trial.metrics)]))
            raise NasError(Diagnostic("NAS337", message, help=f"there are {known}"))
        return trial.metrics[self._config.cost]

    def _learn(self, genotype: Genotype, value: float, cost: float) -> None:
        self._known.append(Known(genotype, place_of(self._space, genotype), value, cost))
        self._boundary.add(cost, value)
        self._boundary.thin(self._config.memory)

    def state(self) -> dict[str, Any]:
        known = [[self._space.text(k.genotype), k.value, k.cost] for k in self._known]
        return {
            "rng": dump_rng(self._rng),
            "known": known,
            "boundary": [list(self._boundary.costs), list(self._boundary.values)],
            "seen": self._seen.dump(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._known.clear()
        for text, value, cost in state["known"]:
            self._learn(self._space.read(text), value, cost)
        self._boundary.costs, self._boundary.values = map(list, state["boundary"])
        self._seen.load(state["seen"])
