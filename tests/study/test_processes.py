"""Worker processes: the trials of a search in this process, and every fault contained."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.study.config import SearchConfig
from nasdsl.study.executors import Executor, limits
from nasdsl.study.executors.base import Job
from nasdsl.study.executors.messages import Setup
from nasdsl.study.executors.processes import Processes
from nasdsl.study.run import POISON, Retry, Search, start
from nasdsl.study.store import Store
from tests.study import faulty
from tests.study.faulty import FAULTS, FAULTY, TEXT, content


def run(
    path: Path, config: SearchConfig, workers: int, text: str = TEXT, *, retries: int = 1,
    memory: int | None = None, grace: float = 0.5,
) -> Search:  # fmt: skip
    info = faulty.info(config, text)
    with Store.create(path, info) as store:
        retry = Retry(retries, 0.01)
        search = start(store, faulty.space(text), config, retry=retry, here=not workers)
        if workers:
            setup = Setup(info, memory)
            search.executor = Processes(search.task, setup, workers, gpus=[], grace=grace)
        assert search.run() in ("budget", "exhausted")
    return search


def test_one_worker_does_what_this_process_does(tmp_path: Path) -> None:
    config = faulty.settings("harmless", "regularized_evolution", 120)
    run(tmp_path / "here.db", config, 0)
    run(tmp_path / "there.db", config, 1)
    assert content(tmp_path / "here.db") == content(tmp_path / "there.db")


@pytest.mark.slow
def test_every_fault_is_a_failed_trial_with_its_reason(tmp_path: Path) -> None:
    config = faulty.settings("evaluate", "exhaustive", len(FAULTS), trial_time=1.0)
    search = run(tmp_path / "study.db", config, 2, FAULTY, memory=1 << 30)
    with Store.open(tmp_path / "study.db", write=False) as store:
        rows = {FAULTS[i]: row for i, row in enumerate(store.rows())}
    reasons = {name: row.reason for name, row in rows.items()}
    assert reasons == {
        "none": "",
        "none2": "",
        "raise": "ZeroDivisionError: division by zero",
        "segfault": "its process died by signal SIGSEGV, 2 times",
        "exit": "its process died by exit code 3, 2 times",
        "hang": "TrialTimeout: no result after 1 s; its process was killed",
        "block": "TrialTimeout: no result after 1 s",
        "memory": "MemoryError",
        "nan": "accuracy is nan",
        "disk": "OSError: [Errno 28] No space left on device",
    }
    assert {name for name, row in rows.items() if row.state == "done"} == {"none", "none2"}
    assert {name: rows[name].attempts for name in ("none", "segfault", "exit", "hang")} == {
        "none": 0, "segfault": 2, "exit": 2, "hang": 0,
    }  # fmt: skip
    assert search.progress.done == 2 and search.progress.failed == 8
    assert len(rows["none"].curve) == 2 and rows["none"].worker
    assert rows["none"].decisions == {"fault": "none"}


def test_a_deadly_genotype_is_not_evaluated_for_ever(tmp_path: Path) -> None:
    """Proposed again, it has failed already; after a resume, too."""
    path, config = tmp_path / "study.db", faulty.settings("deadly", "random", 5)
    text = "space two\nnetwork = vector(4) -> linear(any [2, 3]) -> linear(2)\n"
    run(path, config, 1, text, retries=0)
    info = faulty.info(config, text)
    with Store.open(path) as store:
        more = config.model_copy(update={"budget": 9})
        search = start(store, faulty.space(text), more, here=False)
        search.executor = Processes(search.task, Setup(info), 1, gpus=[])
        search.run()
        rows = list(store.rows())
    assert len(rows) == 9 and {row.state for row in rows} == {"failed"}
    assert [row.attempts for row in rows].count(1) == len({row.genotype for row in rows}) <= 2
    assert {row.reason for row in rows if not row.attempts} == {POISON}


@pytest.mark.slow
def test_trials_that_ran_beside_others_are_reproducible(tmp_path: Path) -> None:
    """What was asked in another order is another search; each trial by itself is the same."""
    config = faulty.settings("slow", "regularized_evolution", 60)
    search = run(tmp_path / "study.db", config, 3)
    with Store.open(tmp_path / "study.db", write=False) as store:
        rows = list(store.rows())
    assert [r.told for r in rows] != list(range(60))
    assert sorted(r.told or 0 for r in rows) == list(range(60))
    assert any((r.asked or 0) < r.number for r in rows)
    for row in rows[::7]:
        trial = search.task.perform(row.number, search.task.space.read(row.genotype), row.seed)
        assert (trial.state, trial.values, trial.metrics) == (row.state, row.values, row.metrics)


@pytest.mark.slow
def test_a_parallel_study_is_replayed_in_its_order(tmp_path: Path) -> None:
    config = faulty.settings("slow", "regularized_evolution", 40)
    run(tmp_path / "study.db", config, 3)
    before = content(tmp_path / "study.db")
    with Store.open(tmp_path / "study.db") as store:
        more = config.model_copy(update={"budget": 50})
        search = start(store, faulty.space(), more)
        assert search.progress.total == 40
        search.run()
    after = content(tmp_path / "study.db")
    assert after[:40] == before and len(after) == 50


def test_a_mistake_of_the_set_up_ends_the_search(tmp_path: Path) -> None:
    config = faulty.settings("harmless")
    info = faulty.info(config)
    with Store.create(tmp_path / "study.db", info) as store:
        search = start(store, faulty.space(), config)
        missing = {**info.settings, "evaluate": {"name": "python", "options": {"target": "no:no"}}}
        bad = Setup(faulty.info(SearchConfig.model_validate(missing)))
        search.executor = Processes(search.task, bad, 1, gpus=[])
        with pytest.raises(NasError, match="no"):
            search.run()
        assert [row.state for row in store.rows()] == ["pending"]


def test_a_gpu_that_is_full_fails_the_trial_alone(tmp_path: Path) -> None:
    """What the error held is free for the next trial, which runs in the same process."""
    config = faulty.settings("cuda", "random", 6)
    for workers in (0, 1):
        run(tmp_path / f"{workers}.db", config, workers)
        with Store.open(tmp_path / f"{workers}.db", write=False) as store:
            rows = list(store.rows())
        reasons = {row.reason for row in rows if row.state == "failed"}
        assert reasons == {"OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB."}
        assert len({row.values for row in rows if row.state == "done"}) == 1, "one process"
        assert {row.attempts for row in rows} == {0}


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no system to pin processes on")
def test_processes_are_where_they_should_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a GPU of its own and cores of its own, as the trials themselves see it."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    config = faulty.settings("placed", "random", 8)
    info = faulty.info(config)
    with Store.create(tmp_path / "study.db", info) as store:
        search = start(store, faulty.space(), config, here=False)
        search.executor = Processes(search.task, Setup(info), 2)
        search.run()
        rows = list(store.rows())
    seen = {(r.worker, r.metrics["gpu"], r.metrics["core"]) for r in rows}
    cores = sorted(os.sched_getaffinity(0))
    share = max(1, len(cores) // 2)
    assert {gpu for _, gpu, _ in seen} == {3.0, 5.0} and len(seen) == 2
    assert {core for _, _, core in seen} == {float(c) for c in (cores * 2)[: 2 * share : share]}
    assert {(r.metrics["cores"], r.metrics["threads"]) for r in rows} == {(share, share)}


def test_a_trial_whose_process_is_killed_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKS", str(tmp_path))
    search = run(tmp_path / "study.db", faulty.settings("dies_once", "random", 3), 1)
    with Store.open(tmp_path / "study.db", write=False) as store:
        rows = list(store.rows())
    assert [(row.state, row.attempts) for row in rows] == [("done", 1)] * 3
    assert search.progress.done == 3


def test_closing_leaves_no_process(tmp_path: Path) -> None:
    config = faulty.settings("evaluate")
    task = start_task(tmp_path, config)
    executor = Processes(task.task, Setup(faulty.info(config, FAULTY)), 1, gpus=[])
    executor.submit(Job(0, task.task.space.text(task.task.space.unrank(5)), 1))
    executor.wait(0.1)
    (worker,) = executor._workers
    assert worker is not None
    process: subprocess.Popen[str] = worker._process
    executor.close()
    assert process.poll() is not None
    assert isinstance(executor, Executor)
    task.store.close()


def start_task(folder: Path, config: SearchConfig) -> Search:
    store = Store.create(folder / "study.db", faulty.info(config, FAULTY))
    return start(store, faulty.space(FAULTY), config)


@pytest.mark.parametrize(("cores", "slots", "expected"), [
    ([0, 1], 1, [[0, 1]]),
    ([0, 1], 2, [[0], [1]]),
    ([0, 1], 3, [[0], [1], [0]]),
    ([2, 3, 5, 7, 8], 2, [[2, 3], [5, 7]]),
])  # fmt: skip
def test_every_worker_has_cores(
    cores: list[int], slots: int, expected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.os, "sched_getaffinity", lambda pid: set(cores))
    assert limits.shares(slots) == expected


def test_every_worker_has_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, 5")
    gpus = limits.find_gpus()
    seen = [limits.environment(slot, [0, 1], gpus) for slot in range(3)]
    assert [v["CUDA_VISIBLE_DEVICES"] for v in seen] == ["3", "5", "3"]
    assert {v["OMP_NUM_THREADS"] for v in seen} == {"2"}
