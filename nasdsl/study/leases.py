"""Pulling trials from a shared store: claim one, say that it is alive, hand its result in.

A claim lasts while its worker beats. Time is the database's, so clocks of machines may differ. A
result counts only from the worker that holds the claim, so no trial is finished twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from .database import clock
from .rows import Row, from_columns, to_columns
from .schema import trials
from .store import Store

LEASE = 60.0
"""Seconds without a beat after which a worker counts as dead."""


@dataclass(frozen=True, slots=True)
class Leases:
    """The claims on the trials of a study."""

    store: Store

    def claim(self, worker: str, most: int) -> list[Row]:
        """Up to `most` trials that are free, from now on this worker's."""
        now = clock(self.store.database)
        free = sa.or_(trials.c.ready.is_(None), trials.c.ready <= now)
        choose = (
            sa.select(trials.c.number)
            .where(self._pending(), trials.c.worker.is_(None), free)
            .order_by(trials.c.number)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        update = (
            sa.update(trials)
            .where(trials.c.study == self.store.study)
            .values(worker=worker, beat=now, started=now)
            .returning(*trials.c)
        )

        def work(connection: sa.Connection) -> Sequence[sa.RowMapping]:
            numbers = connection.execute(choose).scalars().all()
            if not numbers:
                return []
            taken = update.where(trials.c.number.in_(numbers))
            return connection.execute(taken).mappings().all()

        found = [from_columns(row) for row in self.store.database.run(work)]
        return sorted(found, key=lambda row: row.number)

    def beat(self, worker: str) -> set[int]:
        """Say that the worker lives; the numbers of the trials that are still its own."""
        update = (
            sa.update(trials)
            .where(self._pending(), trials.c.worker == worker)
            .values(beat=clock(self.store.database))
            .returning(trials.c.number)
        )
        found = self.store.database.run(lambda c: c.execute(update).scalars().all(), single=True)
        return set(found)

    def finish(self, row: Row, worker: str) -> bool:
        """Hand a result in; False if the trial is no longer this worker's."""
        given = to_columns(self.store.study, replace(row, worker=worker))
        names = (
            "state", "objectives", "metrics", "curve", "params", "macs", "finished", "duration",
            "reason",
        )  # fmt: skip
        update = self._own(row.number, worker).values({name: given[name] for name in names})
        return self.store.database.run(lambda c: c.execute(update).rowcount, single=True) == 1

    def release(self, number: int, worker: str, *, died: bool = False, reason: str = "") -> None:
        """Give a claim back. died: the trial took its process with it, which the driver counts."""
        update = self._own(number, worker)
        if died:  # the driver finds it as lost, says why, and decides whether it is tried again
            update = update.values(beat=0.0, reason=reason)
        else:
            update = update.values(worker=None, beat=None)
        self.store.database.run(lambda c: c.execute(update), single=True)

    def finished(self) -> list[Row]:
        """Trials that workers finished and that the strategy was not told of."""
        untold = sa.and_(
            trials.c.study == self.store.study,
            trials.c.state != sa.literal_column("'pending'"),
            trials.c.told.is_(None),
        )
        return self._rows(untold)

    def lost(self, lease: float) -> list[Row]:
        """Trials whose worker has not beaten for so long."""
        late = trials.c.beat < clock(self.store.database) - lease
        return self._rows(sa.and_(self._pending(), trials.c.worker.is_not(None), late))

    def _rows(self, where: sa.ColumnElement[bool]) -> list[Row]:
        query = sa.select(trials).where(where).order_by(trials.c.number)
        return [from_columns(row) for row in self.store.database.fetch(query)]

    def _pending(self) -> sa.ColumnElement[bool]:
        pending = trials.c.state == sa.literal_column("'pending'")
        return sa.and_(trials.c.study == self.store.study, pending)

    def _own(self, number: int, worker: str) -> sa.Update:
        return sa.update(trials).where(
            self._pending(), trials.c.number == number, trials.c.worker == worker
        )
