"""The benchmark of studies runs, and its page holds what was measured; the figures are no test."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.studies import __main__ as command
from benchmarks.studies import page
from benchmarks.studies.cost import Cost, Meter, cpu_time
from benchmarks.studies.ours import CELLS, ours


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(page, "FIGURES", tmp_path / "figures.json")
    return tmp_path


def test_a_search_and_its_resume() -> None:
    found, resumed = ours(30, 1, None, CELLS)
    assert found.what == "nasdsl, SQLite, NAS-Bench-201" and resumed.what.endswith(": resume")
    assert found.cpu > resumed.cpu > 0 and found.wall > 0 and found.size > 100


@pytest.mark.slow
def test_workers_are_measured_when_they_work() -> None:
    (found,) = ours(400, 2, None)
    assert found.workers == 2 and 0 < found.cpu < 100 and found.start > 0.2


def test_the_page_holds_what_was_measured(
    paths: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("optuna")
    pytest.importorskip("psycopg")
    old = Cost("nasdsl, SQLite", 40, 1, 0.0, 0.0, 0.0, 0.0)
    other = Cost("nasdsl, SQLite", 50, 1, 7.77, 8.88, 0.0, 0.0)
    page.FIGURES.write_text(json.dumps([asdict(cost) for cost in (old, other)]))
    for only in ("nasdsl, SQLite, 40, 1", "Optuna, journal, 1"):
        given = ["studies", "--trials", "40", "--most", "5", "--only", only, "--record"]
        monkeypatch.setattr(sys, "argv", given)
        command.main()
    text = page.PAGE.read_text()
    assert [line in text for line in capsys.readouterr().out.splitlines()].count(False) == 0
    assert text.count("| nasdsl, SQLite | 40 | 1 |") == 1 and "| 8.88 | 7.77 |" in text
    assert "| Optuna, journal | 5 | 1 |" in text


def test_meters_count_what_came_after() -> None:
    meter = Meter("x", 10, 1, lambda: 100)
    meter.begin(8)
    end = cpu_time() + 0.02
    while cpu_time() < end:
        pass
    found = meter.end()
    assert found.cpu >= 10 - 1 and found.size == 0
