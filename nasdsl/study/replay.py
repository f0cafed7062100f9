"""The replay that makes a search resumable.

A strategy is deterministic, so its state is its history: to resume, a fresh strategy of the same
seed is asked and told again in the stored order, and must propose the same genotypes. Every trial
holds how many were told when it was asked for, and its own place among the told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.genotype import Genotype
from nasdsl.space import Space
from nasdsl.strategies import Strategy, Trial

from .convert import trial_of
from .rows import Row


@dataclass(slots=True)
class Replay:
    """Where a study stands after its replay.

    told: how many trials were told. out: asked for and not told yet, with their genotypes. deadly:
    the genotypes of trials that failed and had let their process die.
    """

    space: Space
    strategy: Strategy
    told: int = 0
    total: int = 0
    out: dict[int, tuple[Row, Genotype]] = field(default_factory=dict)
    deadly: set[str] = field(default_factory=set)

    def run(self, rows: Iterable[Row]) -> Iterator[Trial]:
        """Bring a fresh strategy to where the rows, in order of their numbers, left it.

        Gives the trials as they are told. NAS545 if it proposes something else than what is
        stored, NAS571 if the order of the rows makes no sense.
        """
        known: dict[int, Trial] = {}  # by their place, not told yet
        for row in rows:
            if row.number != self.total:
                raise _damaged(f"trial {self.total} is missing")
            yield from self._tell(known, row.asked)
            genotype = self._ask(row)
            if row.told is None:
                self.out[row.number] = row, genotype
            else:
                known[row.told] = trial_of(row, genotype)
                if row.state == "failed" and row.attempts:
                    self.deadly.add(row.genotype)
            self.total += 1
        yield from self._tell(known, None)
        if known:
            raise _damaged(f"trial {min(t.number for t in known.values())} was told out of order")

    def _tell(self, known: dict[int, Trial], until: int | None) -> Iterator[Trial]:
        while self.told in known and (until is None or self.told < until):
            trial = known.pop(self.told)
            self.strategy.tell([trial])
            self.told += 1
            yield trial
        if until is not None and self.told != until:
            raise _damaged(f"the place of trial {self.total} is wrong")

    def _ask(self, row: Row) -> Genotype:
        if row.asked is None:  # of another study
            return self.space.read(row.genotype)
        asked = self.strategy.ask(1)
        text = self.space.text(asked[0]) if asked else "nothing"
        if text != row.genotype:
            message = f"trial {row.number} of the study is {row.genotype}, now it is {text}"
            help = "this nasdsl searches differently; resume with the version that started it"
            raise NasError(Diagnostic("NAS545", message, help=help))
        return asked[0]


def _damaged(what: str) -> NasError:
    message = f"the order of the study's trials is damaged: {what}"
    return NasError(Diagnostic("NAS571", message, help="nasdsl did not write it so"))
