"""Every benchmark runs, on tiny problems; the ratios are no test."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES, measure
from benchmarks.measure import SMOKE, Contest, Effort, Peer, Row, Work, interval, run
from benchmarks.table import cells, record, seconds, text

QUICK = ("evolution", "encodings", "costs")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in NAMES]
)
def test_every_benchmark_runs(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peers' own
        rows = list(measure([name], SMOKE))
    assert rows
    assert all(row.ours > 0 for row in rows)
    assert all(row.ratios or not row.peer or "missing" in row.note for row in rows)


def _absent() -> Work:
    raise ModuleNotFoundError("No module named 'peer'", name="peer")


def test_a_missing_peer_is_a_row_that_says_what_to_install() -> None:
    present, absent = Peer("present", lambda: Work(list), 0.0), Peer("absent", _absent, 2.0)
    contest = Contest("group", "what", Work(list), [absent, present])
    rows = {row.peer: row for row in run(contest, Effort(rounds=3, seconds=0.0))}
    assert len(rows["present"].ratios) == 3
    assert rows["present"].met
    assert rows["absent"].met is None
    assert "pip install 'nasdsl[bench]'" in text(list(rows.values()))


def test_a_contest_without_peers_is_held_against_its_limit() -> None:
    contest = Contest("group", "what", Work(list, 10), at_most=1.0)
    (row,) = run(contest, SMOKE)
    assert row.met
    assert cells(row)[-2:] == ("≤ 1 s", "yes")


def test_a_check_that_fails_ends_the_run() -> None:
    def check() -> str:
        raise AssertionError("not the same")

    with pytest.raises(AssertionError, match="not the same"):
        list(run(Contest("group", "what", Work(list), check=check), SMOKE))


def test_ratios_are_medians_within_rounds() -> None:
    row = Row("group", "what", 1.0, "peer", 2.0, ratios=(1.5, 9.0, 2.0), bar=9.5)
    assert row.ratio == 2.0
    assert row.met is False


def test_durations_have_three_digits() -> None:
    given = (1.5, 0.0123, 4.5e-6, 1.2e-8, 1234.0)
    assert [seconds(s) for s in given] == ["1.5 s", "12.3 ms", "4.5 µs", "12 ns", "1234 s"]


def test_the_record_names_the_command_and_no_place(tmp_path: Path) -> None:
    row = Row("group", "what", 1.0, "peer", 2.0, (2.0,), 1.0, note="checked")
    record([row], "python -m benchmarks text --record", 5, tmp_path / "RESULTS.md")
    found = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert "python -m benchmarks text --record" in found
    assert "## group" in found
    assert str(Path.cwd()) not in found


@pytest.mark.parametrize(
    ("count", "cut"), [(1, 0), (5, 0), (6, 0), (8, 0), (9, 1), (15, 3), (31, 9), (100, 39)]
)
def test_intervals_leave_out_as_much_as_the_binomial_distribution_allows(
    count: int, cut: int
) -> None:
    assert interval(list(range(count))[::-1]) == (cut, count - 1 - cut)


@pytest.mark.parametrize(("bar", "met"), [(0.5, True), (1.0, True), (1.005, None), (3.0, False)])
def test_a_bar_inside_the_interval_is_open(bar: float, met: bool | None) -> None:
    row = Row("group", "what", 1.0, "peer", 2.0, (0.995, 2.0, 1.5), bar, margin=0.005)
    assert row.met is met
    assert cells(row)[-1] == {True: "yes", False: "no", None: "open"}[met]


def test_groups_that_were_not_measured_stay_in_the_record(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    first, second = (Row(group, "what", 1.0, "peer", 2.0, (2.0,), 1.0) for group in "ab")
    record([first, second], "python -m benchmarks --record", 5, path)
    before = path.read_text(encoding="utf-8")
    record([second], "python -m benchmarks --record", 5, path)
    assert path.read_text(encoding="utf-8") == before
    record([second], "python -m benchmarks text --record", 9, path)
    after = path.read_text(encoding="utf-8")
    assert "`python -m benchmarks text --record`: 9" in after
    assert after.count("## a") == after.count("## b") == 1
