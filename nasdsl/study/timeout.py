"""A limit on the time of a block, by the interval timer of the process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from nasdsl.diagnostics import fail


def check_time_limit(seconds: float | None) -> None:
    """Raise NAS557 if a limit is asked for that cannot be kept here."""
    if seconds is None:
        return
    if not hasattr(signal, "setitimer"):
        where = "on this system, which has no timer that interrupts a process"
    elif threading.current_thread() is not threading.main_thread():
        where = "outside the main thread of the process"
    else:
        return
    raise fail(
        "NAS557", f"`trial_time` cannot be kept {where}",
        help="leave it out, and limit the evaluator itself, as in `train(time_limit = 60)`",
    )  # fmt: skip


class TrialTimeout(BaseException):
    """The time is over. Not an Exception, so that what runs inside does not swallow it."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise TrialTimeout in the block after so many seconds.

    It arrives between two Python instructions, so a call that never returns to Python is not cut
    short. Raises NAS557 off the main thread, and where the system has no such timer.
    """
    if seconds is None:
        yield
        return
    check_time_limit(seconds)

    def stop(number: int, frame: FrameType | None) -> None:
        raise TrialTimeout(f"no result after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
