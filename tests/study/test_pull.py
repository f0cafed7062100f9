"""Workers that pull trials from a shared store, in both kinds of database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from nasdsl.study.executors import Executor
from nasdsl.study.executors.inprocess import InProcess
from nasdsl.study.executors.messages import Setup
from nasdsl.study.executors.processes import Processes
from nasdsl.study.executors.pull import Pull, Server
from nasdsl.study.leases import Leases
from nasdsl.study.run import Retry, Search, start
from nasdsl.study.setup import make_task, stored_space
from nasdsl.study.store import Row, Store
from tests.study import faulty
from tests.study.faulty import content

pytestmark = pytest.mark.usefixtures("limited")
ROOT = Path(__file__).parents[2]
CODE = """
import conftest, sys
from tests.study.test_pull import serve
serve(sys.argv[1])
"""


def serve(place: str, lease: float = 1.0, idle: float = 2.0) -> None:
    """A worker in this process, for processes that are killed and threads that are not."""
    with Store.open(place, write=False) as store:
        info = store.info()
        space = stored_space(info)
        task = make_task(space, faulty.SearchConfig.model_validate(info.settings))
        Server(Leases(store), InProcess(task), lease, idle).serve()


def begin(place: str | Path, budget: int, evaluator: str = "slow", slots: int = 4) -> Search:
    config = faulty.settings(evaluator, "regularized_evolution", budget)
    store = Store.create(place, faulty.info(config))
    search = start(store, faulty.space(), config, retry=Retry(2, 0.01), here=False)
    search.executor = Pull(search.task, Leases(store), slots, lease=1.0)
    return search


def spawned(place: str | Path) -> subprocess.Popen[bytes]:
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", CODE, str(place)], cwd=ROOT, env=variables)


def test_workers_come_and_go(place: str | Path) -> None:
    """Two threads serve; every trial is finished once, and the study is replayed as it ran."""
    search = begin(place, 30)
    workers = [threading.Thread(target=serve, args=(str(place),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    assert search.run() == "budget"
    search.store.close()
    rows = content(place)
    assert len(rows) == 30 and {row[4] for row in rows} <= {"done", "failed"}
    with Store.open(place, write=False) as store:
        hosts = {row.worker for row in store.rows()}
    assert len(hosts) == 2
    with Store.open(place) as store:
        more = search.config.model_copy(update={"budget": 32})
        assert start(store, faulty.space(), more).run() == "budget"
    assert content(place)[:30] == rows
    for worker in workers:
        worker.join()


def test_a_killed_worker_is_replaced(place: str | Path) -> None:
    """kill -9 of a worker: its lease runs out, its trial is tried again, and none is lost."""
    runner = _Background(place, 12)
    first = spawned(place)
    with Store.open(place, write=False) as watcher:
        while not any(row.worker for row in watcher.rows()):
            time.sleep(0.005)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        serve(str(place))
        assert runner.join() == "budget"
    rows = content(place)
    assert len(rows) == 12 and "pending" not in {row[4] for row in rows}


class _Background:
    """A search in a thread of its own, with a store of its own."""

    def __init__(self, place: str | Path, budget: int) -> None:
        self._stop = ""
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(place, budget))
        self._thread.start()
        assert self._begun.wait(30)

    def _run(self, place: str | Path, budget: int) -> None:
        search = begin(place, budget, "harmless")
        self._begun.set()
        self._stop = search.run()
        search.store.close()

    def join(self) -> str:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self._stop


def offered(place: str | Path, numbers: int = 3) -> tuple[Store, Leases]:
    config = faulty.settings()
    store = Store.create(place, faulty.info(config))
    space = faulty.space()
    store.write(
        *(Row(n, space.text(space.unrank(n)), "pending", n, asked=0) for n in range(numbers))
    )
    return store, Leases(store)


def test_claims(place: str | Path) -> None:
    store, leases = offered(place)
    with store:
        first = leases.claim("a", 2)
        assert [row.number for row in first] == [0, 1]
        assert [row.number for row in leases.claim("b", 2)] == [2]
        assert leases.claim("c", 2) == []
        assert leases.beat("a") == {0, 1} and leases.beat("c") == set()
        done = replace(first[0], state="done", values=(1.0,), metrics={"accuracy": 1.0})
        assert not leases.finish(done, "b"), "it is not b's"
        assert leases.finish(done, "a") and not leases.finish(done, "a")
        assert [row.number for row in leases.finished()] == [0]
        leases.release(1, "b")
        assert leases.claim("b", 2) == []
        leases.release(1, "a")
        assert [row.number for row in leases.claim("b", 2)] == [1]


def test_silent_workers_lose_their_trials(place: str | Path) -> None:
    store, leases = offered(place)
    with store:
        leases.claim("a", 1)
        leases.claim("b", 1)
        assert leases.lost(0.3) == []
        time.sleep(0.4)
        assert leases.beat("b") == {1}
        (lost,) = leases.lost(0.3)
        assert (lost.number, lost.worker) == (0, "a")
        later = replace(lost, attempts=1, worker=None, ready=time.time() + 0.3)
        assert store.settle(later)
        assert [row.number for row in leases.claim("c", 3)] == [2], "0 is not ready yet"
        time.sleep(0.4)
        assert [row.number for row in leases.claim("c", 3)] == [0]
        assert not leases.finish(replace(lost, state="done", values=(1.0,)), "a"), "too late"


def test_what_was_finished_meanwhile_is_not_lost(place: str | Path) -> None:
    """The driver takes a worker for dead at the moment when it hands its result in."""
    store, leases = offered(place)
    with store:
        (row,) = leases.claim("a", 1)
        assert leases.finish(replace(row, state="done", values=(1.0,)), "a")
        assert not store.settle(replace(row, attempts=1, worker=None))
        assert not store.settle(replace(row, state="failed", reason="lost", told=0))
        assert store.row(0).state == "done"


def test_trials_finished_without_a_driver_are_told_later(place: str | Path) -> None:
    search = begin(place, 8, "harmless", slots=3)
    assert search._fill(InProcess(search.task), None) is None
    search.store.close()
    serve(str(place))
    with Store.open(place) as store:
        again = start(store, faulty.space(), search.config)
        assert again.progress.total == 1, "it took one trial at a time"
        assert again.run() == "budget"
    assert [row[-1] for row in content(place)] == list(range(8))


@pytest.mark.slow
def test_a_trial_that_kills_its_process_is_reported(tmp_path: Path) -> None:
    """A worker has processes of its own: what a trial does to them it does not do to the worker."""
    place = tmp_path / "study.db"
    config = faulty.settings("evaluate", "exhaustive", 3)
    info = faulty.info(config, faulty.FAULTY)
    with Store.create(place, info) as store:
        search = start(store, faulty.space(faulty.FAULTY), config, retry=Retry(1, 0.01), here=False)
        search.executor = Pull(search.task, Leases(store), 2, lease=5.0)

        def work() -> None:
            with Store.open(place, write=False) as mine:
                executor: Executor = Processes(search.task, Setup(info), 1, gpus=[])
                Server(Leases(mine), executor, 5.0, idle=4.0).serve()

        worker = threading.Thread(target=work)
        worker.start()
        assert search.run() == "budget"
        rows = list(store.rows())
        worker.join()
    assert [row.state for row in rows] == ["done", "failed", "failed"]
    assert rows[2].reason == "its process died by signal SIGSEGV, 2 times"


def test_an_interrupted_worker_gives_its_trials_back(place: str | Path) -> None:
    store, leases = offered(place)

    class Interrupted(InProcess):
        def wait(self, seconds: float) -> list[object]:  # type: ignore[override]
            raise KeyboardInterrupt

    with store:
        task = make_task(faulty.space(), faulty.settings())
        with pytest.raises(KeyboardInterrupt):
            Server(leases, Interrupted(task)).serve()
        assert len(leases.claim("next", 9)) == 3
