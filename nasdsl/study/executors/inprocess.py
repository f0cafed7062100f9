"""Trials one after another in this process: no start-up, and whatever kills a trial kills it."""

from __future__ import annotations

import os
import platform
import time
from collections import deque

from nasdsl.study.task import Task

from .base import Job, Result


class InProcess:
    """Evaluates in `wait`, in order."""

    slots = 1

    def __init__(self, task: Task) -> None:
        self._task = task
        self._jobs: deque[Job] = deque()
        self._worker = f"{platform.node()}:{os.getpid()}"

    def submit(self, job: Job) -> None:
        self._jobs.append(job)

    def wait(self, seconds: float) -> list[Result]:
        if not self._jobs:
            return []
        job = self._jobs.popleft()
        started = time.time()
        trial = self._task.perform(job.number, self._task.space.read(job.genotype), job.seed)
        return [Result(job.number, trial, started, time.time(), self._worker)]

    def close(self) -> None:
        self._jobs.clear()
