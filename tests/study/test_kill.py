"""kill -9 at any moment loses no finished trial and changes no later one."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.study.store import Store
from tests.study.problem import config_for, content, run_all, write_table

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def forked_run(path: Path, table: Path, strategy: str) -> int:
    """Run the study in a child; the child's process id."""
    pid = os.fork()
    if pid == 0:  # no pytest in the child: it ends by kill or _exit
        code = 1
        try:
            run_all(path, config_for(table, strategy, budget=600)).close()
            code = 0
        finally:
            os._exit(code)
    return pid


def done_in_order(path: Path) -> int:
    """How many trials are finished; a study that was killed at birth has none."""
    try:
        rows = content(path)
    except NasError:
        return 0
    states = [row[2] for row in rows]
    assert [row[0] for row in rows] == list(range(len(rows)))
    assert "pending" not in states[:-1]
    return sum(state != "pending" for state in states)


@pytest.mark.parametrize("strategy", ["regularized_evolution", "local_search"])
def test_killed_studies_end_like_undisturbed_ones(tmp_path: Path, strategy: str) -> None:
    table = tmp_path / "table.csv"
    write_table(table)
    run_all(tmp_path / "whole.db", config_for(table, strategy, budget=600)).close()
    path, rng, kills, before = tmp_path / "killed.db", random.Random(1), 0, 0
    status = -1
    while status != 0:
        pid = forked_run(path, table, strategy)
        if kills < 30:
            time.sleep(rng.uniform(0.001, 0.025))
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        assert status in (0, signal.SIGKILL), "the child failed by itself"
        kills += status != 0
        finished = done_in_order(path)
        assert finished >= before
        before = finished
    assert kills >= 20
    assert content(path) == content(tmp_path / "whole.db")


def test_a_dead_writer_leaves_no_lock(tmp_path: Path) -> None:
    table, path = tmp_path / "table.csv", tmp_path / "study.db"
    write_table(table)
    run_all(path, config_for(table, "random", budget=3)).close()
    pid = os.fork()
    if pid == 0:
        try:
            store = Store.open(path)
            (tmp_path / "ready").touch()
            time.sleep(60)
            store.close()
        finally:
            os._exit(1)
    while not (tmp_path / "ready").exists():
        time.sleep(0.01)
    with pytest.raises(NasError, match="NAS543"):
        Store.open(path)
    with Store.open(path, write=False) as reader:
        assert len(list(reader.rows())) >= 3
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    Store.open(path).close()
