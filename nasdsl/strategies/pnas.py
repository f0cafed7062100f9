"""Progressive search: Liu et al., "Progressive neural architecture search", ECCV 2018, algorithm 1.

All architectures of the first level (cells of one block) are evaluated; then, level by level, those
evaluated are expanded in all ways, a surrogate fitted to all trials ranks their children, and the
`beam` best are evaluated. Architectures that are one network drawn in two ways are evaluated once.

What a level is, `level` says: a decision whose options grow the architecture (`level = "count"`), or
a loop whose rounds are decided one after the other (`level = "i"`), the rest filled in. Left out, the
decisions are cut into `parts` in their order.

Deviations: at most `candidates` children are ranked (the paper ranks all, 256 · 2,304 at the last
level), beyond that a random part of them; surrogates are fitted from scratch at each level. The paper
ends with the last level. Here the search goes on, with the last size again or, where the levels are
parts, from the first part on with the best architecture to fill in the others.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from nasdsl.canonical import architecture_hash
from nasdsl.predictors import sentence
from nasdsl.predictors.ensemble import Ensemble, EnsembleConfig

from .atoms import Atom
from .base import Trial, dump_rng, load_rng
from .history import History
from .levels import Choices, Growth, choices_of, plan

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

MOST_LEVELS = 8  # looked through for something new before a proposal is drawn
SPARE = 4  # candidates kept for each that may be evaluated: some are equal to others, or infeasible


class PnasConfig(EnsembleConfig):
    """The surrogate's options, and those of the search."""

    level: str = Field(default="", description="a decision that is a size, or the index of a loop")
    parts: int = Field(default=5, ge=1, description="levels where `level` is left out")
    beam: int = Field(default=256, ge=1, description="architectures evaluated at a level")
    candidates: int = Field(default=20_000, ge=1, description="children ranked at a level")
    rest: Literal["best", "first", "random"] = Field(
        default="best", description="what fills in the decisions of levels to come"
    )
    unique: bool = Field(default=True, description="evaluate networks that are the same once")
    history: int = Field(default=2000, ge=2, description="trials that the surrogate is fitted to")


class Pnas:
    """A level at a time. A batch never reaches into the next level, so `ask` may give fewer than n.

    Results that come late, when the next level has begun, teach the surrogate but are not expanded.
    """

    Config = PnasConfig

    def __init__(self, space: Space, config: PnasConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._plan = plan(space, config.level, config.parts)
        self._history = History(space, config.history)
        self._level = -1
        self._left = 0  # how many may still be proposed at this level
        self._queue: list[Genotype] = []  # the best last
        self._out: dict[Genotype, None] = {}  # proposed at this level and not told
        self._done: list[Genotype] = []  # done at this level
        self._parents: list[Genotype] = []
        self._known: dict[str, None] = {}  # networks proposed
        self._random = 0  # random proposals before the next level

    def ask(self, n: int = 1) -> list[Genotype]:
        proposals: list[Genotype] = []
        while len(proposals) < n:
            genotype = self._next()
            if genotype is None and proposals:
                break
            proposals.append(self._propose() if genotype is None else genotype)
        return proposals

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            self._history.add(trial)
            if trial.genotype in self._out:
                del self._out[trial.genotype]
                if trial.state == "done":
                    self._done.append(trial.genotype)

    # -------------------------------------------------------------- proposals

    def _next(self) -> Genotype | None:
        """The next of this level, None if it is over."""
        while self._left and self._queue:
            genotype = self._queue.pop()
            if self._is_new(genotype):
                self._left -= 1
                self._out[genotype] = None
                return genotype
        return None

    def _is_new(self, genotype: Genotype) -> bool:
        """Whether it is feasible and no network proposed before."""
        architecture = self._space.build(genotype)
        if not self._space.feasible(genotype, architecture):
            return False
        unique = self._config.unique
        name = architecture_hash(architecture) if unique else self._space.text(genotype)
        if name in self._known:
            return False
        self._known[name] = None
        if len(self._known) > self._config.history:
            del self._known[next(iter(self._known))]
        return True

    def _propose(self) -> Genotype:
        """The first of the next level; a random one while nothing is known of this one."""
        waits = self._out and not self._done
        if not self._random and not waits:
            for _ in range(min(self._plan.count, MOST_LEVELS) + 1):
                self._advance()
                genotype = self._next()
                if genotype is not None:
                    return genotype
            self._random = self._config.beam  # there is nothing new to expand
        self._random = max(0, self._random - 1)
        return self._space.sample_feasible(self._rng)

    def _advance(self) -> None:
        level = self._plan.after(self._level)
        if level > self._level:
            self._parents = self._done
        elif level < self._level:
            self._parents = []
        self._level, self._done, self._out = level, [], {}
        self._left = self._config.beam
        self._queue = self._ranked(self._candidates())[: SPARE * self._left][::-1]

    def _candidates(self) -> list[Genotype]:
        """The children of the parents that have not been evaluated.

        Where they are few, and what fills them in is drawn, they are made several times.
        """
        growth = Growth(self._space, self._plan, self._level, self._filler(), self._rng)
        parents: list[Choices] = [choices_of(self._space, g) for g in self._parents] or [{}]
        most = max(1, self._config.candidates // len(parents))
        found: dict[Genotype, None] = {}
        before = -1
        while before < len(found) < self._config.beam:
            before = len(found)
            children = (c for p in parents for c in growth.children(p, most))
            found |= dict.fromkeys(c for c in children if c not in self._history)
        return list(found)

    def _filler(self) -> Callable[[Atom], int]:
        rest, rng = self._config.rest, self._rng
        best = self._history.best(1) if rest == "best" else []
        known = choices_of(self._space, best[0][1]) if best else {}

        def fill(atom: Atom) -> int:
            if rest == "first":
                return atom.options[0]
            wanted = known.get(atom.key, -1)
            return wanted if wanted in atom.options else rng.choice(atom.options)

        return fill

    def _ranked(self, candidates: list[Genotype]) -> list[Genotype]:
        """The most promising first, in random order before there are trials."""
        if not candidates or not len(self._history):
            self._rng.shuffle(candidates)
            return candidates
        surrogate = Ensemble(self._config)
        trials = list(self._history)
        sentences = [sentence(self._space, genotype) for _, genotype in trials]
        surrogate.fit(sentences, [values[0] for values, _ in trials], self._rng.getrandbits(32))
        found = surrogate.predict([sentence(self._space, g) for g in candidates])
        return [candidates[i] for i in self._order(candidates, found.mean)]

    def _order(self, candidates: Sequence[Genotype], expected: Sequence[float]) -> list[int]:
        """Which candidates come first, given what is expected of them."""
        return sorted(range(len(candidates)), key=lambda i: -expected[i])

    # -------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        text = self._space.text
        return {
            "rng": dump_rng(self._rng),
            "history": self._history.dump(),
            "level": self._level,
            "left": self._left,
            "random": self._random,
            "queue": [text(g) for g in self._queue],
            "out": [text(g) for g in self._out],
            "done": [text(g) for g in self._done],
            "parents": [text(g) for g in self._parents],
            "known": list(self._known),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        read = self._space.read
        load_rng(self._rng, state["rng"])
        self._history.load(state["history"])
        self._level, self._left = state["level"], state["left"]
        self._random = state["random"]
        self._queue = [read(t) for t in state["queue"]]
        self._out = dict.fromkeys(map(read, state["out"]))
        self._done = [read(t) for t in state["done"]]
        self._parents = [read(t) for t in state["parents"]]
        self._known = dict.fromkeys(state["known"])
