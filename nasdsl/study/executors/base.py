"""The contract of executors: trials go in, results come out in any order.

An executor knows neither strategy nor store. It makes one attempt at each trial, and whether a trial
whose process died is tried again is for the search to say; Ray, which can do that itself, says how
often it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from nasdsl.strategies import Trial


@dataclass(frozen=True, slots=True)
class Job:
    """A trial to evaluate; the genotype as text. attempts: how often it took its process with it.

    delay: seconds to wait before.
    """

    number: int
    genotype: str
    seed: int
    attempts: int = 0
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job. trial: None if its process died, for `reason`.

    started, finished: seconds since 1970. worker: host, process and slot. tries: of a trial whose
    process died, how often it did.
    """

    number: int
    trial: Trial | None
    started: float
    finished: float
    worker: str
    reason: str = ""
    tries: int = 1


@runtime_checkable
class Executor(Protocol):
    """Evaluates trials, each as Task.perform does."""

    @property
    def slots(self) -> int:
        """How many trials it takes at a time."""

    def submit(self, job: Job) -> None:
        """Begin a trial, or keep it until there is room."""

    def wait(self, seconds: float) -> list[Result]:
        """What is finished; waits for the first result up to so long. NasErrors of evaluators pass."""

    def close(self) -> None:
        """End everything; what is under way is dropped, and no process of it survives."""
