"""Time and room that trials take, from the moment when all workers are at work."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import with_children

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one trial: wall and CPU time in ms, bytes of the store. start: CPU seconds until then."""

    what: str
    trials: int
    workers: int
    wall: float
    cpu: float
    size: float
    start: float

    @property
    def key(self) -> tuple[str, int, int]:
        return self.what, self.trials, self.workers


@dataclass(slots=True)
class Meter:
    """`begin` says that so many of the trials are done and all workers are there."""

    what: str
    trials: int
    workers: int
    size: Callable[[], int]
    _done: int = 0
    _wall: float = 0.0
    _cpu: float = 0.0
    _first: float = field(default_factory=lambda: cpu_time())
    _empty: int = field(init=False)

    def __post_init__(self) -> None:
        self._empty = self.size()

    def begin(self, done: int = 0) -> None:
        self._done, self._wall, self._cpu = done, time.perf_counter(), cpu_time()

    def end(self) -> Cost:
        wall, cpu = time.perf_counter() - self._wall, cpu_time() - self._cpu
        count = self.trials - self._done
        assert count > 0, "the workers were at work only when all was done: take more trials"
        room = (self.size() - self._empty) / self.trials
        start = self._cpu - self._first
        each = wall / count * 1e3, cpu / count * 1e3
        return Cost(self.what, self.trials, self.workers, *each, room, start)


def cpu_time() -> float:
    """CPU seconds of this process and of all that it started, also of those that still run (as far
    as /proc tells of them)."""
    return with_children() + sum(_live(pid) for pid in _children(os.getpid()))


def _live(pid: int) -> float:
    fields: list[str] = []
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / _TICKS if fields else 0.0
    return own + sum(_live(child) for child in _children(pid))


def _children(pid: int) -> Iterator[int]:
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            yield from map(int, path.read_text().split())


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
