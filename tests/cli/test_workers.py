"""Searches in worker processes, `worker`, `rerun`, `diff` and signals, from outside."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.study.store import Store
from tests.cli.helpers import ROOT, SMALL, invoke, move_to, run
from tests.cli.test_search import trials

PYTHON = ("--evaluate-python", "worth:score")
SCORER = """\
import os
import time

def score(genotype, architecture, *, seed, budget):
    time.sleep(float(os.environ.get("PAUSE", 0)))
    return {"accuracy": sum(map(float, genotype.choices)) + seed / 2**40}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return move_to(tmp_path, monkeypatch, worth=SCORER)


def started(*arguments: str, cwd: Path, **env: str) -> subprocess.Popen[str]:
    awake = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = awake + "import conftest; from nasdsl.cli.main import main; main()"  # in the background
    variables = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | env
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=cwd, env=variables, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.slow
def test_searching_with_workers(folder: Path) -> None:
    options = ("--budget", "12", "--seed", "3", *PYTHON)
    found = run("search", "small.nas", "-o", "run", "--workers", "1", *options, cwd=folder)
    assert found.returncode == 0, found.stderr
    assert "the budget is spent: 12 done" in found.stdout
    invoke("search", "small.nas", "-o", "here", *options)
    assert trials(Path("run/study.db")) == trials(Path("here/study.db"))
    again = invoke("rerun", "run", "7", *PYTHON)
    assert again.exit_code == 0 and again.output.endswith("the same\n"), again.output
    with Store.open("run/study.db") as store:
        wrong = store.row(7)
        store.database.run(
            lambda c: c.exec_driver_sql(
                "UPDATE trials SET metrics = '{\"accuracy\":0.5}' WHERE number = 7"
            )
        )
    again = invoke("rerun", "run", "7", "--json", *PYTHON)
    assert again.exit_code == 1 and json.loads(again.stdout)["metrics"]["accuracy"] == [
        0.5, wrong.metrics["accuracy"],
    ]  # fmt: skip
    assert invoke("rerun", "run", "99", *PYTHON).exit_code == 2
    assert "NAS556" in invoke("rerun", "run", "7").stderr


