"""Trials as tasks of Ray: on a running cluster (RAY_ADDRESS), or on one of this machine.

Placement, spilling and retries are Ray's: a task whose process or machine died is tried again by Ray,
where it sees fit, and reported when its tries are used up. In the process of a task the limits are
those of worker processes: memory, and a time after which a task that does not end by itself is ended.
"""

from __future__ import annotations

import faulthandler
import json
import os
import platform
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from nasdsl.diagnostics import NasError, fail
from nasdsl.extras import need
from nasdsl.study.task import Task

from .base import Job, Result
from .limits import limit_memory
from .messages import Setup, dump_job, dump_mistakes, load_trial, perform
from .processes import GRACE

STARTS = 3


class RayCluster:
    """`slots` tasks at a time, each with so many cores and GPUs, and the memory of the set-up.

    retries: how often Ray tries a task again.
    """

    def __init__(
        self, task: Task, setup: Setup, slots: int, *, cpus: float = 1, gpus: float = 0,
        retries: int = 2, grace: float = GRACE,
    ) -> None:  # fmt: skip
        # Ray tries tasks again for ever that its own watch over memory has ended
        os.environ.setdefault("RAY_task_oom_retries", str(retries))
        self._ray = need("ray", "ray")
        self._task, self.slots, self._tries = task, slots, retries + 1
        self._own = not self._ray.is_initialized()
        if self._own:
            connect(self._ray)
        options: dict[str, Any] = {"num_cpus": cpus, "num_gpus": gpus, "max_retries": retries}
        if setup.memory is not None:
            options["memory"] = setup.memory
        self._remote = self._ray.remote(**options)(evaluate)
        self._text = self._ray.put(setup.dump())
        self._longest = None if task.trial_time is None else task.trial_time + grace
        self._running: dict[Any, tuple[Job, float]] = {}

    def submit(self, job: Job) -> None:
        task = self._remote.remote(self._text, dump_job(job), self._longest)
        self._running[task] = job, time.time()

    def wait(self, seconds: float) -> list[Result]:
        if not self._running:
            return []
        ready, _ = self._ray.wait(list(self._running), timeout=seconds)
        return [self._result(task) for task in [*ready, *self._more(ready)]]

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
        except ImportError as error:  # of the task, which Ray raises again here
            help = "install this nasdsl, and what the evaluator imports, on every machine of the cluster"
            raise fail("NAS575", f"Ray cannot start a trial: {error}", help=help) from error
        except self._ray.exceptions.RayError as error:
            reason = f"its process died: {type(error).__name__}"
            return Result(job.number, None, began, time.time(), "ray", reason, self._tries)
        trial = load_trial(self._task, job, answer)
        return Result(job.number, trial, answer["started"], answer["finished"], answer["worker"])

    def close(self) -> None:
        """A cluster of our own is ended as a whole; on another, what is under way is interrupted.
        (Not by force: Ray 2.60 may then take this process with it, before all is saved.)"""
        if self._own:
            self._ray.shutdown()
        else:
            for task in self._running:
                self._ray.cancel(task)
        self._running.clear()


def connect(ray: Any, **options: Any) -> None:
    """Connect to a cluster, or start one; NAS575 if that does not succeed. Ray gives itself half a
    minute, which a busy machine does not always give it."""
    why = ""
    for _ in range(STARTS):
        try:
            with _own_signals():
                ray.init(logging_level="warning", log_to_driver=False, **options)
        except ConnectionError:
            raise  # to the cluster that RAY_ADDRESS names
        except Exception as error:  # noqa: BLE001 (Ray raises no other)
            ray.shutdown()
            why = str(error)
        else:
            return
    raise fail("NAS575", f"Ray does not start here: {why}", help="see what `ray start --head` says")


@contextmanager
def _own_signals() -> Iterator[None]:
    """What SIGTERM does stays as it was: Ray would end the process at once, with nothing saved."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, before)


def evaluate(setup: str, message: str, longest: float | None) -> str:
    """One trial in a process of Ray's; texts in and out."""
    started = time.time()
    try:
        task = _task(setup)
    except NasError as error:
        return json.dumps({"mistakes": dump_mistakes(error)})
    if longest is not None:  # a watch that native code cannot stop
        faulthandler.dump_traceback_later(longest, exit=True, file=2)
    try:
        answer = perform(task, message)
    finally:
        faulthandler.cancel_dump_traceback_later()
    worker = f"{platform.node()}:{os.getpid()}:ray"
    return json.dumps(answer | {"started": started, "finished": time.time(), "worker": worker})


@lru_cache(maxsize=1)
def _task(text: str) -> Task:
    """The task of a study, made once a process, whose memory is limited then."""
    setup = Setup.load(text)
    task = setup.task()
    if setup.memory is not None:
        limit_memory(setup.memory)
    return task
