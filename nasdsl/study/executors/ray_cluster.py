"""Trials as tasks of Ray: on a running cluster (RAY_ADDRESS), or on one of this machine.

Placement, spilling and what a task may take are Ray's; a task whose process died is not tried again
by Ray but reported, so that it is counted and waited for as on every other executor.
"""

from __future__ import annotations

import heapq
import json
import time
from functools import lru_cache
from itertools import count
from typing import Any

from nasdsl.extras import need
from nasdsl.study.task import Task

from .base import Job, Result
from .messages import Setup, dump_job, load_trial, perform


class RayCluster:
    """`slots` tasks at a time, each with so many cores and GPUs; memory is that of the set-up."""

    def __init__(
        self, task: Task, setup: Setup, slots: int, *, cpus: float = 1, gpus: float = 0
    ) -> None:
        self._ray = need("ray", "ray")
        self._task, self._setup, self.slots = task, setup, slots
        self._own = not self._ray.is_initialized()
        if self._own:
            self._ray.init(logging_level="warning", log_to_driver=False)
        options: dict[str, Any] = {"num_cpus": cpus, "num_gpus": gpus, "max_retries": 0}
        if setup.memory is not None:
            options["memory"] = setup.memory
        self._remote = self._ray.remote(**options)(evaluate)
        self._text = self._ray.put(setup.dump())
        self._running: dict[Any, tuple[Job, float]] = {}
        self._later: list[tuple[float, int, Job]] = []  # a heap, by when they may begin
        self._order = count()

    def submit(self, job: Job) -> None:
        heapq.heappush(self._later, (time.monotonic() + job.delay, next(self._order), job))
        self._begin()

    def _begin(self) -> None:
        while self._later and self._later[0][0] <= time.monotonic():
            _, _, job = heapq.heappop(self._later)
            task = self._remote.remote(self._text, dump_job(job))
            self._running[task] = job, time.time()

    def wait(self, seconds: float) -> list[Result]:
        end = time.monotonic() + seconds
        while True:
            self._begin()
            now = time.monotonic()
            until = min([end, *(due for due, _, _ in self._later[:1])])
            pause = max(0.0, until - now)
            if self._running:
                ready, _ = self._ray.wait(list(self._running), timeout=pause)
                ready = [*ready, *self._more(ready)]
            else:
                ready = []
                time.sleep(pause)
            if ready or time.monotonic() >= end:
                return [self._result(task) for task in ready]

    def _more(self, ready: list[Any]) -> list[Any]:
        """What else is ready by now."""
        others = [task for task in self._running if task not in ready]
        if not ready or not others:
            return []
        found: list[Any] = self._ray.wait(others, num_returns=len(others), timeout=0)[0]
        return found

    def _result(self, task: Any) -> Result:
        job, began = self._running.pop(task)
        try:
            answer = json.loads(self._ray.get(task))
        except self._ray.exceptions.RayError as error:
            reason = f"its process died: {type(error).__name__}"
            return Result(job.number, None, began, time.time(), "ray", reason)
        trial = load_trial(self._task, job, answer)
        return Result(job.number, trial, answer["started"], answer["finished"], answer["worker"])

    def close(self) -> None:
        for task in self._running:
            self._ray.cancel(task, force=True)
        self._running.clear()
        self._later.clear()
        if self._own:
            self._ray.shutdown()


def evaluate(setup: str, message: str) -> str:
    """One trial in a process of Ray's; texts in and out."""
    import os
    import platform

    started = time.time()
    answer = perform(_task(setup), message)
    worker = f"{platform.node()}:{os.getpid()}:ray"
    return json.dumps(
        answer | {"started": started, "finished": time.time(), "worker": worker}
    )


@lru_cache(maxsize=1)
def _task(setup: str) -> Task:
    """The task of a study, made once a process."""
    return Setup.load(setup).task()
