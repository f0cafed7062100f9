"""Optuna's side: ask for six choices of five and tell, on its journal and its database storages."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

from .cost import Cost, Meter
from .places import driver, new_place

WAIT = 600.0  # seconds for all to be there


def storage(kind: str, folder: Path, url: str | None) -> Any:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    if kind == "journal":
        return JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    return optuna.storages.RDBStorage(driver(url) if url else f"sqlite:///{folder / 'optuna.db'}")


def part(kind: str, folder: Path, url: str | None, trials: int, barrier: Any = None) -> None:
    """What one worker does, once all are there."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name="s", storage=storage(kind, folder, url), load_if_exists=True,
        sampler=optuna.samplers.RandomSampler(),
    )  # fmt: skip
    if barrier is not None:
        barrier.wait(WAIT)
    for _ in range(trials):
        trial = study.ask()
        for edge in range(6):
            trial.suggest_categorical(f"edge{edge}", list(range(5)))
        study.tell(trial, 1.0)


def theirs(kind: str, trials: int, workers: int, server: str | None = None) -> Cost:
    """kind: journal or database."""
    name = "journal" if kind == "journal" else "PostgreSQL" if server else "SQLite"
    with new_place(server) as place:
        meter = Meter(f"Optuna, {name}", trials, workers, place.size)
        part(kind, place.folder, place.url, 0)  # makes the study
        if workers == 1:
            meter.begin()
            part(kind, place.folder, place.url, trials)
            return meter.end()
        context = multiprocessing.get_context("spawn")
        barrier = context.Barrier(workers + 1)
        share = trials // workers
        given = kind, place.folder, place.url, share, barrier
        parts = [context.Process(target=part, args=given) for _ in range(workers)]
        meter.trials = share * workers
        for process in parts:
            process.start()
        try:
            barrier.wait(WAIT)
        except BrokenBarrierError:
            raise SystemExit(f"{meter.what}: not all of {workers} workers started") from None
        meter.begin()
        for process in parts:
            process.join()
        if any(process.exitcode for process in parts):
            meter.what += " (some workers failed)"
        return meter.end()
