"""DNA: Li, Peng, Yuan, Wang, Liang, Lin, Chang, "Block-wisely supervised neural architecture search
with knowledge distillation", CVPR 2020.

A teacher supervises every block of the supernet by its features: a block reads what the teacher's
block before it puts out, and learns to put out what the teacher's puts out (mean square error over
the variance of the teacher's feature; equations 3 and 4), on uniform single paths. Each block is thus
trained and rated apart from the others, with far fewer candidates: all of them are rated, and the
best combinations within the cost limits are found by going through sums of losses in ascending order
(section 3.4). The last block, which has no feature behind it, learns the classes.

The paper's teacher is a trained EfficientNet-B7 and its blocks are trained one after the other. Here
the teacher is the largest network of the space, trained in the supernet for the first `teaching` of
the epochs, after which the pupils begin anew; all blocks learn in every step, which is the same
as one after the other, for they read the teacher's features. Widths between blocks that decisions
change, and decisions that several blocks share, make one block of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

import torch
from pydantic import Field
from torch import Tensor

from nasdsl.diagnostics import fail

from .data import Batch
from .distil import snapshot, taught
from .largest import largest
from .losses import batch_statistics, cross_entropy
from .parts import roles
from .sampled import Sampled, SampledConfig
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.walks import Step

    from .engine import Engine

Taken = dict[str, int | float]
COMBINATIONS = 20_000


class DnaConfig(SampledConfig):
    epochs: int = Field(default=100, ge=1, description="of the teacher and the pupils together")
    teaching: float = Field(
        default=0.5, gt=0, lt=1, description="share of the epochs that train the teacher"
    )
    blocks: int = Field(
        default=6, ge=2, description="at most so many; neighbours are joined if there are more"
    )
    candidates: int = Field(
        default=10_000, ge=1, description="of a block that are rated; random ones if there are more"
    )
    batches: int = Field(
        default=1, ge=0, description="held-out batches that rate candidates; 0 for all of them"
    )


class DnaMethod(Sampled[DnaConfig]):
    """Block-wise distillation."""

    @classmethod
    def options(cls, config: DnaConfig) -> dict[str, Any]:
        return {"taps": True}

    def begin(self, engine: Engine) -> None:
        found = getattr(engine.supernet, "blocks", ())
        if len(found) < 2:
            raise fail(
                "NAS320", f"`dna` cannot search space `{self.space.name}`: its decisions do not lie in "
                "blocks one after the other", help="take `spos`, which needs no blocks",
            )  # fmt: skip
        self.blocks, self.places = joined(found, self.config.blocks)
        self.full = {p: i for p, _, i in self.space.places(largest(self.space))}
        self.sizes = {p for p, role in roles(engine.supernet).items() if role == "resolution"}
        self.initial = snapshot(engine.supernet)
        self.teacher: dict[str, Tensor] = {}
        self.until = max(1, round(self.config.teaching * self.config.epochs))

    # -------------------------------------------------------------- learning

    def before_epoch(self, engine: Engine) -> None:
        if engine.epoch == self.until:
            self.teacher = snapshot(engine.supernet)
            engine.supernet.load_state_dict(self.initial)
            engine.optimizer.state.clear()
        start, end = (
            (0, self.until) if engine.epoch < self.until else (self.until, engine.config.epochs)
        )
        share = (engine.epoch - start) / max(1, end - start)
        engine.set_rate(
            self.config.final_lr + (self.config.lr - self.config.final_lr) * (1 - share)
        )

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        if engine.epoch < self.until:
            engine.learn(batch, engine.supernet.path(self.space.genotype(self.full)))
            return
        genotype = self.sample(engine)
        known = self.features(engine, batch.x, genotype)
        losses: list[Tensor] = []
        with tapping(engine.supernet, self.places, follow(known, losses)):
            gates = engine.supernet.path(genotype)
            engine.learn(batch, gates, more=lambda out: torch.stack(losses).sum())

    def features(self, engine: Engine, x: Tensor, genotype: Genotype) -> list[Tensor]:
        """What the teacher's blocks put out, at the size that a genotype reads."""
        sizes = {p: i for p, _, i in self.space.places(genotype) if p in self.sizes}
        gates = engine.supernet.path(self.space.genotype(self.full | sizes))
        found: list[Tensor] = []

        def keep(place: int, feature: Tensor) -> Tensor:
            found.append(feature.detach())
            return feature

        with tapping(engine.supernet, self.places, keep):
            taught(engine.supernet, self.teacher, x, gates)
        return found

    # -------------------------------------------------------------- the outcome

    def derive(self, engine: Engine) -> list[Genotype]:
        rated = self.rate(engine)
        found = islice(cheapest(self.space, rated, engine.rng), self.config.keep)
        return list(found) or [self.space.sample_feasible(engine.rng)]

    @torch.no_grad()
    def rate(self, engine: Engine) -> list[list[tuple[float, Taken]]]:
        """Every candidate of each block with its loss, the best first. One pass rates a candidate of
        every block, for none sees what the others put out."""
        batches = engine.held(self.config.batches or None)
        candidates = [
            candidates_of(self.space, block, self.config.candidates, engine.rng)
            for block in self.blocks
        ]
        first = self.space.genotype(self.full)
        known = [self.features(engine, b.x, first) for b in batches]
        losses: list[list[float]] = [[] for _ in candidates]
        with batch_statistics(engine.supernet):
            for turn in range(max(map(len, candidates))):
                taken = self.full | {p: i for c in candidates for p, i in c[turn % len(c)].items()}
                found = self._losses(engine, self.space.genotype(taken), batches, known)
                for k, (rows, loss) in enumerate(zip(losses, found, strict=True)):
                    if turn < len(candidates[k]):
                        rows.append(loss)
        pairs = zip(losses, candidates, strict=True)
        return [sorted(zip(a, b, strict=True), key=lambda one: one[0]) for a, b in pairs]

    def _losses(
        self, engine: Engine, genotype: Genotype, batches: Sequence[Batch],
        known: Sequence[Sequence[Tensor]],
    ) -> list[float]:  # fmt: skip
        """The mean loss of every block along a path."""
        total = torch.zeros(len(self.blocks), dtype=torch.float64)
        gates = engine.supernet.path(genotype)
        for batch, features in zip(batches, known, strict=True):
            losses: list[Tensor] = []
            with tapping(engine.supernet, self.places, follow(features, losses)):
                out = engine.supernet(batch.x, gates=gates)
            losses.append(cross_entropy(out, batch.y))
            total += torch.stack([one.detach().double().cpu() for one in losses])
        return [float(one) for one in total / len(batches)]

    def state(self) -> dict[str, Any]:
        return {"teacher": self.teacher}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.teacher = dict(state["teacher"])


