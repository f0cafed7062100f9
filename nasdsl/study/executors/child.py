"""The main function of a worker process: jobs come in by standard input, answers go out.

What a trial prints goes to standard error; the way out of the answers is kept apart from it.
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import signal
import sys
import threading
import time
from typing import Any, TextIO

from nasdsl.diagnostics import NasError

from .limits import limit_memory
from .messages import Setup, dump_mistakes, perform


def main() -> None:
    """Serve until standard input ends; then leave at once, whatever the trial is doing."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the search, which ends us
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    setup = Setup.load(lines.get())
    try:
        task = setup.task()
        if setup.memory is not None:
            limit_memory(setup.memory)
    except NasError as error:
        _answer(out, {"mistakes": dump_mistakes(error)})
        return
    _answer(out, {"ready": True})
    while True:
        message = lines.get()
        started = time.time()
        answer = perform(task, message)
        _answer(out, answer | {"started": started, "finished": time.time()})


def _read(lines: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        lines.put(line)
    os._exit(1)  # the search is gone: nobody waits for what is under way


def _answer(out: TextIO, answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer) + "\n")
