"""Where the trials of a search run: options of `search` and `resume`, and the executor of them.

Options of the command line only: the file of a space never says what to start on whose machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.executors import Executor
    from nasdsl.study.run import Retry, Search

    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # has parameters in newer versions only

F = TypeVar("F", bound=Callable[..., Any])


class Size(ParamType):
    """Bytes: 500M, 4G, in powers of 1024."""

    name = "size"

    def convert(self, value: Any, param: Any, context: Any) -> int:
        text = str(value).upper().removesuffix("B")
        power = "KMGT".find(text[-1:]) + 1 if text[-1:] else 0
        try:
            size = float(text[:-1] if power else text) * 1024**power
        except ValueError:
            size = 0.0
        if not 1 <= size < 2**60:
            self.fail(f"'{value}' is no size such as 500M or 4G", param, context)
        return int(size)


class Span(ParamType):
    """Seconds: 90, 10m, 2h."""

    name = "time"

    def convert(self, value: Any, param: Any, context: Any) -> float:
        from nasdsl.settings import read_seconds

        try:
            return read_seconds(value)
        except ValueError as error:
            self.fail(f"'{value}': {error}", param, context)


@dataclass(frozen=True, slots=True)
class Execution:
    """What was asked for; workers None: this process evaluates."""

    workers: int | None = None
    executor_name: str = "processes"
    memory: int | None = None
    cpus: float = 1.0
    pin: bool = True
    gpus: str | None = None
    retries: int = 2
    retry_delay: float = 1.0
    lease: float = 60.0

    @property
    def here(self) -> bool:
        return self.workers is None and self.executor_name == "processes"

    @property
    def retry(self) -> Retry:
        from nasdsl.study.run import Retry

        return Retry(self.retries, self.retry_delay)

    def check(self, config: SearchConfig) -> None:
        """Refuse what cannot be done before a folder is made."""
        from nasdsl.extras import installed, need
        from nasdsl.study.executors.limits import check_memory

        if self.executor_name == "ray":
            _number_of_gpus(self.gpus)
            if not installed("ray"):
                need("ray", "ray")
        if self.memory is None:
            return
        if self.here:
            raise click.UsageError("--memory limits worker processes: give --workers, too")
        if self.executor_name != "pull":
            check_memory()

    def executor(self, search: Search) -> Executor | None:
        """The executor of a search, None for this process."""
        from nasdsl.study.executors.messages import Setup

        if self.here:
            return None
        workers, task = self.workers or 1, search.task
        setup = Setup(search.store.info(), self.memory)
        if self.executor_name == "pull":
            from nasdsl.study.executors.pull import Pull
            from nasdsl.study.leases import Leases

            return Pull(task, Leases(search.store), workers, self.lease)
        if self.executor_name == "ray":
            from nasdsl.study.executors.ray_cluster import RayCluster

            gpus = _number_of_gpus(self.gpus)
            return RayCluster(task, setup, workers, cpus=self.cpus, gpus=gpus, retries=self.retries)
        from nasdsl.study.executors.processes import Processes

        return Processes(task, setup, workers, pin=self.pin, gpus=device_names(self.gpus))


def _number_of_gpus(text: str | None) -> float:
    """Of each trial, which Ray chooses."""
    try:
        number = float(text or 0)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1000:
        raise click.UsageError(f"--gpus {text}: Ray takes the number of GPUs of a trial")
    return number


def device_names(text: str | None) -> list[str] | None:
    """The devices of --gpus; None to take what there is."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


_OPTIONS = (
    click.option(
        "--workers", type=click.IntRange(min=1), help="Evaluate in so many processes at a time."
    ),
    click.option(
        "--executor", "executor_name", type=click.Choice(["processes", "pull", "ray"]),
        default="processes", help="pull: leave trials to `nasdsl worker`.",
    ),
    click.option("--memory", type=Size(), help="What a trial may take: 500M, 4G."),
    click.option(
        "--cpus", type=click.FloatRange(min=0), default=1.0, help="Cores of a trial, for Ray."
    ),
    click.option("--pin/--no-pin", default=True, help="Keep each worker on cores of its own."),
    click.option("--gpus", metavar="LIST", help="Such as 0,1: one for each worker; a number for Ray."),
    click.option(
        "--retries", type=click.IntRange(min=0), default=2, show_default=True,
        help="Of a trial whose process died.",
    ),
    click.option("--retry-delay", type=Span(), default=1.0, help="Before the first, then doubled."),
    click.option("--lease", type=Span(), default=60.0, help="A silent worker is dead after it."),
)  # fmt: skip


def execution_options(command: F) -> F:
    """The options, given to the command together as `execution`."""
    names = [field.name for field in fields(Execution)]

    @wraps(command)
    def call(**given: Any) -> Any:
        found = {name: given.pop(name) for name in names}
        return command(execution=Execution(**found), **given)

    wrapped: Any = call
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    result: F = wrapped
    return result
