"""The view of a running search: a live table on a terminal, lines of text elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import click

from nasdsl.strategies.fronts import EXTRA
from nasdsl.study.front import MOST, make_front, spread

from .common import human

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from nasdsl.strategies import Trial, Values
    from nasdsl.study.front import Front
    from nasdsl.study.progress import Progress
    from nasdsl.study.run import Search

QUIET_SECONDS = 5.0  # between two lines that tell nothing new
MEMBERS = 6  # of the front, on the live table


class View(Protocol):
    """Told of every trial, in the thread of the search."""

    def trial(self, trial: Trial, progress: Progress) -> None: ...
    def epoch(self, epoch: Any) -> None:
        """Told of every epoch of a strategy that trains: see nasdsl.strategies.base.Learner."""


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

    def epoch(self, epoch: Any) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the table shows: replaced whole, since another thread draws it."""

    done: int
    failed: int
    infeasible: int
    best: Trial | None
    front: tuple[Trial, ...]
    worst: Values
    recent: tuple[Trial, ...]


def shown(progress: Progress) -> Shown:
    return Shown(
        progress.done,
        progress.failed,
        progress.infeasible,
        progress.best,
        tuple(progress.front),
        progress.worst,
        tuple(reversed(progress.recent)),
    )


def values_text(search: Search, trial: Trial) -> str:
    """The objectives of a trial, with their names."""
    if trial.state != "done":
        return trial.reason or trial.state
    objectives = search.config.objectives
    pairs = zip(objectives, trial.values, strict=True)
    text = ", ".join(f"{o.name} {o.unsigned(v):.6g}" for o, v in pairs)
    parts = {m: trial.metrics[m] for o in objectives for m in o.made_of if m in trial.metrics}
    inside = ", ".join(f"{name} {value:.6g}" for name, value in parts.items())
    return f"{text} ({inside})" if inside else text


def epoch_text(epoch: Any) -> str:
    """An epoch of what a strategy trains."""
    return (
        f"supernet: epoch {epoch.number}/{epoch.epochs}, loss {epoch.loss:.4f},"
        f" accuracy {epoch.accuracy:.4f} ({clock(epoch.seconds)})"
    )


def front_text(search: Search, front: Front) -> str:
    """The size of the front and its hypervolume."""
    objectives, count = search.config.objectives, len(front.members)
    text = f"Pareto front: {count} architecture{'s' * (count != 1)}"
    if len(objectives) > MOST:
        return text
    if front.hypervolume is None:
        return f"{text} (for the hypervolume: pip install 'nasdsl[{EXTRA}]')"
    pairs = zip(objectives, front.reference, strict=True)
    corner = ", ".join(f"{o.name} {o.unsigned(v):.6g}" for o, v in pairs)
    return f"{text}, hypervolume {front.hypervolume:.6g} from {corner}"


def front_lines(search: Search, front: Front, most: int, width: int) -> list[str]:
    """A table of the front, of more than `most` members an even choice; genotypes are cut."""
    members = spread(front.members, most)
    objectives = search.config.objectives
    rows = [["trial", *(o.name for o in objectives), "genotype"]]
    for trial in members:
        pairs = zip(objectives, trial.values, strict=True)
        values = [f"{o.unsigned(v):.6g}" for o, v in pairs]
        rows.append([str(trial.number), *values, search.task.space.text(trial.genotype)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    lines = []
    for *cells, genotype in rows:
        line = "  ".join(["", *(c.rjust(w) for c, w in zip(cells, widths, strict=True)), genotype])
        lines.append(line if len(line) <= width else line[: width - 1] + "…")
    if len(members) < len(front.members):
        lines.append(f"  and {len(front.members) - len(members)} more, in summary.json")
    return lines


def params_text(search: Search, trial: Trial) -> str:
    """The size of the network, unless the objectives say it."""
    params = trial.metrics.get("params")
    if params is None or any("params" in o.metrics for o in search.config.objectives):
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
        joins = len(trial.values) > 1 and any(t is trial for t in progress.front)
        late = time.monotonic() - self._said >= QUIET_SECONDS
        last = progress.counted >= self._search.config.budget
        if trial.state == "infeasible" or not (
            better or joins or late or last or trial.state == "failed"
        ):
            return
        self._best = best.number if best is not None else None
        self._said = time.monotonic()
        mark = "best" if better else "front" if joins else trial.state
        click.echo(
            f"[{progress.counted}/{self._search.config.budget}] trial {trial.number} {mark}:"
            f" {values_text(self._search, trial)}{params_text(self._search, trial)}"
            f" ({clock(self._pace.elapsed)})"
        )

    def epoch(self, epoch: Any) -> None:
        late = time.monotonic() - self._said >= QUIET_SECONDS
        if late or epoch.number in (1, epoch.epochs):
            self._said = time.monotonic()
            click.echo(epoch_text(epoch))


class LiveTable:
    """A progress bar, the best trial or some of the front, and the last ones."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._pace = Pace(search)
        self._shown = shown(search.progress)
        self._epoch = ""

    def epoch(self, epoch: Any) -> None:
        self._epoch = epoch_text(epoch)

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
        best = [] if now.best is None else [now.best]
        lines = [Text(text) for text in (state, self._epoch) if text]
        front = make_front(self._search.config.objectives, now.front, now.worst)
        if front is not None:
            best = spread(front.members, MEMBERS)
            lines.append(Text(front_text(self._search, front)))
        return Group(Text(head, style="bold"), bar, *lines, self._table(best, now.recent))

    def _table(self, best: Sequence[Trial], recent: Sequence[Trial]) -> Table:
        """Numbers are whole at any width; the genotype, or why a trial failed, is cut to fit."""
        from rich.table import Table

        objectives = self._search.config.objectives
        made_of = [m for o in objectives for m in o.made_of]
        more = list(dict.fromkeys(made_of))
        if not more and all(o.name != "params" for o in objectives):
            more = ["params"]
        titles = [o.goal if o.made_of else o.name for o in objectives]
        table = Table(box=None, pad_edge=False)
        for name in ("trial", *titles, *more, "seconds"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("genotype", no_wrap=True, ratio=1)
        first = [(t, "green" if i else "bold green") for i, t in enumerate(best)]
        for trial, style in [*first, *((t, _STYLES.get(t.state, "")) for t in recent)]:
            done = trial.state == "done"
            pairs = zip(objectives, trial.values, strict=True) if done else ()
            values = [f"{o.unsigned(v):.6g}" for o, v in pairs] or ["" for _ in objectives]
            table.add_row(
                str(trial.number),
                *values,
                *(human(trial.metrics.get(name)) for name in more),
                f"{trial.duration:.1f}",
                self._search.task.space.text(trial.genotype) if done else trial.reason,
                style=style,
            )
        return table


_STYLES = {"failed": "red", "infeasible": "dim"}
