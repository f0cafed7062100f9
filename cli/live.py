"""The view of a running search: a live table on a terminal, lines of text elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import click

from .common import human

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from nasdsl.strategies import Trial
    from nasdsl.study.progress import Progress
    from nasdsl.study.run import Search

QUIET_SECONDS = 5.0  # between two lines that tell nothing new


class View(Protocol):
    """Told of every trial, in the thread of the search."""

    def trial(self, trial: Trial, progress: Progress) -> None: ...


@contextmanager
def watching(search: Search, *, quiet: bool = False) -> Iterator[View]:
    """The view that fits standard output."""
    if quiet:
        yield Silent()
    elif sys.stdout.isatty():
        from rich.live import Live

        table = LiveTable(search)
        with Live(get_renderable=table.render, refresh_per_second=4) as live:
            yield table
            live.refresh()
    else:
        yield Lines(search)


class Silent:
    def trial(self, trial: Trial, progress: Progress) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the table shows: replaced whole, since another thread draws it."""

    done: int
    failed: int
    infeasible: int
    best: Trial | None
    recent: tuple[Trial, ...]


def shown(progress: Progress) -> Shown:
    return Shown(
        progress.done,
        progress.failed,
        progress.infeasible,
        progress.best,
        tuple(reversed(progress.recent)),
    )


def values_text(search: Search, trial: Trial) -> str:
    """The objectives of a trial, with their names."""
    if trial.state != "done":
        return trial.reason or trial.state
    pairs = zip(search.config.objectives, trial.values, strict=True)
    return ", ".join(f"{o.metric} {o.unsigned(v):.6g}" for o, v in pairs)


def params_text(search: Search, trial: Trial) -> str:
    """The size of the network, unless the objectives say it."""
    params = trial.metrics.get("params")
    if params is None or any(o.metric == "params" for o in search.config.objectives):
        return ""
    return f", params {human(params)}"


def clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Pace:
    """Elapsed and remaining time of this session."""

    def __init__(self, search: Search) -> None:
        self._start = time.monotonic()
        self._before = search.progress.counted
        self._budget = search.config.budget

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._start

    def left(self, counted: int) -> float | None:
        """Seconds to the budget at the pace so far; None before the first trial."""
        made = counted - self._before
        return None if made <= 0 else self.elapsed / made * max(0, self._budget - counted)


class Lines:
    """A line when the best changes, a trial fails, or nothing was said for a while."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._pace = Pace(search)
        self._said = 0.0
        self._best: int | None = None
        best = search.progress.best
        if best is not None:
            self._best = best.number

    def trial(self, trial: Trial, progress: Progress) -> None:
        best = progress.best
        better = best is not None and best.number != self._best
        late = time.monotonic() - self._said >= QUIET_SECONDS
        last = progress.counted >= self._search.config.budget
        if trial.state == "infeasible" or not (better or late or last or trial.state == "failed"):
            return
        self._best = best.number if best is not None else None
        self._said = time.monotonic()
        mark = "best" if better else trial.state
        click.echo(
            f"[{progress.counted}/{self._search.config.budget}] trial {trial.number} {mark}:"
            f" {values_text(self._search, trial)}{params_text(self._search, trial)}"
            f" ({clock(self._pace.elapsed)})"
        )


class LiveTable:
    """A progress bar, the best trial and the last ones."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._pace = Pace(search)
        self._shown = shown(search.progress)

    def trial(self, trial: Trial, progress: Progress) -> None:
        self._shown = shown(progress)

    def render(self) -> Group:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        now, budget = self._shown, self._search.config.budget
        counted = now.done + now.failed
        left = self._pace.left(counted)
        head = f"{self._search.task.space.name}  {self._search.config.strategy}"
        state = (
            f"{counted}/{budget} trials  {now.failed} failed  {now.infeasible} infeasible"
            f"  {clock(self._pace.elapsed)} elapsed"
            + ("" if left is None else f"  {clock(left)} left")
        )
        bar = Table.grid()
        bar.add_row(ProgressBar(total=budget, completed=min(counted, budget), width=60))
        return Group(Text(head, style="bold"), bar, Text(state), self._table(now))

    def _table(self, now: Shown) -> Table:
        from rich.table import Table

        table = Table(box=None, pad_edge=False)
        for name in ("trial", "result", "params", "seconds", "genotype"):
            right = name in ("trial", "params", "seconds")
            table.add_column(name, justify="right" if right else "left", no_wrap=True)
        best = [] if now.best is None else [(now.best, "bold green")]
        for trial, style in [*best, *((t, _STYLES.get(t.state, "")) for t in now.recent)]:
            table.add_row(
                str(trial.number),
                values_text(self._search, trial),
                human(trial.metrics.get("params")),
                f"{trial.duration:.1f}",
                self._search.task.space.text(trial.genotype),
                style=style,
            )
        return table


_STYLES = {"failed": "red", "infeasible": "dim"}