@pytest.mark.parametrize(("kind", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("workers", [(), pytest.param(("--workers", "2"), marks=pytest.mark.slow)])
def test_signals_save_everything(
    folder: Path, kind: signal.Signals, code: int, workers: tuple[str, ...]
) -> None:
    """The exit code says which; what is finished is kept, no process is left, the study goes on."""
    options = ("-o", "run", "--budget", "400", *PYTHON, *workers)
    process = started("search", "small.nas", *options, cwd=folder, PAUSE="0.1")
    wait_for(lambda: Path("run/study.db").exists() and _done() > 0, process)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [kind])
    process.send_signal(kind)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert "everything is saved" in output
    kept = _done()
    assert kept and Path("run/best.nas").is_file()
    assert json.loads(Path("run/summary.json").read_text())["trials"]["done"] <= kept
    result = invoke("resume", "run", "--budget", str(kept + 3), *PYTHON)
    assert result.exit_code == 0, result.output
    assert [number for number, *_ in trials(Path("run/study.db"))] == list(range(kept + 3))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_worker_gives_its_trials_back(
    folder: Path, kind: signal.Signals, code: int
) -> None:
    """Without waiting for a lease: the next worker has them at once."""
    options = ("-o", "run", "--budget", "6", "--executor", "pull", "--workers", "2", *PYTHON)
    search = started("search", "small.nas", *options, cwd=folder)
    wait_for(lambda: Path("run/study.db").exists() and _rows() > 0, search)
    first = started("worker", "run", *PYTHON, cwd=folder, PAUSE="600")
    wait_for(lambda: _rows("worker IS NOT NULL") > 0, first)
    first.send_signal(kind)
    _, errors = first.communicate(timeout=60)
    assert first.returncode == code, errors
    assert _rows("worker IS NOT NULL") == 0
    assert run("worker", "run", "--idle", "3", *PYTHON, cwd=folder).returncode == 0
    output, errors = search.communicate(timeout=60)
    assert search.returncode == 0 and "6 done" in output, errors


def wait_for(met: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 300
    while not met():
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.1)


def _rows(where: str = "true") -> int:
    with closing(sqlite3.connect("run/study.db", timeout=30)) as connection:
        try:
            return int(
                connection.execute(f"SELECT count(*) FROM trials WHERE {where}").fetchone()[0]
            )
        except sqlite3.OperationalError:  # its tables are being made
            return 0


@pytest.mark.slow
def test_a_search_on_ray(folder: Path) -> None:
    """On a cluster of its own; SIGTERM saves everything, although Ray has other ideas."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'nasdsl[ray]'")
    hook = f"import nasdsl\nnasdsl.__path__.append({str(ROOT)!r})\n"  # as if it were installed
    Path("site").mkdir()
    Path("site/sitecustomize.py").write_text(hook)
    paths = os.pathsep.join([str(folder / "site"), str(ROOT)])
    options = ("--executor", "ray", "--workers", "2", *PYTHON)
    process = started(
        "search", "small.nas", "-o", "run", "--budget", "500", *options, cwd=folder, PAUSE="0.2",
        PYTHONPATH=paths,
    )  # fmt: skip
    wait_for(lambda: Path("run/study.db").exists() and _done() > 2, process)
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 143, errors
    assert "everything is saved" in output and Path("run/best.nas").is_file()
    kept = _done()
    result = invoke("resume", "run", "--budget", str(kept + 2), *PYTHON)
    assert result.exit_code == 0, result.output
    with Store.open("run/study.db") as store:
        workers = {row.worker or "" for row in store.rows() if row.number < 3}
    assert any(name.endswith(":ray") for name in workers)


def _done() -> int:
    try:
        return sum(row[2] == "done" for row in trials(Path("run/study.db")))
    except NasError:  # its tables are being made
        return 0


def test_workers_pull_from_the_run_folder(folder: Path) -> None:
    """They may be there before it is."""
    early = invoke("worker", "run", "--idle", "1", *PYTHON)
    assert early.exit_code == 2 and "waiting for the study" in early.output
    first = started("worker", "run", "--idle", "60", *PYTHON, cwd=folder)
    search = started(
        "search", "small.nas", "-o", "run", "--budget", "10", "--executor", "pull", "--workers",
        "2", *PYTHON, cwd=folder,
    )  # fmt: skip
    output, errors = search.communicate(timeout=300)
    assert search.returncode == 0 and "10 done" in output, errors
    first.send_signal(signal.SIGTERM)
    told, errors = first.communicate(timeout=60)
    assert first.returncode == 143, errors
    assert told.count("done") == 10


def test_a_store_elsewhere(folder: Path, server: object) -> None:
    url = server.fresh()  # type: ignore[attr-defined]
    options = ("--budget", "4", *PYTHON)
    result = invoke("search", "small.nas", "-o", "run", "--store", url, *options)
    assert result.exit_code == 0, result.output
    assert not Path("run/study.db").exists() and Path("run/best.nas").exists()
    result = invoke("resume", "run", "--budget", "6", *PYTHON)
    assert result.exit_code == 0 and "6 done" in result.output, result.output
    result = invoke("resume", f"{url}?study=run", "-o", "again", "--budget", "7", *PYTHON)
    assert result.exit_code == 0 and Path("again/best.nas").exists(), result.output


def test_differing_spaces(folder: Path) -> None:
    Path("other.nas").write_text(SMALL.replace("relu | tanh | gelu", "relu | tanh"))
    assert invoke("diff", "small.nas", "small.nas").exit_code == 0
    found = invoke("diff", "small.nas", "other.nas")
    assert found.exit_code == 1 and "+ activation: relu | tanh\n" in found.output
    assert json.loads(invoke("diff", "small.nas", "other.nas", "--json").stdout)["changed"]
    invoke("search", "small.nas", "-o", "run", "--budget", "12", "--strategy", "random", *PYTHON)
    assert invoke("resume", "run", "--space", "small.nas", *PYTHON).exit_code == 0
    refused = invoke("resume", "run", "--space", "other.nas", *PYTHON)
    assert refused.exit_code == 2 and "- activation: relu | tanh | gelu" in refused.stderr
    moved = invoke("search", "other.nas", "-o", "moved", "--from", "run", "--budget", "14", *PYTHON)
    assert moved.exit_code == 0 and "took over" in moved.output, moved.output


def test_mistaken_options(folder: Path) -> None:
    for options, word in (
        (("--memory", "1G"), "--workers"),
        (("--memory", "much", "--workers", "1"), "size"),
        (("--retry-delay", "soon"), "soon"),
        (("--executor", "slurm"), "slurm"),
        (("--executor", "ray", "--gpus", "0,1"), "number of GPUs"),
    ):
        result = invoke("search", "small.nas", "-o", "run", *options, *PYTHON)
        assert result.exit_code == 2 and word in result.output + result.stderr
    assert not Path("run").exists()


def test_a_study_cannot_name_a_folder_elsewhere(folder: Path, server: object) -> None:
    url = server.fresh()  # type: ignore[attr-defined]
    invoke("search", "small.nas", "-o", "run", "--store", url, "--budget", "1", *PYTHON)
    with Store.open(url) as store:
        store.database.run(
            lambda c: c.exec_driver_sql("UPDATE study SET name = '../../../tmp/evil'")
        )
    result = invoke("resume", url, "--budget", "2", *PYTHON)
    assert result.exit_code == 2 and "NAS576" in result.stderr
