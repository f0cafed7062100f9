"""Evaluators that do what trials do to those who run them, by the genotype; for worker processes."""

from __future__ import annotations

import ctypes
import math
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nasdsl import parse_space
from nasdsl.space import Space
from nasdsl.study.config import Choice, SearchConfig
from nasdsl.study.store import Store, StudyInfo

FAULTS = "none", "raise", "segfault", "exit", "hang", "block", "memory", "nan", "disk", "none2"
ALTERNATIVES = " ".join(f"{name}: linear({i + 2})" for i, name in enumerate(FAULTS))
FAULTY = f"""space faulty
let fault = one of {{ {ALTERNATIVES} }}
network = vector(4) -> fault -> linear(2)
"""
TEXT = """space plain
network = vector(4) -> linear(any 1..20) -> (relu | tanh) -> linear(any 1..20) -> linear(2)
"""
FILE = "space.nas"


def full_disk() -> None:
    with open("/dev/full", "w") as file:
        file.write("x" * 100_000)


def hang() -> None:
    """Past Python's signal handlers, as native code does."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(3600)


def oom() -> None:
    bytearray(8 << 30)


ACTIONS: Mapping[str, Callable[[], Any]] = {
    "raise": lambda: 1 / 0,
    "segfault": lambda: ctypes.string_at(0),
    "exit": lambda: os._exit(3),
    "hang": hang,
    "block": lambda: time.sleep(3600),
    "memory": oom,
    "disk": full_disk,
}


def evaluate(genotype: Any, architecture: Any, *, seed: int, budget: Any) -> dict[str, float]:
    """Misbehave as the first decision says; else a number of the genotype and the seed."""
    fault = FAULTS[genotype.choices[0]]
    if fault in ACTIONS:
        ACTIONS[fault]()
    value = math.nan if fault == "nan" else seed / 2**33
    for epoch in range(2):
        budget.report({"epoch": float(epoch), "accuracy": value * (epoch + 1) / 2})
    return {"accuracy": value}


def harmless(genotype: Any, architecture: Any, *, seed: int, budget: Any) -> dict[str, float]:
    """A number of the genotype and the seed, now and then none."""
    if seed % 7 == 0:
        raise ArithmeticError("unlucky")
    return {"accuracy": sum(genotype.choices) + seed / 2**33}


def deadly(genotype: Any, architecture: Any, *, seed: int, budget: Any) -> dict[str, float]:
    """Take the process with it."""
    os._exit(9)


def cuda(genotype: Any, architecture: Any, *, seed: int, budget: Any) -> dict[str, float]:
    """Take more of a GPU than there is, in the words of torch, in every second trial."""
    import torch

    if seed % 2:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
    return {"accuracy": float(os.getpid())}


def placed(genotype: Any, architecture: Any, *, seed: int, budget: Any) -> dict[str, float]:
    """Where the process of the trial may run."""
    time.sleep(0.2)  # so that both workers get some
    found = os.environ
    return {
        "accuracy": float(os.getpid()),
        "gpu": float(found["CUDA_VISIBLE_DEVICES"]),
        "core": float(min(os.sched_getaffinity(0))),
        "cores": float(len(os.sched_getaffinity(0))),
        "threads": float(found["OMP_NUM_THREADS"]),
    }


def dies_once(genotype: Any, architecture: Any, *, seed: int, budget: Any) -> dict[str, float]:
    """Be killed from outside, as by a system short of memory, but for the second time."""
    mark = Path(os.environ["MARKS"]) / str(seed)
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"accuracy": 1.0}


def slow(genotype: Any, architecture: Any, *, seed: int, budget: Any) -> dict[str, float]:
    """Longer for some, so that trials end in another order than they began."""
    time.sleep(seed % 5 * 0.01)
    return harmless(genotype, architecture, seed=seed, budget=budget)


def writing(genotype: Any, architecture: Any, *, seed: int, budget: Any) -> dict[str, float]:
    """Write a checkpoint of a name that the seed gives, in pieces, and read it back."""
    path = Path(os.environ["CHECKPOINTS"]) / f"{seed}.ckpt"
    with path.open("wb") as file:
        for _ in range(20):
            file.write(seed.to_bytes(4) * 1000)
            file.flush()
    value = harmless(genotype, architecture, seed=seed, budget=budget)
    assert path.read_bytes() == seed.to_bytes(4) * 20_000
    return value


def space(text: str = TEXT) -> Space:
    return parse_space(text, FILE)


def settings(
    evaluator: str = "harmless", strategy: str = "random", budget: int = 10, **more: Any
) -> SearchConfig:
    target = f"tests.study.faulty:{evaluator}"
    return SearchConfig(
        strategy=Choice(name=strategy),
        evaluate=Choice(name="python", options={"target": target}),
        budget=budget,
        seed=3,
    ).model_copy(update=more)


def info(config: SearchConfig, text: str = TEXT, name: str = "test") -> StudyInfo:
    found, options = space(text), config.model_dump(mode="json")
    return StudyInfo(name, found.name, found.hash, options, config.seed, {FILE: text})


Content = list[tuple[Any, ...]]


def content(place: str | Path, *, order: bool = True) -> Content:
    """What two runs of one seed agree on; without the order, whatever ran at the same time."""
    with Store.open(place, write=False) as store:
        rows = list(store.rows())
    return [
        (r.number, r.genotype, r.decisions, r.space_hash, r.state, r.seed, r.values, r.metrics,
         r.curve, r.budget, r.params, r.macs, r.reason, *((r.asked, r.told) if order else ()))
        for r in rows
    ]  # fmt: skip
