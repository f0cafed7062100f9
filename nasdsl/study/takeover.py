"""A study that begins with the trials of another, whose space has changed since.

A trial is the same in the new space if a genotype there takes the same decisions at the same
paths, no others, and costs what the trial did; then its result is taken over. The strategy is told
of such trials before it is asked for any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from nasdsl.costs import cost
from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.difference import LIMIT

from .convert import decisions_of
from .rows import Option, Row, StudyInfo
from .setup import stored_space
from .store import Store

if TYPE_CHECKING:
    from nasdsl.domains import Domain
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


def take_over_trials(origin: Store, store: Store, space: Space) -> tuple[int, int]:
    """Copy finished trials into a new study; how many, and how many do not exist there.

    Trials that failed are left to be tried anew. NAS577 if the objectives differ.
    """
    theirs = origin.info()
    if store.info().settings.get("objectives") != theirs.settings.get("objectives"):
        message = f"the study `{theirs.name}` has other objectives"
        raise NasError(Diagnostic("NAS577", message, help="search by the same --objective"))
    mover = Mover(space, theirs)
    done = [row for row in origin.rows() if row.state == "done"]
    moved = [(row, genotype) for row in done if (genotype := mover.move(row)) is not None]
    taken = [
        replace(
            row, number=number, told=number, asked=None, genotype=space.text(genotype),
            decisions=decisions_of(space, genotype),
        )
        for number, (row, genotype) in enumerate(moved)
    ]  # fmt: skip
    if taken:
        store.write(*taken)
    return len(taken), len(done) - len(taken)


@dataclass
class Mover:
    """From trials of a study to genotypes of another space."""

    space: Space
    origin: StudyInfo
    _domains: dict[str, Domain] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._domains = dict(self.space.all_decisions(LIMIT))

    @cached_property
    def _before(self) -> Space | None:
        """The space of the study, for trials of stores that did not keep decisions."""
        try:
            return stored_space(self.origin)
        except NasError:
            return None

    def move(self, row: Row) -> Genotype | None:
        """The genotype that is the trial's network; None if there is none, or it is not feasible."""
        try:
            wanted = row.decisions or self._old_decisions(row)
            if wanted is None:
                return None
            found = {path: self._index(path, option) for path, option in wanted.items()}
            choices = {path: index for path, index in found.items() if index is not None}
            genotype = self.space.genotype(choices)
            if decisions_of(self.space, genotype) != dict(wanted):
                return None
            architecture = self.space.build(genotype)
            if not self.space.feasible(genotype, architecture):
                return None
            now = cost(architecture)
        except NasError:
            return None
        known = (row.params, row.macs)
        return genotype if known in ((None, None), (now.params, now.macs)) else None

    def _old_decisions(self, row: Row) -> Mapping[str, Option] | None:
        space = self._before
        return None if space is None else decisions_of(space, space.read(row.genotype))

    def _index(self, path: str, option: Option) -> int | float | None:
        domain = self._domains.get(path)
        return None if domain is None else index_of(domain, option)


def index_of(domain: Domain, option: Option) -> int | float | None:
    """The index of an option in words; None if the domain has no such one."""
    if not isinstance(option, str):
        return option if domain.kind == "float" and domain.low <= option <= domain.high else None
    if domain.kind == "float":
        return None
    labels = ["no", "yes"] if domain.kind == "bit" else [*map(str, domain.labels)]
    try:
        if domain.kind in ("one", "bit"):
            return labels.index(option)
        inside = option.removeprefix("(").removesuffix(")")
        return domain.index(tuple(labels.index(name) for name in inside.split(", ") if name))
    except ValueError:
        return None
