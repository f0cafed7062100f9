"""A whole search on a compiled supernet: the run folder, a stop and a resume, inherited weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from nasdsl import compile, load
from nasdsl.diagnostics import NasError
from nasdsl.evaluators import Budget, make_evaluator
from nasdsl.oneshot.inherit import find_checkpoint, inherited, inherited_weights
from tests.cli.helpers import invoke

from .cases import CELL

OPTIONS = ("--evaluate", 'train(data = "digits", epochs = 1, limit = 200)', "--no-retrain")
STRATEGY = "spos(epochs = 3, population = 4, generations = 1, keep = 2, limit = 200)"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cell.nas").write_text(CELL, encoding="utf-8")
    return tmp_path


def search(out: str, strategy: str = STRATEGY, *more: str) -> Any:
    return invoke("search", "cell.nas", "-o", out, "--strategy", strategy, *OPTIONS, *more)


def trials(out: str) -> list[Any]:
    summary = json.loads((Path(out) / "summary.json").read_text(encoding="utf-8"))
    assert summary["stopped"] == "exhausted"
    return [summary["trials"], summary["best"]["genotype"], summary["best"]["values"]]


def test_a_search_leaves_its_supernet_and_goes_on_where_it_stopped(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = search("whole")
    assert result.exit_code == 0, result.output
    assert "supernet: epoch 1/3" in result.stdout and "supernet: epoch 3/3" in result.stdout
    assert {"best.nas", "best.py", "study.db", "supernet"} <= {
        p.name for p in Path("whole").iterdir()
    }

    from nasdsl.cli.live import Lines

    def stop(self: Lines, epoch: Any) -> None:
        if epoch.number == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Lines, "epoch", stop)
        assert search("parts").exit_code != 0
    assert json.loads((Path("parts") / "summary.json").read_text())["trials"]["done"] == 0
    result = invoke("resume", "parts", "--no-retrain")
    assert result.exit_code == 0, result.output
    assert "epoch 1/3" not in result.stdout and "epoch 3/3" in result.stdout
    assert trials("parts") == trials("whole") and trials("whole")[0]["done"] == 2
    again = invoke("resume", "parts", "--no-retrain")
    assert again.exit_code == 0 and "epoch" not in again.stdout


def test_strategies_search_by_inherited_weights(folder: Path) -> None:
    assert search("run").exit_code == 0
    found = invoke(
        "search", "cell.nas", "-o", "evolved", "--strategy", "regularized_evolution(population = 4)",
        "--evaluate", 'supernet("run")', "--budget", "12",
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    summary = json.loads((folder / "evolved" / "summary.json").read_text())
    assert summary["trials"]["done"] == 12 and summary["best"]["values"]["accuracy"] > 0.1


def test_inherited_scores_are_those_of_the_child(folder: Path) -> None:
    """Bit for bit the network that the weights are cut out for, on the same batches."""
    assert search("run").exit_code == 0
    space = load("cell.nas")
    path = find_checkpoint("run")
    genotype = space.unrank(1234)
    child = compile(space.build(genotype))
    child.load_state_dict(inherited_weights(path, space, genotype))
    trained = inherited(path, space).module
    x = torch.rand(7, 1, 8, 8)
    with torch.no_grad():
        torch.testing.assert_close(child.eval()(x), trained(x, gates=trained.path(genotype)))
    evaluator = make_evaluator("supernet", space, {"file": "run"})
    first, second = (
        evaluator.evaluate(genotype, space.build(genotype), seed=s, budget=Budget()) for s in (1, 2)
    )
    assert first == second and set(first) == {"accuracy", "loss"}


def test_a_supernet_of_another_space_is_refused(folder: Path) -> None:
    assert search("run").exit_code == 0
    Path("other.nas").write_text(CELL.replace("linear(10)", "linear(12) -> relu -> linear(10)"))
    Path("third.nas").write_text(CELL.replace("tanh: linear(8) -> tanh  ", ""))
    for name in ("other.nas", "third.nas"):
        space = load(name)
        evaluator = make_evaluator("supernet", space, {"file": "run"})
        genotype = space.unrank(3)
        with pytest.raises(NasError) as caught:
            evaluator.evaluate(genotype, space.build(genotype), seed=0, budget=Budget())
        assert caught.value.diagnostics[0].code == "NAS624"
    with pytest.raises(NasError, match="NAS620"):
        make_evaluator("supernet", load("cell.nas"), {"file": "nowhere"})
    Path("broken.safetensors").write_text("nonsense")
    with pytest.raises(NasError, match="NAS620"):
        inherited(Path("broken.safetensors"), load("cell.nas"))


def test_a_space_without_a_supernet_is_refused_before_anything_is_left(folder: Path) -> None:
    Path("real.nas").write_text("network = vector(8) -> dropout(any 0.0..0.5) -> linear(2)\n")
    result = invoke("search", "real.nas", "-o", "run", "--strategy", "darts", *OPTIONS)
    assert (
        result.exit_code == 2 and "NAS320" in result.stderr and "has no supernet" in result.stderr
    )
    assert not Path("run").exists()
