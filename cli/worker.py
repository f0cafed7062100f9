"""`nasdsl worker`: evaluates trials of a search that runs elsewhere."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import click

from nasdsl.diagnostics import NasError

from .execution import Size, Span, device_names
from .main import terminate
from .search import check_python, python_option
from .studies import open_study

if TYPE_CHECKING:
    from nasdsl.study.rows import Row
    from nasdsl.study.store import Store


@click.command()
@click.argument("url", metavar="URL")
@click.option("--workers", type=click.IntRange(min=1), default=1, help="Trials at a time.")
@click.option("--memory", type=Size(), help="What a trial may take: 500M, 4G.")
@click.option("--pin/--no-pin", default=False, help="Keep each process on cores of its own.")
@click.option("--gpus", metavar="LIST", help="Such as 0,1: one for each process.")
@click.option("--lease", type=Span(), default=60.0, help="As the search has it.")
@click.option("--idle", type=Span(), help="End after so long without a trial, or a study.")
@python_option
def worker(
    url: str,
    workers: int,
    memory: int | None,
    pin: bool,
    gpus: str | None,
    lease: float,
    idle: float | None,
    python: str | None,
) -> None:
    """Evaluate trials of `nasdsl search --executor pull`, here or on another machine.

    URL is the store of the search, or its run folder. Any number of workers may come and go.
    """
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.executors.messages import Setup
    from nasdsl.study.executors.processes import Processes
    from nasdsl.study.executors.pull import Server
    from nasdsl.study.leases import Leases

    signal.signal(signal.SIGTERM, terminate)
    with wait_for_study(url, idle or 0.0) as store:
        info = store.info()
        check_python(SearchConfig.model_validate(info.settings), python)
        setup = Setup(info, memory)
        executor = Processes(setup.task(), setup, workers, pin=pin, gpus=device_names(gpus))
        click.echo(f"evaluating trials of {info.name}, stop with Ctrl-C")
        Server(Leases(store), executor, lease, idle, _say).serve()


def wait_for_study(url: str, seconds: float) -> Store:
    """The study, which may begin up to so much later than its workers."""
    end, said = time.monotonic() + seconds, False
    while True:
        try:
            return open_study(url, write=False)
        except NasError as error:
            if error.diagnostics[0].code != "NAS541" or time.monotonic() >= end:
                raise
        if not said:
            click.echo("waiting for the study")
            said = True
        time.sleep(0.5)


def _say(row: Row) -> None:
    click.echo(f"trial {row.number}: {row.reason or row.state} ({row.duration:.1f} s)")
