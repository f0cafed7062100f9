from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nasdsl.evaluators.config import TrainConfig
from nasdsl.evaluators.finish import finish
from nasdsl.evaluators.loop import Epoch

from .architectures import convnet

# What a stranger would write: best.py, the weights and the summary, without nasdsl.
FRESH = """
import sys, json, torch, numpy as np
from safetensors.torch import load_file
import best
summary = json.load(open("summary.json"))
net = best.Tiny()
net.load_state_dict(load_file("best.safetensors"))
net.eval()
held = np.load("test.npz")
mean, std = (torch.tensor(summary["input"][k]) for k in ("mean", "std"))
with torch.no_grad():
    out = net((torch.from_numpy(held["x"]) - mean) / std)
print((out.argmax(1) == torch.from_numpy(held["y"])).double().mean().item())
assert "nasdsl" not in sys.modules
"""


def test_the_files_reproduce_the_accuracy_without_nasdsl(tmp_path: Path) -> None:
    import numpy as np

    from nasdsl.evaluators.data import load_data

    config = TrainConfig.model_validate({"epochs": 4, "lr": 0.03})
    seen: list[Epoch] = []

    def watch(epoch: Epoch) -> None:
        seen.append(epoch)

    summary = finish(
        convnet(),
        config,
        tmp_path / "run",
        text="network tiny\n",
        genotype="g1",
        facts={"macs": 123},
        on_epoch=watch,
    )
    assert len(seen) == summary.epochs == 4
    assert all(e.valid is None for e in seen)
    assert summary.test_accuracy > 0.8
    record = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert record["test_accuracy"] == summary.test_accuracy
    assert (record["macs"], record["genotype"], record["data"]) == (123, "g1", "digits")
    assert record["params"] == 72 + 16 + 1152 + 32 + 170
    assert (tmp_path / "run" / "best.nas").read_text() == "network tiny\n"
    assert {f.name for f in summary.files} == {p.name for p in (tmp_path / "run").iterdir()}

    test = load_data("digits").test
    np.savez(tmp_path / "run" / "test.npz", x=test.x.numpy(), y=test.y.numpy())  # type: ignore[union-attr]
    there = subprocess.run(
        [sys.executable, "-c", FRESH],
        cwd=tmp_path / "run",
        env={"OMP_NUM_THREADS": "1", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert there.returncode == 0, there.stderr
    assert float(there.stdout) == summary.test_accuracy


@pytest.mark.slow
def test_the_default_recipe_finishes_well_on_digits(tmp_path: Path) -> None:
    config = TrainConfig().longer((1, 8, 8))
    summary = finish(convnet(width=24), config, tmp_path, text="", genotype="")
    assert summary.test_accuracy > 0.98
