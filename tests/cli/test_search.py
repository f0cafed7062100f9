"""`search` and `resume` from outside: run folders, kills, refusals, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nasdsl.study.store import Store
from tests.cli.helpers import EVALUATOR, invoke, move_to, run

PYTHON = ("--evaluate-python", "scorer:score")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return move_to(tmp_path, monkeypatch, scorer=EVALUATOR)


def trials(study: Path) -> list[tuple[Any, ...]]:
    with Store.open(study, write=False) as store:
        return [(r.number, r.genotype, r.state, r.values, r.reason) for r in store.rows()]


def test_a_run_leaves_its_folder(folder: Path) -> None:
    result = invoke("search", "small.nas", "--budget", "20", "--seed", "3", "-o", "run", *PYTHON)
    assert result.exit_code == 0, result.output
    assert "the budget is spent" in result.output and "best: trial" in result.output
    names = {p.name for p in Path("run").iterdir()}
    assert {"study.db", "config.json", "best.nas", "best.py", "summary.json"} <= names
    summary = json.loads(Path("run/summary.json").read_text())
    done = [t for t in trials(Path("run/study.db")) if t[2] == "done"]
    assert summary["best"]["values"]["accuracy"] == max(t[3][0] for t in done)
    assert invoke("cost", "run/best.nas", "--json").exit_code == 0
    again = invoke("search", "small.nas", "-o", "run", *PYTHON)
    assert again.exit_code == 2 and "nasdsl resume run" in again.stderr


def test_runs_are_numbered(folder: Path) -> None:
    for number in (1, 2):
        result = invoke("search", "small.nas", "--budget", "2", "--json", *PYTHON)
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["trials"]["done"] >= 1
        assert Path(f"runs/small-{number}/study.db").is_file()


def test_options_go_over_the_search_block(folder: Path) -> None:
    result = invoke(
        "search", "small.nas", "-o", "run", "--strategy", "exhaustive", "--objective",
        "minimize(accuracy), minimize(params)", "--budget", "100", *PYTHON,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "nothing left to propose" in result.output and "Pareto front" in result.output
    assert len(trials(Path("run/study.db"))) == 63


def test_a_search_of_several_objectives_leaves_a_front(folder: Path) -> None:
    objective = "minimize(accuracy, reference = 60), minimize(params, reference = 9K)"
    options = ("--strategy", "nsga2(population = 6, offspring = 4)", "--objective", objective)
    first = invoke("search", "small.nas", "-o", "run", *options, "--budget", "9", *PYTHON)
    assert first.exit_code == 0, first.output
    second = invoke("resume", "run", "--budget", "30", *PYTHON)
    assert second.exit_code == 0, second.output
    summary = json.loads(Path("run/summary.json").read_text())
    values = [t[3] for t in trials(Path("run/study.db")) if t[2] == "done"]
    best = {v for v in values if not any(w != v and w[0] >= v[0] and w[1] >= v[1] for w in values)}
    front = [(-m["values"]["accuracy"], -m["values"]["params"]) for m in summary["front"]]
    assert front == sorted(best, reverse=True)
    assert summary["best"] == summary["front"][0]
    assert summary["reference"] == {"accuracy": 60, "params": 9000}
    before = [-9000.0, *(params for _, params in front[:-1])]  # the best first, in either order
    strips = [(a + 60) * (p - q) for (a, p), q in zip(front, before, strict=True)]
    assert summary["hypervolume"] == pytest.approx(sum(strips))
    names = {f"trial-{m['number']}.nas" for m in summary["front"]}
    assert {p.name for p in Path("run/front").iterdir()} == names
    for member in summary["front"]:
        told = invoke("cost", f"run/front/trial-{member['number']}.nas", "--json")
        assert json.loads(told.stdout)["params"] == member["metrics"]["params"]
    assert (
        f"hypervolume {summary['hypervolume']:.6g} from accuracy 60, params 9000" in second.output
    )


def test_killed_and_interrupted_searches_resume(folder: Path) -> None:
    options = ("--budget", "12", "--seed", "5", *PYTHON)
    assert run("search", "small.nas", "-o", "whole", *options, cwd=folder).returncode == 0
    killed = run("search", "small.nas", "-o", "parts", *options, cwd=folder, KILL_AT="5")
    assert killed.returncode == -9
    stopped = run(
        "resume", "parts", *PYTHON, cwd=folder, KILL_AT="3", KILL_BY="2"
    )  # Ctrl-C in the third trial from there
    assert stopped.returncode == 130, stopped.stderr
    assert "Traceback" not in stopped.stderr and "everything is saved" in stopped.stdout
    assert Path("parts/summary.json").is_file()
    assert invoke("resume", "parts", *PYTHON).exit_code == 0
    assert trials(Path("parts/study.db")) == trials(Path("whole/study.db"))
    assert invoke("resume", "parts", *PYTHON, "--budget", "15").exit_code == 0
    counted = [t for t in trials(Path("parts/study.db")) if t[2] != "infeasible"]
    assert len(counted) == 15


def test_resume_uses_its_own_copy_of_the_space(folder: Path) -> None:
    invoke("search", "small.nas", "-o", "run", "--set", "units=16", *PYTHON)
    Path("small.nas").unlink()
    result = invoke("resume", "run", *PYTHON, "--budget", "6")
    assert result.exit_code == 0, result.output


def test_refusals(folder: Path) -> None:
    invoke("search", "small.nas", "-o", "run", *PYTHON)
    for arguments, needle in [
        (["resume", "run"], "--evaluate-python scorer:score"),
        (["resume", "nowhere"], "no study at"),
        (["resume", "run", *PYTHON, "--time", "soon"], "expected seconds"),
        (["search", "small.nas", "--evaluate", 'python("os:system")'], "NAS315"),
        (["search", "small.nas", "--evaluate-python", "scorer:nothing"], "NAS336"),
        (["search", "small.nas", "--strategy", "radnom"], "did you mean `random`"),
        (["search", "small.nas", "--strategy", "random("], "--strategy:1"),
        (["search", "small.nas", "--evaluate", 'tabular("none.csv")'], "NAS330"),
        (["search", "small.nas", "--objective", "maximize(acuracy)", *PYTHON], "accuracy"),
    ]:
        result = invoke(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert needle in result.stderr and "Traceback" not in result.output, arguments
    trained = ["--evaluate", 'train(data = "digits")', "--objective", "maximize(acuracy)"]
    result = invoke("search", "small.nas", "-o", "none", *trained)
    assert result.exit_code == 2 and "did you mean `accuracy`" in result.stderr
    assert not Path("none").exists()
    with Store.open(Path("run/study.db")):
        assert "in use" in invoke("resume", "run", *PYTHON).stderr


def test_a_run_without_a_success_fails(folder: Path) -> None:
    Path("scorer.py").write_text("def score(*a, **k):\n    raise ValueError('always')\n")
    result = run("search", "small.nas", "-o", "run", *PYTHON, cwd=folder)
    assert result.returncode == 1 and "ValueError: always" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_training_to_the_end(folder: Path) -> None:
    result = invoke("search", "small.nas", "-o", "run", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["trials"]["done"] == 3 and found["test_accuracy"] > 0.1
    weights = Path("run/best.safetensors")
    before = weights.stat().st_mtime_ns
    again = invoke("resume", "run", "--json")
    assert json.loads(again.stdout)["test_accuracy"] == found["test_accuracy"]
    assert weights.stat().st_mtime_ns == before
    trained = invoke("train", "small.nas", "--rank", "3", "--epochs", "1", "--json")
    assert json.loads(trained.stdout)["accuracy"] > 0.05


CODED = """encoding bits tight { code = "{bit ...}"  bit = "0" as 0 | "1" as 1 }

