"""Trials as tasks of a real Ray cluster on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.study.executors.messages import Setup
from nasdsl.study.executors.ray_cluster import connect
from nasdsl.study.run import Retry, start
from nasdsl.study.store import Store
from tests.study import faulty

ray: Any = pytest.importorskip("ray", reason="Ray is not installed: pip install 'nasdsl[ray]'")
ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.usefixtures("limited"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Workers import from the checkout, as this process does."""
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {
        "env_vars": {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        "worker_process_setup_hook": "conftest.use_checkout",
    }
    try:
        connect(ray, num_cpus=2, include_dashboard=False, runtime_env=environment)
    except NasError as error:
        pytest.skip(str(error))
    yield
    ray.shutdown()


def test_a_cluster_evaluates(cluster: None, tmp_path: Path) -> None:
    """Every trial is what it would be in this process; Ray tries a deadly one again, then it failed."""
    from nasdsl.study.executors.ray_cluster import RayCluster

    config = faulty.settings("evaluate", "exhaustive", 4)
    info = faulty.info(config, faulty.FAULTY)
    with Store.create(tmp_path / "study.db", info) as store:
        search = start(store, faulty.space(faulty.FAULTY), config, retry=Retry(1, 0.1), here=False)
        search.executor = RayCluster(search.task, Setup(info), 2, retries=1)
        assert search.run() == "budget"
        rows = list(store.rows())
    assert [row.state for row in rows] == ["done", "failed", "failed", "failed"]
    assert rows[1].reason == "ZeroDivisionError: division by zero"
    assert rows[2].reason.startswith("its process died: ") and rows[2].attempts == 2
    assert rows[0].worker and rows[0].worker.endswith(":ray")
    trial = search.task.perform(0, search.task.space.read(rows[0].genotype), rows[0].seed)
    assert (trial.values, trial.curve) == (rows[0].values, rows[0].curve)


def test_what_trials_may_take(cluster: None, tmp_path: Path) -> None:
    """Memory ends in an error; native code that never returns ends with its process."""
    from nasdsl.study.executors.ray_cluster import RayCluster

    config = faulty.settings("evaluate", "exhaustive", len(faulty.FAULTS), trial_time=1.0)
    info = faulty.info(config, faulty.FAULTY)
    with Store.create(tmp_path / "study.db", info) as store:
        search = start(store, faulty.space(faulty.FAULTY), config, retry=Retry(0, 0.1), here=False)
        search.executor = RayCluster(
            search.task, Setup(info, memory=1 << 30), 2, retries=0, grace=1.0
        )
        assert search.run() in ("budget", "exhausted")
        rows = dict(zip(faulty.FAULTS, store.rows(), strict=True))
    assert {name for name, row in rows.items() if row.state == "done"} == {"none", "none2"}
    assert rows["memory"].reason == "MemoryError"
    assert rows["block"].reason == "TrialTimeout: no result after 1 s"
    assert rows["hang"].reason.startswith("its process died: ") and rows["hang"].attempts == 1


def test_a_set_up_that_is_wrong_ends_the_search(cluster: None, tmp_path: Path) -> None:
    from nasdsl.study.executors.ray_cluster import RayCluster

    config = faulty.settings()
    info = faulty.info(config)
    evaluate = {"name": "python", "options": {"target": "no:no"}}
    bad = Setup(replace(info, settings={**info.settings, "evaluate": evaluate}))
    with Store.create(tmp_path / "study.db", info) as store:
        search = start(store, faulty.space(), config, here=False)
        search.executor = RayCluster(search.task, bad, 1)
        with pytest.raises(NasError, match="NAS336"):
            search.run()
