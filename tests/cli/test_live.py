"""The views of a running search."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from nasdsl.cli.live import Lines, LiveTable, clock
from nasdsl.study.run import Search
from nasdsl.study.store import Store
from tests.study.problem import config_for, info_for, open_search, write_table


@pytest.fixture
def search(tmp_path: Path) -> Search:
    write_table(tmp_path / "table.csv")
    config = config_for(tmp_path / "table.csv", "random", budget=40)
    return open_search(Store.create(tmp_path / "study.db", info_for(config)), config)


def drawn(view: LiveTable) -> str:
    console = Console(file=StringIO(), width=160, force_terminal=False)
    console.print(view.render())
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


def test_the_table_shows_where_the_search_stands(search: Search) -> None:
    view = LiveTable(search)
    assert "0/40 trials" in drawn(view)
    search.run(view.trial)
    search.store.close()
    text = drawn(view)
    best = search.progress.best
    assert best is not None
    assert "40/40 trials" in text and f"{search.progress.failed} failed" in text
    assert f"accuracy {best.values[0]:.6g}" in text
    assert all(f"{t.number}  " in text for t in search.progress.recent)
    assert search.task.space.text(best.genotype) in text


def test_lines_tell_what_is_new(search: Search, capsys: pytest.CaptureFixture[str]) -> None:
    search.run(Lines(search).trial)
    search.store.close()
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("[40/40]")
    assert sum("best:" in line for line in lines) >= 1
    assert sum("failed: LookupError" in line for line in lines) == search.progress.failed
    assert len(lines) < 40


def test_clock() -> None:
    assert [clock(s) for s in (0, 61, 3661)] == ["0:00", "1:01", "1:01:01"]
