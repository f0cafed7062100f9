"""What a worker process may use: memory, cores, a GPU."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from nasdsl.diagnostics import fail

_STATUS = Path("/proc/self/status")


def check_memory() -> None:
    """NAS574 if the memory of a process cannot be limited here."""
    if not _STATUS.is_file():
        help = "leave --memory out, or run the workers on Linux"
        raise fail("NAS574", "the memory of a trial can only be limited on Linux", help=help)


def limit_memory(size: int) -> None:
    """Let this process take so many bytes more than it has now; then allocations fail.

    The limit is on private memory (RLIMIT_DATA): address space that CUDA reserves is not counted.
    """
    import resource

    check_memory()
    found = re.search(r"^VmData:\s*(\d+) kB", _STATUS.read_text(encoding="utf-8"), re.MULTILINE)
    used = int(found[1]) * 1024 if found else 0
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (used + size, hard))


def shares(slots: int) -> list[list[int]]:
    """The cores of each slot: as many for each, one core for several where there are too few."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if not cores:
        return [[] for _ in range(slots)]
    size = max(1, len(cores) // slots)
    starts = [slot * size % (len(cores) // size * size) for slot in range(slots)]
    return [cores[start : start + size] for start in starts]


def find_gpus() -> list[str]:
    """The devices that CUDA may use here, without asking CUDA."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name.strip() for name in visible.split(",") if name.strip()]
    found = (re.fullmatch(r"nvidia(\d+)", path.name) for path in Path("/dev").glob("nvidia*"))
    return sorted((match[1] for match in found if match), key=int)


def environment(slot: int, cores: Sequence[int], gpus: Sequence[str]) -> Mapping[str, str]:
    """Variables of a worker process: threads by its cores, one GPU, read before torch is loaded."""
    found = dict(os.environ)
    if cores:
        threads = str(len(cores))
        found |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    if gpus:
        found["CUDA_VISIBLE_DEVICES"] = gpus[slot % len(gpus)]
    return found
