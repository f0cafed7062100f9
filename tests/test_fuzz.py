"""Whatever the text, `check` ends soon, in little memory, with diagnostics or a space."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl.checks import check_space
from nasdsl.diagnostics import NasError, render
from nasdsl.format import print_program
from nasdsl.syntax import Program
from tests.damage import ROOT, grafted, soups, torn
from tests.trees import programs

SECONDS = 90  # of one text, of processor time: what is too much to work out takes some thirty
MEMORY = 1 << 30  # bytes that a process may ask for
OTHERS = list(HealthCheck)
few = settings(deadline=None, suppress_health_check=OTHERS, max_examples=25)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the libraries that spaces import."""
    found = tmp_path_factory.mktemp("fuzz")
    for path in ROOT.glob("spaces/lib_*.nas"):
        shutil.copy(path, found)
    return found


@contextmanager
def in_time() -> Iterator[None]:
    start = process_time()
    yield
    assert process_time() - start < SECONDS


def survive(folder: Path, data: bytes) -> None:
    """Check the text; if it is a space, its architectures can be built, where that was proven."""
    path = folder / "text.nas"
    path.write_bytes(data)
    with in_time():
        found, space = check_space(path)
        for diagnostic in found:
            assert render(diagnostic)
        if space is None:
            return
        for seed in range(2):
            try:
                space.build(space.sample(Random(seed)))
            except NasError:
                assert space.unproven


@few
@given(text=soups())
def test_soups(folder: Path, text: str) -> None:
    survive(folder, text.encode())


@few
@given(data=st.binary(max_size=60))
def test_bytes(folder: Path, data: bytes) -> None:
    survive(folder, data)


@few
@given(text=torn())
def test_torn_texts(folder: Path, text: str) -> None:
    survive(folder, text.encode())


@few
@given(program=programs())
def test_random_trees(folder: Path, program: Program) -> None:
    survive(folder, f"network = vector(4) -> relu\n{print_program(program)}".encode())


@few
@given(text=grafted())
def test_grafted_texts(folder: Path, text: str) -> None:
    survive(folder, text.encode())


@pytest.mark.slow
@settings(few, max_examples=300)
@given(text=st.one_of(grafted(small=False), torn()))
def test_grafted_spaces(folder: Path, text: str) -> None:
    survive(folder, text.encode())


# ---------------------------------------------------------------------------- parts that are shared


def tower(first: str, step: str, last: str, height: int = 60) -> str:
    """A name, a name that uses it several times, and so on: small, unless it is written out."""
    names = "".join(f"let a{i + 1} = {step.replace('@', f'a{i}')}\n" for i in range(height))
    return f"let a0 = {first}\n{names}network = vector(4) -> {last.replace('@', f'a{height}')}\n"


SIZE, FOUND = "linear(1 + @)", "linear(4)\nrequire 1 in @"
TOWERS = {
    "halves": tower("any [0, 1]", "(@ + @) / 2", SIZE),
    "required halves": tower("any [0, 1]", "(@ + @) / 2", "relu\nrequire @ == 1"),
    "conditions": tower("any [0, 1]", "(1 - @) if @ == 1 else @", SIZE),
    "choices": tower("any [0, 1]", "any [@, 1 - @]", SIZE),
    "indices": tower("any [0, 1]", "[@, 1 - @][@]", SIZE),
    "real numbers": tower("any 0.0..1.0", "(@ * @ + @) / 2", "relu\nrequire @ < 0.5"),
    "permutations": tower("permutation of [0, 1]", "[@[@[0]], @[@[1]]]", "linear(1 + @[0])"),
    "nested lists": tower("[1]", "[@, @]", FOUND),
    "nested open lists": tower("[any [0, 1]]", "[@, @]", FOUND),
    "nested optional lists": tower("some of [1, 2]", "[@, @]", FOUND),
    "nested lists in lists": tower("[1]", "[[y, y] for y in @]", FOUND),
    "joined lists": tower("[1]", "@ + @", "linear(len(@))"),
    "reversed picks": tower("pick 1 of [1, 2]", "reverse(@)", "linear(1 + sum(@))"),
    "open lists": tower("some of [1, 2]", "@ if len(@) == 1 else reverse(@)", "reshape(@)"),
    "numbers of a list": tower("[1]", "@ + @", "linear(sum(@))"),
    "chains": tower("relu", "@ -> @", "@"),
    "open chains": tower("relu | tanh", "@ -> @", "@"),
    "sums": tower("relu", "sum([@, @])", "@"),
    "graphs": tower("linear(4)", "graph (x) { y = x -> @ z = x -> @ out sum([y, z]) }", "@"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOWERS)
def test_towers(folder: Path, name: str) -> None:
    survive(folder, TOWERS[name].encode())


# ---------------------------------------------------------------------------- memory

BOUNDED = """
import resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
import conftest, nasdsl
for path in sys.argv[2:]:
    nasdsl.check(path)
status = open("/proc/self/status").read()  # `ru_maxrss` counts the process that started this one
print(status.partition("VmHWM:")[2].split()[0])
"""


def test_memory_is_bounded(tmp_path: Path) -> None:
    """A process that may have little memory survives the towers, and what is too long or too deep."""
    texts = {
        **TOWERS,
        "long": "let a = 1\n" * 20_000,
        "deep": "let a = " + "(" * 100_000,
        "options": "network = vector(4) -> linear(any 1..100000)",
        "lists": "let a = [[i, j] for i in 1..100 for j in 1..100]\nnetwork = vector(4) -> linear(len(a))",
        "noise": "".join(Random(0).choice("([{<\"'#|,\n") for _ in range(100_000)),
    }
    paths = []
    for name, text in texts.items():
        paths.append(tmp_path / f"{name}.nas")
        paths[-1].write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(MEMORY), *map(str, paths)],
        check=False, capture_output=True, text=True, cwd=ROOT, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 500_000  # kilobytes
