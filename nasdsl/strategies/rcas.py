"""Resource-constrained search as submodular maximisation: Xiong, Mehta, Singh, "Resource constrained
neural network architecture search: will a submodularity assumption help?", ICCV 2019.

Accuracy is taken for a monotone submodular function of the blocks that a network has: what a block
adds shrinks as others are added. From the cheapest member on, the change that gains most for what it
costs is made, until no change is left within the limits that the space requires (cost-effective
greedy). Gains found earlier bound those to come, so that only the most promising change is measured
again, and made if it stays ahead (lazy greedy). The next pass takes the largest gain whatever it
costs: the better of the two is within (1 - 1/e) / 2 of the optimum. Later passes begin anywhere.

A block is here another option for one decision, one that costs more; changes that cost nothing are
weighed as if they cost the least that any does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from nasdsl.configure import Config

from .base import Seen, Trial, dump_rng, load_rng, several
from .frugal import Costs, Kind

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class RcasConfig(Config):
    cost: Kind = Field(default="params", description="what a change has to be worth")
    lazy: bool = Field(default=True, description="measure again only what may be the best")
    changes: int = Field(
        default=0, ge=0, description="how many changes are considered a round, drawn; 0: all"
    )
    avoid_duplicates: bool = Field(
        default=True, description="try nothing twice: its value is remembered"
    )


class Change(NamedTuple):
    """Another option for one decision: its name, the genotype then, what it costs more."""

    name: str
    genotype: Genotype
    extra: float


class Rcas:
    """One greedy pass at a time. Asked for more than that can use, it proposes random members."""

    Config = RcasConfig
    MANY = 4096  # changes of a round
    EMPTY = 20  # passes in a row that ask for nothing

    def __init__(self, space: Space, config: RcasConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)
        self._costs = Costs(space, config.cost)
        self._pass = 0
        self._current: Genotype | None = None
        self._changes: list[Change] | None = None  # of this round, None until they are listed
        self._bounds: dict[str, float] = {}  # gains by name, from this round or an earlier one
        self._known: dict[Genotype, float] = {}  # values; -inf of what failed
        self._out: set[Genotype] = set()

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def _propose(self) -> Genotype | None:
        if self._seen.exhausted():
            return None
        for _ in range(self.EMPTY):
            for genotype in self._wanted():
                self._seen.add(genotype)
                self._out.add(genotype)
                return genotype
            if self._current is not None:
                break  # everything wanted is under way
        return self._seen.sample(self._rng)

    def _wanted(self) -> Iterator[Genotype]:
        """What has to be measured next, most promising first; goes on as far as values are known."""
        if self._current is None:
            self._begin()
        while self._current is not None:
            value = self._known.get(self._current)
            if value is None:
                yield from self._new([self._current])
                return
            ranked = self._ranked(value)
            top = ranked[0] if ranked else None
            open_ = [c for c in ranked if c.genotype not in self._known]
            if open_ and (not self._config.lazy or top is open_[0]):
                yield from self._new([c.genotype for c in open_])
                return
            self._take(top, value)

    def _new(self, wanted: Sequence[Genotype]) -> Iterator[Genotype]:
        return (genotype for genotype in wanted if genotype not in self._out)

    def _ranked(self, value: float) -> list[Change]:
        """The changes of the round by what they gain, or may at most, for what they cost."""
        assert self._current is not None
        if self._changes is None:
            self._changes = self._list(self._current)
        least = min((c.extra for c in self._changes if c.extra > 0), default=1.0)

        def worth(change: Change) -> float:
            gain = self._gain(change, value)
            return gain / max(change.extra, least) if self._pass % 2 else gain

        return sorted(self._changes, key=worth, reverse=True)

    def _gain(self, change: Change, value: float) -> float:
        known = self._known.get(change.genotype)
        return self._bounds.get(change.name, inf) if known is None else known - value

    def _list(self, current: Genotype) -> list[Change]:
        found: list[Change] = []
        here, paths = self._costs.of(current), [d.path for d in self._space.decisions(current)]
        for number, other in enumerate(self._space.neighbours(current)):
            if number == self.MANY:
                break
            extra = self._costs.of(other) - here
            if extra >= 0 and self._costs.feasible(other):
                pairs = zip(current.choices, other.choices, strict=False)
                place = next((i for i, (a, b) in enumerate(pairs) if a != b), len(paths) - 1)
                found.append(Change(f"{paths[place]}={other.choices[place]}", other, extra))
        self._rng.shuffle(found)
        return found[: self._config.changes or None]

    def _take(self, change: Change | None, value: float) -> None:
        """The best change is made if it gains anything; else the pass is over."""
        for measured in self._changes or ():
            if measured.genotype in self._known:
                self._bounds[measured.name] = self._gain(measured, value)
        better = change is not None and self._gain(change, value) > 0
        self._current = change.genotype if change is not None and better else None
        self._changes = None

    def _begin(self) -> None:
        """The first two passes, by cost and then not, are from the cheapest member."""
        self._pass += 1
        self._bounds.clear()
        self._changes = None
        if not self._config.avoid_duplicates:
            self._known.clear()
        draw = self._costs.cheapest if self._pass <= 2 else self._space.sample_feasible
        self._current = draw(self._rng)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            self._out.discard(trial.genotype)
            if trial.state == "done":
                self._known[trial.genotype] = trial.values[0]
            else:
                self._known[trial.genotype] = -inf
            self._seen.add(trial.genotype)

    def state(self) -> dict[str, Any]:
        text = self._space.text
        changes = self._changes
        return {
            "rng": dump_rng(self._rng),
            "pass": self._pass,
            "current": None if self._current is None else text(self._current),
            "changes": None
            if changes is None
            else [[c.name, text(c.genotype), c.extra] for c in changes],
            "bounds": {name: _plain(gain) for name, gain in self._bounds.items()},
            "known": [[text(g), _plain(value)] for g, value in self._known.items()],
            "out": sorted(map(text, self._out)),
            "seen": self._seen.dump(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        read, current, changes = self._space.read, state["current"], state["changes"]
        load_rng(self._rng, state["rng"])
        self._pass = state["pass"]
        self._current = None if current is None else read(current)
        self._changes = None
        if changes is not None:
            self._changes = [Change(name, read(text), extra) for name, text, extra in changes]
        self._bounds = {name: _number(gain) for name, gain in state["bounds"].items()}
        self._known = {read(text): _number(value) for text, value in state["known"]}
        self._out = set(map(read, state["out"]))
        self._seen.load(state["seen"])


def _plain(value: float) -> float | None:
    return None if value == -inf else value


def _number(value: float | None) -> float:
    return -inf if value is None else value
