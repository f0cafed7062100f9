"""kill -9 at any moment, with both databases, and with workers: nothing is lost or done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.study.executors.messages import Setup
from nasdsl.study.executors.processes import Processes
from nasdsl.study.executors.pull import Pull
from nasdsl.study.leases import Leases
from nasdsl.study.run import Retry, start
from nasdsl.study.store import Row, Store
from tests.study import faulty
from tests.study.faulty import content
from tests.study.test_pull import serve

ROOT = Path(__file__).parents[2]
CODE = """
import conftest, sys
from tests.study.test_kill_parallel import drive
drive(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
"""
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def drive(place: str, evaluator: str, budget: int, workers: int) -> None:
    """Begin or go on with a study; what the tests kill."""
    config = faulty.settings(evaluator, "regularized_evolution", budget)
    info = faulty.info(config)
    try:
        store = Store.open(place)
    except NasError as error:
        if error.diagnostics[0].code != "NAS541":
            raise
        store = Store.create(place, info)
    with store:
        search = start(store, faulty.space(), config, here=not workers)
        if workers:
            search.executor = Processes(search.task, Setup(info), workers, gpus=[])
        search.run()


def finished(place: str | Path) -> dict[int, Row]:
    try:
        with Store.open(place, write=False) as store:
            return {row.number: row for row in store.rows() if row.told is not None}
    except NasError:
        return {}


def kept(before: dict[int, Row], after: dict[int, Row]) -> bool:
    """Whether every trial that was finished is, unchanged."""
    return all(after.get(number) == row for number, row in before.items())


def forked_call(call: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            call()
            code = 0
        finally:
            os._exit(code)
    return pid


def kill_often(place: str, evaluator: str, budget: int, kills: int, longest: float) -> int:
    """Run with kills at random moments until it ends by itself; how many there were."""
    rng, done, before = random.Random(4), 0, dict[int, Row]()
    while True:
        pid = forked_call(lambda: drive(place, evaluator, budget, 0))
        if done < kills:
            time.sleep(rng.uniform(0.001, longest))
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        assert status in (0, signal.SIGKILL), "the child failed by itself"
        after = finished(place)
        assert kept(before, after)
        before = after
        if status == 0:
            return done
        done += 1


@pytest.mark.parametrize(
    "kills", [12, pytest.param(60, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_killed_at_random_moments(place: str | Path, kills: int, tmp_path: Path) -> None:
    budget = 40 * kills
    drive(str(tmp_path / "whole.db"), "harmless", budget, 0)
    assert kill_often(str(place), "harmless", budget, kills, 0.12) >= kills * 2 // 3
    assert content(place) == content(tmp_path / "whole.db")


def test_killed_while_a_checkpoint_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    drive(str(tmp_path / "whole.db"), "writing", 200, 0)
    assert kill_often(str(tmp_path / "killed.db"), "writing", 200, 12, 0.1) >= 6
    assert content(tmp_path / "killed.db") == content(tmp_path / "whole.db")


@pytest.mark.slow
@pytest.mark.parametrize(("kills", "evaluator"), [(2, "slow"), (4, "writing"), (12, "slow")])
def test_a_search_with_workers_is_killed(
    place: str | Path, kills: int, evaluator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search's death ends its workers; trials under way are evaluated anew, and none twice."""
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    budget, before = 25 * kills, dict[int, Row]()
    rng, mark = random.Random(1), uuid4().hex
    for kill in range(kills + 1):
        process = subprocess.Popen(
            [sys.executable, "-c", CODE, str(place), evaluator, str(budget), "2"],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT), "MARK": mark},
        )  # fmt: skip
        if kill < kills:
            goal = len(before) + rng.randint(1, 20)
            while len(finished(place)) < goal and process.poll() is None:
                time.sleep(0.05)
            process.kill()
        process.wait(300)
        after = finished(place)
        assert kept(before, after)
        before = after
    assert process.returncode == 0
    whole(before, budget)
    end = time.monotonic() + 10
    while (left := _marked(mark)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not left, "a worker outlived its search"


def whole(rows: dict[int, Row], budget: int) -> None:
    """Every trial is there once, and was told once."""
    assert list(rows) == list(range(budget))
    assert sorted(row.told or 0 for row in rows.values()) == list(range(budget))


def pulling(place: str, budget: int) -> None:
    """Drive a study whose trials others pull."""
    config = faulty.settings("slow", "regularized_evolution", budget)
    store = Store.open(place) if Store.exists(place) else Store.create(place, faulty.info(config))
    with store:
        search = start(store, faulty.space(), config, retry=Retry(1000, 0.001), here=False)
        search.executor = Pull(search.task, Leases(store), 4, lease=0.3)
        search.run()


@pytest.mark.parametrize(
    "kills", [6, pytest.param(50, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_searches_and_pull_workers_are_killed(place: str | Path, kills: int) -> None:
    """One of three processes dies, at random moments, and is begun again."""
    calls = [lambda: pulling(str(place), 12 * kills), *[lambda: serve(str(place), 0.3, 60.0)] * 2]
    config = faulty.settings("slow", "regularized_evolution", 12 * kills)
    Store.create(place, faulty.info(config)).close()
    rng, before = random.Random(7), dict[int, Row]()
    pids, done = [forked_call(call) for call in calls], 0
    try:
        while os.waitpid(pids[0], os.WNOHANG) == (0, 0):
            time.sleep(rng.uniform(0.02, 0.2))
            if done < kills:
                victim = rng.choice([0, 1, 1, 2])
                os.kill(pids[victim], signal.SIGKILL)
                os.waitpid(pids[victim], 0)
                after = finished(place)
                assert kept(before, after)
                before, done = after, done + 1
                pids[victim] = forked_call(calls[victim])
    finally:
        for pid in pids[1:]:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    assert done >= kills * 2 // 3, "it was over before it was killed"
    whole(finished(place), 12 * kills)


def _marked(mark: str) -> list[str]:
    """Processes with a variable of this value."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
    return found
