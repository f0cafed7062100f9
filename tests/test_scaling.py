"""docs/scaling.md: its commands work, one after the other, and its options exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nasdsl.cli.search import resume, search
from nasdsl.cli.worker import worker
from tests.documents import ROOT, blocks
from tests.study.conftest import server
from tests.study.postgres import Server

__all__ = ["server"]
TEXT = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
BLOCKS = [block for block in blocks(TEXT) if block.info == ("sh",)]
RAY = [block for block in blocks(TEXT) if block.info == ("sh", "ray")]
CODE = "import conftest; from nasdsl.cli.main import main; main()"


def test_options_exist() -> None:
    known = {o for command in (search, resume, worker) for p in command.params for o in p.opts}
    known |= {o for command in (search, resume) for p in command.params for o in p.secondary_opts}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", TEXT))
    assert named <= known | {"--evaluate-python"}


def run(folder: Path, text: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """In a shell that stops at the first command that does not work."""
    python = f"nasdsl() {{ {sys.executable} -c '{CODE}' \"$@\"; }}\nset -e\n"
    given = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | variables
    found = subprocess.run(
        ["bash", "-c", python + "\n".join(text)], cwd=folder, env=given, capture_output=True,
        text=True, timeout=1800, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    return found


@pytest.mark.slow
def test_commands_work(tmp_path: Path, server: Server) -> None:
    found = run(tmp_path, [block.text for block in BLOCKS], STORE=server.fresh())
    assert "took over" in found.stdout
    for folder in ("run", "more", "far", "wider"):
        assert (tmp_path / folder / "best.nas").is_file()


@pytest.mark.slow
def test_commands_of_ray_work(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'nasdsl[ray]'")
    (tmp_path / "sitecustomize.py").write_text(
        f"import nasdsl\nnasdsl.__path__.append({str(ROOT)!r})\n"  # as if it were installed
    )
    files = BLOCKS[0].text.partition("nasdsl search")[0]
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    run(tmp_path, [files, *(block.text for block in RAY)], PYTHONPATH=paths)
    assert (tmp_path / "spread" / "best.nas").is_file()
