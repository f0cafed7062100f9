"""Databases that go away for a while, for ever, are full, or are locked."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from nasdsl.diagnostics import NasError
from nasdsl.study.database import StoreLost
from nasdsl.study.run import Search, start
from nasdsl.study.store import Store
from tests.study import faulty
from tests.study.faulty import content
from tests.study.postgres import Server
from tests.study.test_pull import begin as pulled
from tests.study.test_pull import serve

pytestmark = pytest.mark.usefixtures("limited")


def begin(place: str | Path, budget: int = 30, patience: float = 30.0) -> Search:
    config = faulty.settings("harmless", "regularized_evolution", budget)
    store = Store.create(place, faulty.info(config), patience=patience)
    return start(store, faulty.space(), config)


def at(number: int, call: Callable[[], object]) -> Callable[[Any, Any], None]:
    """Called after every trial: does something after one of them."""

    def on_trial(trial: Any, progress: Any) -> None:
        if trial.number == number:
            call()

    return on_trial


def reference(folder: Path, budget: int = 30) -> list[Any]:
    search = begin(folder / "reference.db", budget)
    search.run()
    search.store.close()
    return content(folder / "reference.db")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
def test_a_server_that_comes_back(server: Server, tmp_path: Path, how: signal.Signals) -> None:
    """The search waits for it, takes its lock again, and goes on as if nothing had been."""
    place = server.fresh()
    search = begin(place)

    def away() -> None:
        server.stop(how)
        threading.Timer(0.5, server.start).start()

    assert search.run(at(10, away)) == "budget"
    with pytest.raises(NasError, match="NAS543"):
        Store.open(place)
    search.store.close()
    assert content(place) == reference(tmp_path)


def test_workers_that_pull_outlive_an_outage(server: Server) -> None:
    """It is longer than a lease; still nobody is taken for dead, and no trial is tried again."""
    place = server.fresh()
    search = pulled(place, 24)
    workers = [threading.Thread(target=serve, args=(place, 1.0, 6.0)) for _ in range(2)]
    for worker in workers:
        worker.start()

    def away() -> None:
        server.stop(signal.SIGQUIT)
        threading.Timer(2.0, server.start).start()

    assert search.run(at(8, away)) == "budget"
    rows = list(search.store.rows())
    search.store.close()
    for worker in workers:
        worker.join()
    assert len(rows) == 24 and {row.attempts for row in rows} == {0}
    assert {row.state for row in rows} <= {"done", "failed"}
    assert not any("not heard of" in row.reason for row in rows)


def test_dropped_connections(server: Server, tmp_path: Path) -> None:
    import psycopg

    place = server.fresh()
    search = begin(place)

    def drop() -> None:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname LIKE 't%' AND pid != pg_backend_pid()"
            )

    def always(trial: Any, progress: Any) -> None:
        if trial.number % 5 == 0:
            drop()

    assert search.run(always) == "budget"
    search.store.close()
    assert content(place) == reference(tmp_path)


@pytest.mark.parametrize("single", [True, False])
def test_a_statement_that_is_interrupted(server: Server, single: bool) -> None:
    """Ctrl-C and SIGTERM in the midst of one leave a connection that works, or a new one."""
    place = server.fresh()
    search = begin(place)
    database = search.store.database

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    threading.Timer(0.3, lambda: signal.raise_signal(signal.SIGUSR1)).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            database.run(lambda c: c.exec_driver_sql("SELECT pg_sleep(20)"), single=single)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert search.run() == "budget"
    search.store.close()


def test_a_server_that_stays_away(server: Server) -> None:
    """An error of the machine, not of the input; what was committed is there afterwards."""
    place = server.fresh()
    search = begin(place, patience=0.5)
    try:
        with pytest.raises(StoreLost, match="was away for"):
            search.run(at(5, server.stop))
    finally:
        server.start()
    search.store.close()
    assert [row[4] != "pending" for row in content(place)][:6] == [True] * 6


def test_a_study_taken_by_another_is_left(server: Server) -> None:
    """Whoever loses the lock while the server is away does not write any more."""
    place = server.fresh()
    search = begin(place)
    thieves: list[Store] = []

    def steal() -> None:
        server.stop()
        server.start()
        thieves.append(Store.open(place))

    with pytest.raises(NasError, match="NAS543"):
        search.run(at(4, steal))
    thieves[0].close()
    search.store.close()
    assert len(content(place)) == 5


def test_a_full_disk(tmp_path: Path) -> None:
    """SQLite can grow no more: it is waited for; with room again, the search goes on."""
    place = tmp_path / "study.db"
    search = begin(place, 60)

    def limit() -> None:
        database, pragma = search.store.database, "PRAGMA max_page_count = 1"  # what it has now
        sa.event.listen(database.engine, "connect", lambda c, record: c.execute(pragma))
        database.run(lambda c: c.exec_driver_sql(pragma), write=False)

    search.store.database.patience = 0.3
    with pytest.raises(StoreLost, match="full"):
        search.run(at(3, limit))
    kept = search.progress.done + search.progress.failed
    search.store.close()
    assert 4 <= kept < 60
    with Store.open(place) as store:
        again = start(store, faulty.space(), search.config)
        assert again.progress.done + again.progress.failed >= kept
        again.run()
    assert content(place) == reference(tmp_path, 60)


def test_a_locked_file(tmp_path: Path) -> None:
    place = tmp_path / "study.db"
    search = begin(place, 12)

    def lock() -> None:
        held = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        held.execute("BEGIN IMMEDIATE")

        def release() -> None:
            time.sleep(0.5)
            held.execute("ROLLBACK")
            held.close()

        threading.Thread(target=release).start()

    begun = time.monotonic()
    search.run(at(4, lock))
    assert time.monotonic() - begun > 0.4
    search.store.close()
    assert content(place) == reference(tmp_path, 12)


def test_mistakes_are_not_waited_for(tmp_path: Path) -> None:
    search = begin(tmp_path / "study.db")
    with pytest.raises(sa.exc.OperationalError, match="no such table"):
        search.store.database.run(lambda c: c.exec_driver_sql("SELECT * FROM nowhere"))
    search.store.close()
