"""Trials in worker processes of this machine: what kills a trial does not kill the search."""

from __future__ import annotations

import heapq
import os
import platform
import queue
import time
from collections.abc import Sequence
from itertools import count

from nasdsl.strategies import Trial
from nasdsl.study.task import Task

from .base import Job, Result
from .limits import environment, find_gpus, shares
from .messages import Setup, load_trial
from .worker import Event, Worker

GRACE = 5.0
"""Seconds after its limit at which a trial that did not end by itself has its process killed."""


class Processes:
    """So many processes, begun when they are needed, and begun anew when they die."""

    def __init__(
        self, task: Task, setup: Setup, slots: int, *, pin: bool = True,
        gpus: Sequence[str] | None = None, grace: float = GRACE,
    ) -> None:  # fmt: skip
        self._task, self._setup, self.slots, self._grace = task, setup, slots, grace
        self._cores = shares(slots) if pin else [[] for _ in range(slots)]
        self._gpus = find_gpus() if gpus is None else gpus
        self._workers: list[Worker | None] = [None] * slots
        self._waiting: list[tuple[float, int, Job]] = []  # a heap, by when they may begin
        self._order = count()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._name = f"{platform.node()}:{os.getpid()}"

    def submit(self, job: Job) -> None:
        due = time.monotonic() + job.delay if job.delay else 0.0
        heapq.heappush(self._waiting, (due, next(self._order), job))
        self._begin()

    def wait(self, seconds: float) -> list[Result]:
        end, results = time.monotonic() + seconds, list[Result]()
        while not results:
            self._begin()
            results += self._kill_late()
            now = time.monotonic()
            if results or now >= end:
                break
            results += self._next(min([end, *self._alarms()]) - now)
        while not self._events.empty():
            results += self._next(0.0)
        return results

    def close(self) -> None:
        for worker in self._workers:
            if worker is not None:
                worker.kill()
        self._workers = [None] * self.slots
        self._waiting.clear()

    def _begin(self) -> None:
        """Give what is due to processes that are free."""
        for slot in range(self.slots):
            if not self._waiting or self._waiting[0][0] > time.monotonic():
                return
            worker = self._workers[slot]
            if worker is None or worker.job is None:
                _, _, job = heapq.heappop(self._waiting)
                if worker is None:
                    worker = self._workers[slot] = self._start(slot)
                worker.begin(job)

    def _start(self, slot: int) -> Worker:
        cores = self._cores[slot]
        variables = environment(slot, cores, self._gpus)
        return Worker(f"{self._name}:{slot}", self._setup.dump(), variables, cores, self._events)

    def _alarms(self) -> list[float]:
        """When something is to be done even if no worker says anything."""
        free = any(worker is None or worker.job is None for worker in self._workers)
        due = [self._waiting[0][0]] if self._waiting and free else []
        ends = [self._end(worker) for worker in self._workers if worker is not None]
        return due + [end for end in ends if end is not None]

    def _end(self, worker: Worker) -> float | None:
        limit = self._task.trial_time
        if limit is None or worker.begun is None:
            return None
        return worker.begun + limit + self._grace

    def _kill_late(self) -> list[Result]:
        results = []
        for slot, worker in enumerate(self._workers):
            end = None if worker is None else self._end(worker)
            if worker is None or end is None or time.monotonic() < end or worker.job is None:
                continue
            worker.kill()
            self._workers[slot] = None
            job, limit = worker.job, self._task.trial_time
            reason = f"TrialTimeout: no result after {limit:g} s; its process was killed"
            genotype = self._task.space.read(job.genotype)
            took = time.monotonic() - (end - self._grace - (limit or 0.0))
            trial = Trial(
                job.number, genotype, "failed", seed=job.seed, duration=took, reason=reason
            )
            results.append(_result(job, trial, worker, took))
        return results

    def _next(self, seconds: float) -> list[Result]:
        try:
            worker, answer = self._events.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return []
        if worker not in self._workers:
            return []  # the last words of one that was killed
        if answer is None:
            return self._died(worker)
        if "ready" in answer:
            worker.ready()
            return []
        job = worker.job
        assert job is not None, "workers answer what they were asked"
        trial = load_trial(self._task, job, answer)
        worker.end()
        return [Result(job.number, trial, answer["started"], answer["finished"], worker.name)]

    def _died(self, worker: Worker) -> list[Result]:
        self._workers[self._workers.index(worker)] = None
        reason, job = worker.post_mortem(), worker.job
        if job is None:
            return []
        took = 0.0 if worker.begun is None else time.monotonic() - worker.begun
        return [_result(job, None, worker, took, reason)]


def _result(job: Job, trial: Trial | None, worker: Worker, took: float, reason: str = "") -> Result:
    now = time.time()
    return Result(job.number, trial, now - took, now, worker.name, reason)
