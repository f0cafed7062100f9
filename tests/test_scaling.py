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
CODE = "import conftest; from nasdsl.cli.main import main; main()"


def test_options_exist() -> None:
    known = {o for command in (search, resume, worker) for p in command.params for o in p.opts}
    known |= {o for command in (search, resume) for p in command.params for o in p.secondary_opts}
    named = set(re.findall(r"(?<![\w-])--[a-z-]+", TEXT))
    assert named <= known | {"--evaluate-python"}


@pytest.mark.slow
def test_commands_work(tmp_path: Path, server: Server) -> None:
    """In a shell that stops at the first that does not."""
    python = f"nasdsl() {{ {sys.executable} -c '{CODE}' \"$@\"; }}\nset -e\n"
    script = python + "\n".join(block.text for block in BLOCKS)
    variables = {"PYTHONPATH": str(ROOT), "STORE": server.fresh(), "OMP_NUM_THREADS": "1"}
    found = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=os.environ | variables, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    assert "took over" in found.stdout
    for folder in ("run", "more", "far", "wider"):
        assert (tmp_path / folder / "best.nas").is_file()
