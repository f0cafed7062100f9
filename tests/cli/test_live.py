"""The views of a running search."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from nasdsl.cli.live import (
    MEMBERS,
    Lines,
    LiveTable,
    clock,
    front_lines,
    front_text,
    values_text,
)
from nasdsl.strategies import Trial
from nasdsl.study.front import front_of, spread
from nasdsl.study.objectives import MnasNet
from nasdsl.study.run import Search
from nasdsl.study.store import Store
from tests.study.problem import config_for, info_for, open_search, write_table


@pytest.fixture
def search(tmp_path: Path) -> Search:
    write_table(tmp_path / "table.csv")
    config = config_for(tmp_path / "table.csv", "random", budget=40)
    return open_search(Store.create(tmp_path / "study.db", info_for(config)), config)


def drawn(view: LiveTable, width: int = 160) -> str:
    console = Console(file=StringIO(), width=width, force_terminal=False)
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
    assert f"{best.values[0]:.6g}" in text and f"{-best.values[1]:.6g}" in text
    assert f"Pareto front: {len(search.progress.front)} arch" in text and "hypervolume" in text
    for trial in search.progress.recent:  # why a trial failed stands for its genotype
        assert (trial.reason or search.task.space.text(trial.genotype)) in text
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


def test_the_table_is_whole_on_80_columns(search: Search) -> None:
    view = LiveTable(search)
    search.run(view.trial)
    search.store.close()
    lines = drawn(view, 80).splitlines()
    assert max(map(len, lines)) <= 80
    best = search.progress.best
    assert best is not None
    head = next(i for i, line in enumerate(lines) if line.startswith("trial"))
    assert len(lines) - head - 1 == len(search.progress.recent) + min(
        MEMBERS, len(search.progress.front)
    )
    assert lines[head + 1].split()[:3] == [
        str(best.number),
        f"{best.values[0]:.6g}",
        f"{-best.values[1]:.6g}",
    ]


def test_a_front_is_told_in_lines(search: Search) -> None:
    search.run()
    search.store.close()
    front = front_of(search)
    assert front is not None and len(front.members) > 3
    head, *rows = front_lines(search, front, 3, 40)
    assert head.split() == ["trial", "accuracy", "size", "genotype"]
    assert all(len(row) <= 40 for row in rows)
    assert [row.split()[0] for row in rows[:3]] == [str(t.number) for t in spread(front.members, 3)]
    assert rows[3:] == [f"  and {len(front.members) - 3} more, in summary.json"]


def test_what_a_scalar_is_made_of_is_told(search: Search) -> None:
    objective = MnasNet(metric="accuracy", cost="params", target=4)
    config = search.config.model_copy(update={"objectives": (objective,)})
    search.config = config
    trial = Trial(0, search.strategy.ask(1)[0], "done", (0.5,), {"accuracy": 0.625, "params": 12})
    search.store.close()
    text = "mnasnet(accuracy, params) 0.5 (accuracy 0.625, params 12)"
    assert values_text(search, trial) == text
    search.progress.add(trial)
    head = drawn(LiveTable(search), 80)
    assert "mnasnet  accuracy  params" in head and "Pareto" not in head


@pytest.mark.parametrize("count", range(1, 9))
def test_spread_has_both_ends(count: int) -> None:
    found = spread(range(7), count)
    assert len(found) == min(count, 7) == len(set(found))
    assert found[0] == 0 and (count == 1 or found[-1] == 6)


def test_without_pymoo_the_front_has_no_volume(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    search.run()
    search.store.close()
    monkeypatch.setattr("nasdsl.study.front.installed", lambda package: False)
    front = front_of(search)
    assert front is not None and front.hypervolume is None
    assert "pip install 'nasdsl[multi]'" in front_text(search, front)
