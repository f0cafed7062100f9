"""Our side: a random search by an evaluator that does nothing, with every trial stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import checkout

from .constant import TARGET
from .cost import Cost, Meter
from .places import Place, new_place

if TYPE_CHECKING:
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.executors import Executor, Job, Result
    from nasdsl.study.run import Search

SIX = "space six\nnetwork = vector(5) -> repeat 6 { linear(any [1, 2, 3, 4, 5]) }\n"
"""Six choices of five, as Optuna gets them, in networks that take no time to build."""
CELLS = checkout.SPACES / "nasbench201.nas"
"""The same six choices, in networks that do."""


@dataclass(slots=True)
class Watched:
    """An executor that says when the last of its workers has handed in a trial."""

    inner: Executor
    meter: Meter
    _seen: set[str] = field(default_factory=set)
    _done: int = 0

    @property
    def slots(self) -> int:
        return self.inner.slots

    def submit(self, job: Job) -> None:
        self.inner.submit(job)

    def wait(self, seconds: float) -> list[Result]:
        found = self.inner.wait(seconds)
        before = len(self._seen)
        self._done += len(found)
        self._seen |= {result.worker for result in found}
        if before < len(self._seen) == self.inner.slots:
            self.meter.begin(self._done)
        return found

    def close(self) -> None:
        self.inner.close()


def config_of(trials: int) -> SearchConfig:
    from nasdsl.study.config import Choice, SearchConfig
    from nasdsl.study.objectives import Objective

    return SearchConfig(
        strategy=Choice(name="random"),
        evaluate=Choice(name="python", options={"target": TARGET}),
        objectives=(Objective(metric="score"),),
        budget=trials,
    )


def search(place: Place, trials: int, path: Path | None) -> Search:
    """A new study, or the one that is there; of the space of a file, or of SIX."""
    from nasdsl import load
    from nasdsl.study.run import start
    from nasdsl.study.sources import collect
    from nasdsl.study.store import Store, StudyInfo

    if path is None:
        path = place.folder / "six.nas"
        path.write_text(SIX)
    space, config = load(path), config_of(trials)
    settings = config.model_dump(mode="json")
    info = StudyInfo("bench", space.name, space.hash, settings, 0, collect(path))
    file = place.url or place.folder / "study.db"
    store = Store.open(file) if Store.exists(file) else Store.create(file, info)
    return start(store, space, config, here=False)


def ours(trials: int, workers: int, server: str | None, path: Path | None = None) -> list[Cost]:
    """A search by so many worker processes; one stands for the process of the search itself, and
    is opened again when it is done, to see what a resume takes."""
    what = f"nasdsl, {'PostgreSQL' if server else 'SQLite'}" + (", NAS-Bench-201" if path else "")
    with new_place(server) as place:
        meter = Meter(what, trials, workers, place.size)
        running = search(place, trials, path)
        meter.begin()
        if workers > 1:
            from nasdsl.study.executors.messages import Setup
            from nasdsl.study.executors.processes import Processes

            setup = Setup(running.store.info())
            running.executor = Watched(Processes(running.task, setup, workers, gpus=[]), meter)
        with running.store:
            running.run()
        found = [meter.end()]
        if workers == 1:
            meter = Meter(f"{what}: resume", trials, 1, place.size)
            meter.begin()
            search(place, trials, path).store.close()
            found.append(meter.end())
    return found
