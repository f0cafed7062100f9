"""One worker process as the search sees it: started, given a job, heard of, buried."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import nasdsl
from nasdsl.diagnostics import fail

from .base import Job
from .messages import dump_job

Event = tuple["Worker", dict[str, Any] | None]
"""What a worker said; None when it died."""

_CODE = """
import json, sys
sys.path[:], folders = map(json.loads, sys.argv[1:])
import nasdsl
nasdsl.__path__[:] = folders
from nasdsl.study.executors.child import main
main()
"""


class Worker:
    """job: what it works on. begun: when, on the monotonic clock, once the process is ready."""

    def __init__(
        self, name: str, setup: str, variables: Mapping[str, str], cores: Sequence[int],
        events: queue.SimpleQueue[Event],
    ) -> None:  # fmt: skip
        self.name = name
        self.job: Job | None = None
        self.begun: float | None = None
        self._is_ready = False
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        paths = [json.dumps([*map(str, found)]) for found in (sys.path, nasdsl.__path__)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CODE, *paths],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
            text=True, encoding="utf-8", env=variables, start_new_session=True,
        )  # fmt: skip
        if cores:
            os.sched_setaffinity(self._process.pid, cores)
        self._send(setup)
        self._listener = threading.Thread(target=self._listen, args=(events,), daemon=True)
        self._listener.start()

    def begin(self, job: Job) -> None:
        self.job = job
        if self._is_ready:
            self.begun = time.monotonic()
        self._said.seek(0)  # the process shares the place in the file
        self._said.truncate()
        self._send(dump_job(job))

    def ready(self) -> None:
        """It has loaded what it needs, and begins its first job."""
        self._is_ready = True
        self.begun = time.monotonic()

    def end(self) -> None:
        self.job = self.begun = None

    def kill(self) -> None:
        """End the process and what it started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self._process.kill()
        self._process.wait()
        self._said.close()
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._listener.join(5.0)

    def post_mortem(self) -> str:
        """How a dead process died; NAS575 if it never was ready, which no trial is to blame for."""
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)  # its group is still its
        said = self._last_words()
        self.kill()
        code = self._process.returncode
        how = f"exit code {code}"
        if code < 0:
            known = {s.value: s.name for s in signal.Signals}
            how = f"signal {known.get(-code, str(-code))}"
        if not self._is_ready:
            message = f"a worker process cannot start: {said or how}"
            raise fail("NAS575", message, help="try without --workers to see what is wrong")
        return f"its process died by {how}"

    def _last_words(self) -> str:
        size = os.fstat(self._said.fileno()).st_size
        self._said.seek(max(0, size - 2000))
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    def _send(self, message: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it died, which its other pipe tells
            self._process.stdin.write(message + "\n")
            self._process.stdin.flush()

    def _listen(self, events: queue.SimpleQueue[Event]) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as answers, suppress(json.JSONDecodeError):
            for line in answers:
                events.put((self, json.loads(line)))  # it may die while it writes
        events.put((self, None))
