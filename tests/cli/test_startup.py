"""What commands that only use the language must not import, since each of it is slow to load."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "torch",
    "numpy",
    "sqlalchemy",
    "pydantic",
    "rich",
    "importlib.metadata",
    "sklearn",
    "lark",
}
START = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); import nasdsl; "
    f"nasdsl.__path__.append({str(ROOT)!r}); from nasdsl.cli.main import main; main()"
)
PLAIN = "space plain\nlet k = any [3, 5]\nnetwork = image(1, 8, 8) -> conv(k, 4) -> global_avg_pool -> linear(10)\n"
USUAL = "search { strategy = random objective = minimize(loss), accuracy budget = 3 }\n"
ODD = "search { evaluate = train(epochs = 0) }\n"


def imported(folder: Path, *arguments: str, code: int = 0) -> set[str]:
    """The heavy modules that a command imports, which ends with a code."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", START, *arguments],
        check=False, capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    assert done.returncode == code, done.stderr[-2000:]
    return HEAVY & set(re.findall(r"\| +(\S+)$", done.stderr, re.MULTILINE))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files, and a first run that fills the cache of parsing tables."""
    path = tmp_path_factory.mktemp("start")
    for name, more in (("plain", ""), ("usual", USUAL), ("odd", ODD)):
        (path / f"{name}.nas").write_text(PLAIN + more)
    imported(path, "check", "plain.nas")
    return path


@pytest.mark.parametrize(
    "command",
    [
        "--help", "check plain.nas", "check usual.nas", "fmt --check plain.nas", "info plain.nas",
        "sample plain.nas --seed 1", "sample plain.nas --seed 1 -n 2 --as nas",
        "cost plain.nas --rank 1", "check --help", "spaces",
    ],
)  # fmt: skip
def test_light_commands(folder: Path, command: str) -> None:
    assert imported(folder, *command.split()) == set()


@pytest.mark.parametrize("command", ["strategies", "strategies plain.nas", "strategies --json"])
def test_strategies_are_listed_without_being_imported(folder: Path, command: str) -> None:
    assert imported(folder, *command.split()) <= {"importlib.metadata"}  # other packages' names


def test_a_search_block_that_needs_judging(folder: Path) -> None:
    found = imported(folder, "check", "odd.nas", code=2)
    assert "pydantic" in found and not found & {"torch", "numpy", "sqlalchemy", "rich", "lark"}
