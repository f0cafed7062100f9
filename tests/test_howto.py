"""The steps of docs/add-*.md work as they stand there."""

from __future__ import annotations

import importlib
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import torch

import nasdsl
from nasdsl.diagnostics import NasError
from nasdsl.encodings import encodings_of
from nasdsl.ops import table
from nasdsl.parser import parse_text
from nasdsl.space import parse_space

from .documents import ROOT, blocks


def _parts(name: str, kind: str) -> list[str]:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return [b.text for b in blocks(text) if b.kind == kind]


def _module(name: str, text: str, folder: Path, patch: pytest.MonkeyPatch) -> Any:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    patch.syspath_prepend(folder)
    return importlib.import_module(name)


@pytest.mark.parametrize(
    ("page", "file"), [("add-a-space.md", "residual.nas"), ("encodings.md", "code_stack.nas")]
)
def test_add_a_space(page: str, file: str, tmp_path: Path) -> None:
    (program,) = _parts(page, "nas")
    (console,) = _parts(page, "console")
    (checks,) = _parts(page, "python")
    (tmp_path / file).write_text(program, encoding="utf-8")
    (tmp_path / "own.py").write_text("import conftest\n" + checks, encoding="utf-8")
    commands = [line.split()[2:] for line in console.splitlines() if line.startswith("$")]
    code = "import conftest; from nasdsl.cli.main import main; main()"
    for arguments in [["-c", code, *words] for words in commands] + [["own.py"]]:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_mistake_in_a_code_is_as_shown() -> None:
    (program,) = _parts("encodings.md", "nas")
    (shown,) = _parts("encodings.md", "text")
    (encoding,) = encodings_of([parse_text(program)]).values()
    with pytest.raises(NasError) as caught:
        encoding.decode("16k3-32k4")
    assert f"{caught.value}\n" == shown


def test_add_an_op(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = _parts("add-an-op.md", "python")
    (program,) = _parts("add-an-op.md", "nas")
    module = _module("howto_package", code, tmp_path, monkeypatch)
    points = [EntryPoint("clip", "howto_package:OP", table.GROUP)]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    table.extensions.cache_clear()
    try:
        assert table.lookup("clip") is module.OP
        space = parse_space(program)
        networks = [nasdsl.compile(space.build(g)) for g in space.enumerate()]
    finally:
        table.extensions.cache_clear()
    assert len(networks) == 2
    for network in networks:
        assert network(torch.ones(2, 4)).shape == (2, 2)