Hook = Callable[[int, Tensor], Tensor]


class tapping:
    """Within it a hook has its say at the ends of blocks, by their number among `places`."""

    def __init__(self, supernet: Any, places: Sequence[int], hook: Hook) -> None:
        self._supernet, self._places, self._hook = supernet, list(places), hook

    def __enter__(self) -> None:
        self._supernet.tap = self._tap

    def __exit__(self, *reason: object) -> None:
        self._supernet.tap = None

    def _tap(self, place: int, feature: Tensor) -> Tensor:
        if place not in self._places:
            return feature
        return self._hook(self._places.index(place), feature)


def follow(known: Sequence[Tensor], losses: list[Tensor]) -> Hook:
    """Compare features with the teacher's, and go on with the teacher's."""

    def hook(place: int, feature: Tensor) -> Tensor:
        losses.append(distance(feature, known[place]))
        return known[place]

    return hook


def distance(feature: Tensor, teacher: Tensor) -> Tensor:
    """The mean square error over the variance of the teacher's feature."""
    variance = teacher.var(unbiased=False).clamp_min(1e-8)
    return (feature - teacher).square().mean() / variance


def joined(blocks: Sequence[frozenset[str]], most: int) -> tuple[list[frozenset[str]], list[int]]:
    """At most so many blocks: the neighbours with the fewest decisions together become one. Also the
    numbers of the taps that are left, those behind all blocks but the last."""
    groups = [([i], block) for i, block in enumerate(blocks)]
    while len(groups) > most:
        sizes = [len(a[1]) + len(b[1]) for a, b in zip(groups, groups[1:], strict=False)]
        at = sizes.index(min(sizes))
        (left, one), (right, other) = groups[at : at + 2]
        groups[at : at + 2] = [(left + right, one | other)]
    return [block for _, block in groups], [places[-1] for places, _ in groups[:-1]]


def candidates_of(space: Space, paths: frozenset[str], most: int, rng: Random) -> list[Taken]:
    """What these decisions may be, all else being the first: every combination, in order, or as many
    different random ones if there are more."""
    found: list[Taken] = []
    for taken in _combinations(space, paths):
        found.append(taken)
        if len(found) > most:
            break
    else:
        return found
    drawn: dict[tuple[tuple[str, int | float], ...], None] = {}
    for _ in range(10 * most):
        if len(drawn) >= most:
            break
        genotype = space.sample(rng)
        drawn[tuple((p, i) for p, _, i in space.places(genotype) if _within(p, paths))] = None
    return [dict(one) for one in drawn]


def _combinations(space: Space, paths: frozenset[str]) -> Iterator[Taken]:
    """Every combination of what these decisions may be: an odometer whose wheels appear as it turns."""
    script: list[int] = []
    while True:
        wheels: list[int] = []
        taken: Taken = {}

        def choose(step: Step, wheels: list[int] = wheels, taken: Taken = taken) -> int | float:
            options = step.options or (step.domain.low,)
            if not _within(step.path, paths):
                return options[0]
            at = script[len(wheels)] if len(wheels) < len(script) else 0
            wheels.append(len(options))
            taken[step.path] = options[at]
            return options[at]

        space.compose(choose)
        yield taken
        script += [0] * (len(wheels) - len(script))
        while script and script[-1] + 1 >= wheels[len(script) - 1]:
            script.pop()
        if not script:
            return
        script[-1] += 1


def _within(path: str, paths: frozenset[str]) -> bool:
    """Whether a decision is among those of gates, which know the places of ordered picks."""
    return path in paths or f"{path}[0]" in paths


def cheapest(
    space: Space, rated: Sequence[Sequence[tuple[float, Taken]]], rng: Random
) -> Iterator[Genotype]:
    """Feasible combinations of one candidate a block, by ascending sum of their losses; ends after
    COMBINATIONS have been looked at. Decisions of no block are drawn."""
    start = (0,) * len(rated)
    heap = [(sum(rows[0][0] for rows in rated), start)]
    met = {start}
    given: set[Genotype] = set()
    for _ in range(COMBINATIONS):
        if not heap:
            return
        _, at = heapq.heappop(heap)
        taken = {p: i for rows, k in zip(rated, at, strict=True) for p, i in rows[k][1].items()}
        genotype = space.genotype(taken, rng)
        if genotype not in given and space.feasible(genotype):
            given.add(genotype)
            yield genotype
        for block, rows in enumerate(rated):
            after = (*at[:block], at[block] + 1, *at[block + 1 :])
            if after[block] < len(rows) and after not in met:
                met.add(after)
                total = sum(r[k][0] for r, k in zip(rated, after, strict=True))
                heapq.heappush(heap, (total, after))


class Dna(OneShot):
    Config = DnaConfig
    method = DnaMethod
