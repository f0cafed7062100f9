"""Trials left in the store for workers on any machine, which pull them: both sides of it.

`Pull` is the executor of the search, `serve` what a worker does.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from nasdsl.study.convert import finished_row, trial_of
from nasdsl.study.leases import LEASE, Leases
from nasdsl.study.rows import Row
from nasdsl.study.task import Task

from .base import Executor, Job, Result

POLLS = 0.02, 1.0  # seconds between two looks at the store: the first, the longest
BEATS = 4  # a lease


class Pull:
    """Offers `slots` trials at a time. A trial in the store needs no more to be offered."""

    def __init__(self, task: Task, leases: Leases, slots: int, lease: float = LEASE) -> None:
        self.slots = slots
        self._task, self._leases, self._lease = task, leases, lease
        self._looked = 0.0

    def submit(self, job: Job) -> None:
        """It is in the store already."""

    def wait(self, seconds: float) -> list[Result]:
        end, pause = time.monotonic() + seconds, POLLS[0]
        while True:
            results = self._finished() + self._lost()
            if results or time.monotonic() + pause > end:
                return results
            time.sleep(pause)
            pause = min(2 * pause, POLLS[1])

    def close(self) -> None:
        """Workers go on with what they have: a resumed search finds it."""

    def _finished(self) -> list[Result]:
        read = self._task.space.read
        return [
            self._result(row, trial_of(row, read(row.genotype))) for row in self._leases.finished()
        ]

    def _lost(self) -> list[Result]:
        now = time.monotonic()
        if now - self._looked < min(self._lease / BEATS, POLLS[1]):
            return []
        self._looked = now
        found, returned = self._leases.lost(self._lease), self._leases.store.database.returned
        if returned is not None and now - returned < self._lease:
            return []  # the database was away, and nobody could say to it that he lives
        return [self._result(row, None) for row in found]

    def _result(self, row: Row, trial: object) -> Result:
        silent = f"its worker was not heard of for {self._lease:g} s"
        reason = "" if trial else row.reason or silent
        started, finished = row.started or 0.0, row.finished or time.time()
        return Result(row.number, trial, started, finished, row.worker or "", reason)  # type: ignore[arg-type]  # finished rows have these


@dataclass(slots=True)
class Server:
    """A worker: claims as many trials as its executor takes, and beats for them.

    idle: seconds without a trial after which it ends. told: called for every trial handed in.
    """

    leases: Leases
    executor: Executor
    lease: float = LEASE
    idle: float | None = None
    told: Callable[[Row], None] | None = None

    def serve(self) -> None:
        """Work until there was nothing to do for `idle` seconds. A NasError ends it: the set-up is
        wrong. What is under way then goes back to the store."""
        name = f"{platform.node()}:{os.getpid()}:{uuid4().hex[:8]}"
        mine: dict[int, Row] = {}
        try:
            self._loop(name, mine)
        finally:
            self.executor.close()
            for number in mine:
                self.leases.release(number, name)

    def _loop(self, name: str, mine: dict[int, Row]) -> None:
        beaten = busy = time.monotonic()
        pause = POLLS[0]
        while True:
            free = self.executor.slots - len(mine)
            claimed = self.leases.claim(name, free) if free else []
            for row in claimed:
                mine[row.number] = row
                self.executor.submit(Job(row.number, row.genotype, row.seed))
            pause = POLLS[0] if claimed else min(2 * pause, POLLS[1])
            now = time.monotonic()
            busy = now if mine else busy
            if self.idle is not None and now - busy >= self.idle:
                return
            if now - beaten >= self.lease / BEATS:
                beaten = now
                self.leases.beat(name)
            for result in self.executor.wait(min(pause, self.lease / BEATS)):
                self._hand_in(result, mine[result.number], name)
                del mine[result.number]  # only now: a kill before leaves the claim to expire

    def _hand_in(self, result: Result, row: Row, name: str) -> None:
        if result.trial is None:
            self.leases.release(result.number, name, died=True, reason=result.reason)
            return
        row = finished_row(row, result)
        if self.leases.finish(row, name) and self.told is not None:
            self.told(replace(row, worker=name))
