"""Console sessions of the documents, run as they stand there. A line `…` stands for any lines, and
`…` at the end of a line for the rest of it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from .documents import ROOT, Block


def steps(block: Block) -> list[tuple[str, str]]:
    """Each command with what stands below it."""
    parts = re.split(r"^\$ (.*)\n", block.text, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def run(command: str, shown: str, folder: Path) -> str:
    """What a command prints, run from a checkout; `cat` writes the file that is shown."""
    words = shlex.split(command)
    if words[0] == "cat":
        (folder / words[1]).write_text(shown, encoding="utf-8")
        return shown
    if words[0] == "sed":
        path = folder / words[-1]
        _, old, new, _ = words[2].split("/")
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        return ""
    if words[0] == "ls":
        return "\n".join(sorted(p.name for p in (folder / words[1]).iterdir())) + "\n"
    code = ["-c", "import conftest; from nasdsl.cli.main import main; main()"]
    arguments = [*code, *words[1:]] if words[0] == "nasdsl" else words[1:]
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.stderr + done.stdout


def agrees(printed: str, shown: str) -> bool:
    pattern = re.sub(r"([\[\]?*])", r"[\1]", shown)
    pattern = re.sub(r"^…\n", "*", pattern, flags=re.MULTILINE)
    return fnmatchcase(printed, pattern.replace("…", "*"))
