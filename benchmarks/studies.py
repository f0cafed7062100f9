"""What a study costs beside its trials: `python -m benchmarks.studies [--store URL] [--trials N]`.

An evaluator that does nothing, random proposals in the space of NAS-Bench-201, every trial stored
as it is asked for and as it is finished. Ours builds the network of every genotype and computes its
cost besides. Optuna asks for the same six choices of five and is told, on its SQLite and journal
storages. Parallel runs are whole: the start of the workers is in them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import checkout
from .measure import with_children


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one trial: wall and CPU time in ms (children's too), bytes of the store."""

    what: str
    trials: int
    workers: int
    wall: float
    cpu: float
    size: float

    def __str__(self) -> str:
        return (
            f"| {self.what:<22} | {self.trials:>7,} | {self.workers:>7} | {self.wall:>8.2f}"
            f" | {self.cpu:>8.2f} | {self.size:>9,.0f} |"
        )


HEAD = (
    "| study                  |  trials | workers |  wall ms |   CPU ms |   bytes/t |\n"
    "|------------------------|--------:|--------:|---------:|---------:|----------:|"
)


def constant(genotype: object, architecture: object, *, seed: int, budget: object) -> float:
    """The evaluator."""
    return 1.0


def measured(what: str, trials: int, workers: int, folder: Path, run: Callable[[], None]) -> Cost:
    """The run ends with its store closed, so that its size is that of all it keeps."""
    wall, cpu = time.perf_counter(), with_children()
    run()
    wall, cpu = time.perf_counter() - wall, with_children() - cpu
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Cost(what, trials, workers, wall / trials * 1e3, cpu / trials * 1e3, size / trials)


def ours(trials: int, workers: int, url: str | None = None) -> Cost:
    """A search; in this process if there are no workers."""
    from nasdsl import load
    from nasdsl.study.config import Choice, SearchConfig
    from nasdsl.study.executors.messages import Setup
    from nasdsl.study.executors.processes import Processes
    from nasdsl.study.objectives import Objective
    from nasdsl.study.run import start
    from nasdsl.study.sources import collect
    from nasdsl.study.store import Store, StudyInfo

    path = checkout.SPACES / "nasbench201.nas"
    space = load(path)
    config = SearchConfig(
        strategy=Choice(name="random"),
        evaluate=Choice(name="python", options={"target": f"{__spec__.name}:constant"}),
        objectives=(Objective(metric="score"),),
        budget=trials,
    )
    name = f"bench-{time.time_ns()}"
    info = StudyInfo(name, space.name, space.hash, config.model_dump(mode="json"), 0, collect(path))
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(url or Path(folder) / "study.db", info)
        search = start(store, space, config, here=not workers)
        if workers:
            search.executor = Processes(search.task, Setup(info), workers, gpus=[])

        def run() -> None:
            with store:
                search.run()

        kind = "nasdsl, SQLite" if url is None else "nasdsl, PostgreSQL"
        return measured(kind, trials, workers or 1, Path(folder), run)


def networks(trials: int) -> Cost:
    """What of ours is building the networks and their cost, which Optuna has nothing of."""
    from nasdsl import load
    from nasdsl.study.task import measure_cost

    space = load(checkout.SPACES / "nasbench201.nas")
    genotypes = space.sample_many(trials, 0)

    def run() -> None:
        for genotype in genotypes:
            architecture = space.build(genotype)
            space.feasible(genotype, architecture)
            measure_cost(architecture)

    with tempfile.TemporaryDirectory() as folder:
        return measured("  of it, networks", trials, 1, Path(folder), run)


def optuna_storage(kind: str, folder: Path) -> object:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    if kind == "journal":
        return JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    return optuna.storages.RDBStorage(f"sqlite:///{folder / 'optuna.db'}")


def optuna_part(kind: str, folder: Path, trials: int) -> None:
    """Ask, choose and tell, as a worker of a study does."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name="s", storage=optuna_storage(kind, folder),  # type: ignore[arg-type]  # it is of several kinds
        load_if_exists=True, sampler=optuna.samplers.RandomSampler(),
    )  # fmt: skip
    for _ in range(trials):
        trial = study.ask()
        for edge in range(6):
            trial.suggest_categorical(f"edge{edge}", list(range(5)))
        study.tell(trial, 1.0)


def theirs(kind: str, trials: int, workers: int) -> Cost:
    label = f"Optuna, {'SQLite' if kind == 'sqlite' else 'journal'}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        optuna_part(kind, folder, 1)  # makes the study

        def run() -> None:
            if workers == 1:
                optuna_part(kind, folder, trials)
                return
            share = -(-trials // workers)
            context = multiprocessing.get_context("spawn")
            parts = [
                context.Process(target=optuna_part, args=(kind, folder, share))
                for _ in range(workers)
            ]
            for part in parts:
                part.start()
            for part in parts:
                part.join()

        return measured(label, trials, workers, folder, run)


def costs(trials: int, few: int, workers: int, url: str | None) -> Iterator[Cost]:
    """Ours of many trials, and all of a few, which is what Optuna's SQLite storage allows."""
    yield ours(trials, 0)
    yield networks(few)
    for count in (1, workers):
        yield ours(few, 0 if count == 1 else count)
        if url is not None:
            yield ours(few, 0 if count == 1 else count, url)
        yield theirs("journal", few, count)
        yield theirs("sqlite", few, count)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies", description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--few", type=int, default=500)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--store", help="a database of PostgreSQL to measure, too")
    given = parser.parse_args()
    checkout.prepare()
    print(HEAD)
    for cost in costs(given.trials, given.few, given.workers, given.store):
        print(cost, flush=True)


if __name__ == "__main__":
    main()
