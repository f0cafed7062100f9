"""docs/supernets.md is true: its sessions run, its table is complete, its method keeps the contract."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from nasdsl.strategies import STRATEGIES
from nasdsl.strategies.own import import_strategy
from tests.consoles import agrees, run, steps
from tests.documents import ROOT, blocks

from .cases import QUICK, space_of

TEXT = (ROOT / "docs" / "supernets.md").read_text(encoding="utf-8")
BLOCKS = blocks(TEXT)
(PROGRAM,) = (b.text for b in BLOCKS if b.kind == "nas")
INHERIT, MODULE, METHOD = (b.text for b in BLOCKS if b.kind == "python")


@pytest.mark.slow
def test_sessions(tmp_path: Path) -> None:
    (tmp_path / "cells.nas").write_text(PROGRAM, encoding="utf-8")
    for block in (b for b in BLOCKS if b.kind == "console"):
        for command, shown in steps(block):
            printed = run(command, shown, tmp_path)
            assert agrees(printed, shown), f"{command}\n{printed}"
    execute(INHERIT, tmp_path)


def execute(code: str, folder: Path) -> None:
    """Run Python beside cells.nas, as a program of its own."""
    (folder / "shown.py").write_text(f"import conftest\n{code}", encoding="utf-8")
    assert run("python shown.py", "", folder) == ""


def test_the_supernet_as_a_module(tmp_path: Path) -> None:
    (tmp_path / "cells.nas").write_text(PROGRAM, encoding="utf-8")
    execute(f"{MODULE}\nassert mixed.shape == single.shape == (2, 10)\n", tmp_path)


def test_every_method_is_in_the_table() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)
    methods = [name for name, entry in STRATEGIES.items() if entry.family == "supernet"]
    assert sorted(listed) == sorted(methods)


@pytest.mark.usefixtures("double")
def test_the_method_that_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sharp.py").write_text(METHOD, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    kind = import_strategy("sharp:Sharp")
    strategy = kind(space_of("cell"), kind.Config(**QUICK), 1)
    found = strategy.ask(3)
    assert len(found) == 1 and space_of("cell").contains(found[0])
    sys.modules.pop("sharp", None)
