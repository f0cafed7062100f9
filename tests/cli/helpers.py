"""Small spaces and ways to run the command for the tests of the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nasdsl.cli.main import cli

ROOT = Path(__file__).parents[2]

SMALL = """\
space small "A small space"

param units = 8

let activation = relu | tanh | gelu

network = vector(64)
  -> linear(any [units, 2 * units, 4 * units])
  -> activation
  -> repeat any 0..2 {
    linear(any [8, 16]) -> activation
  }
  -> linear(10)

search {
  strategy = regularized_evolution(population = 4, sample = 2)
  evaluate = train(data = "digits", epochs = 1)
  objective = maximize(accuracy)
  budget = 3
}
"""

EVALUATOR = """\
import os
import signal

def score(genotype, architecture, *, seed, budget):
    stop = os.environ.get("KILL_AT")
    value = sum(float(c) * (i + 1) for i, c in enumerate(genotype.choices)) + seed / 2**40
    if stop and count_up() == int(stop):
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
        os.kill(os.getpid(), int(os.environ.get("KILL_BY", "9")))
    if value % 7 < 1:
        raise ArithmeticError("unlucky")
    return {"accuracy": value}

calls = 0

def count_up():
    global calls
    calls += 1
    return calls
"""


def move_to(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> Path:
    """Work in a folder with small.nas and modules of these names."""
    monkeypatch.chdir(folder)
    (folder / "small.nas").write_text(SMALL)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def invoke(*arguments: str | Path, input: str | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli, [str(a) for a in arguments], input=input)


def run(*arguments: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as from a checkout."""
    code = "import conftest; from nasdsl.cli.main import main; main()"
    return subprocess.run(  # noqa: PLW1510
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | env,
    )
