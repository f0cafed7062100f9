"""The peak of memory of one step of a supernet, in a process of its own.

`python -m benchmarks.footprint ours|theirs SUBJECT BATCH SMALL` prints bytes: by how much a step
raises the highest resident size of a process that has built its network and made one convolution.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import checkout
from .measure import Work


@dataclass(slots=True)
class Footprint:
    """Adds up what the processes printed, so that it serves as the clock of a Work."""

    who: str
    subject: int
    batch: int
    small: bool
    spent: float = field(default=0.0)

    def call(self) -> None:
        sizes = map(str, (self.subject, self.batch, int(self.small)))
        command = [sys.executable, "-m", f"{__package__}.footprint", self.who, *sizes]
        found = subprocess.run(
            command, cwd=checkout.ROOT, check=True, capture_output=True, text=True
        )
        self.spent += float(found.stdout)

    def work(self) -> Work:
        return Work(self.call, clock=lambda: self.spent)


def highest() -> int:
    """Bytes. Where Linux says what this program needed by itself, that: what `getrusage` counts begins with
    the process that started it, which may be larger. The kernel counts in KiB, on a Mac in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main(who: str, subject: str, batch: str, small: str) -> None:
    checkout.prepare()
    import torch

    from .supernets import step, subjects

    torch.set_num_threads(1)
    one = subjects(bool(int(small)))[int(subject)]
    network = one.ours() if who == "ours" else one.theirs()
    torch.nn.Conv2d(3, 4, 3)(torch.randn(2, 3, 8, 8)).sum().backward()  # what torch loads then
    work = step(one, network, int(batch), 1)
    before = highest()
    work.call()
    print(max(highest() - before, 1))


if __name__ == "__main__":
    main(*sys.argv[1:])
