"""CPU time of short commands, against importing the libraries that the language is made with.

Each figure is the least user and system time of a whole process, over rounds in which all commands
take turns, so that a busy machine slows all of them alike. Bytecode is cached, as it is when installed.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nasdsl
from nasdsl.source import shipped

from . import checkout
from .measure import Row
from .table import text

MOST = 1.5
ROUNDS = 15
BASE = "import lark, click, pydantic"


def main(rounds: int = ROUNDS) -> list[Row]:
    """Measure. A bar says how many times the base a command may take."""
    with tempfile.TemporaryDirectory() as cache:
        digits = shipped()["digits.nas"]
        plain = Path(cache) / "plain.nas"
        plain.write_text(Path(digits).read_text().partition("\nsearch {")[0])
        commands = {
            "--help": cli("--help"),
            "check, no search block": cli("check", str(plain)),
            "check digits.nas": cli("check", digits),
            "fmt --check digits.nas": cli("fmt", "--check", digits),
            "info digits.nas": cli("info", digits),
        }
        base = ["-c", BASE]
        cpu(base, cache)
        times = {what: cpu(command, cache) for what, command in commands.items()}  # fills caches
        basis = cpu(base, cache)
        for _ in range(rounds):
            basis = min(basis, cpu(base, cache))
            for what, command in commands.items():
                times[what] = min(times[what], cpu(command, cache))
    return [
        Row(
            "Start of commands (CPU time, least of the rounds)",
            f"nasdsl {what}",
            t,
            BASE,
            basis,
            (basis / t,),
            bar=1 / MOST if what[:1] in "-c" else None,
        )
        for what, t in times.items()
    ]


def cli(*arguments: str) -> list[str]:
    """The command from where this nasdsl is, installed or a checkout."""
    folders = list(nasdsl.__path__)
    start = (
        f"import sys; sys.path.insert(0, {str(Path(folders[0]).parent)!r}); import nasdsl; "
        f"nasdsl.__path__.extend({folders[1:]!r}); from nasdsl.cli.main import main; main()"
    )
    return ["-c", start, *arguments]


def cpu(command: Sequence[str], cache: str) -> float:
    """User and system seconds of a Python process, which has to succeed."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "XDG_CACHE_HOME": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *command], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    checkout.prepare()
    print(text(main()), end="")