param code: bits = "01", width = 4

let act = relu | tanh

network = vector(4) -> chain([linear(width * (1 + b)) -> act for b in code])
search { strategy = random budget = 2 objective = maximize(accuracy) }
"""


def test_a_study_keeps_the_code_that_it_was_given(folder: Path) -> None:
    """`--set` of a text, from the command line or a file: nothing of it is lost, also no zero."""
    (folder / "coded.nas").write_text(CODED)
    (folder / "code.txt").write_text("0110\n")
    for given, count in (("0110", 4), ("@code.txt", 4), ("010", 3)):
        options = ("--set", f"code={given}", "--set", "width=2")
        result = invoke("search", "coded.nas", "-o", f"run{count}{given[:1]}", *options, *PYTHON)
        assert result.exit_code == 0, result.output
        kept = json.loads(Path(f"run{count}{given[:1]}/config.json").read_text())["params"]
        assert kept == {"code": "0110" if count == 4 else "010", "width": 2}
        best = Path(f"run{count}{given[:1]}/best.nas").read_text()
        assert best.count("linear(") == count
        again = invoke("resume", f"run{count}{given[:1]}", "--budget", "3", *PYTHON)
        assert again.exit_code == 0, again.output
    wrong = invoke("cost", "coded.nas", "--rank", "0", "--set", "code=@code.text")
    assert wrong.exit_code == 2 and "NAS040" in wrong.stderr
    (folder / "code.txt").write_text("\n 0210\n")
    wrong = invoke("cost", "coded.nas", "--rank", "0", "--set", "code=@code.txt")
    assert wrong.exit_code == 2 and "code.txt:" in wrong.stderr
    wrong = invoke("cost", "coded.nas", "--rank", "0", "--set", "code=0210")
    assert wrong.exit_code == 2 and "--set code:1:2: error[NAS071]" in wrong.stderr
