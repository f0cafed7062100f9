from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl.architecture import Architecture, Graph
from nasdsl.compiler import compile_architecture, emit
from nasdsl.compiler.names import MODULE_ATTRIBUTES, Names, camel, snake
from nasdsl.compiler.write import literal

from .graphs import Builder, architectures, network, parameters
from .hand import cell_network, elman, mobile_network, transformer

SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
EXAMPLES = {
    "cells": cell_network,
    "mobile": mobile_network,
    "elman": elman,
    "transformer": transformer,
}


@SOME
@given(architectures())
def test_the_module_has_the_shapes_and_the_parameters_of_the_architecture(a: Architecture) -> None:
    net = compile_architecture(a)
    assert sum(p.numel() for p in net.parameters()) == parameters(a.graph)
    x = torch.randn(2, *a.inputs[0].shape)
    assert net(x).shape == (2, *a.graph.output_shapes[0])


@SOME
@given(architectures())
def test_text_is_deterministic_and_narrow(a: Architecture) -> None:
    text = emit(a, genotype="g" * 300)
    assert text == emit(a, genotype="g" * 300)
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(make, id=name, marks=() if name == "cells" else pytest.mark.slow)
        for name, make in EXAMPLES.items()
    ],
)
def test_the_file_runs_as_a_script_without_nasdsl(
    tmp_path: Path, make: Callable[[], Architecture]
) -> None:
    a = make()
    path = tmp_path / "net.py"
    path.write_text(emit(a, parameters=parameters(a.graph)), encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": "", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", "-I", str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env=env
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"parameters {parameters(a.graph)}"
    assert "import nasdsl" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("make", EXAMPLES.values(), ids=EXAMPLES)
def test_the_file_is_clean(tmp_path: Path, make: Callable[[], Architecture]) -> None:
    (tmp_path / "net.py").write_text(emit(make()), encoding="utf-8")
    rules = "--select=E,F,I,B,UP,C4,RUF --ignore=RUF001,RUF002,RUF003,RUF005 --line-length=100"
    command = [sys.executable, "-m", "ruff", "check", "--isolated", *rules.split(), "net.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_emitting_does_not_import_torch() -> None:
    code = (
        "import sys, nasdsl, pathlib; nasdsl.__path__.append('.')\n"
        "import nasdsl.compiler; assert 'torch' not in sys.modules\n"
        "from tests.compiler.graphs import Builder, network\n"
        "b = Builder('net', (3, 8, 8))\n"
        "a = network(b.done(b.op('avg_pool', 0, kernel=4, pad='tf', stride=1)))\n"
        "assert 'def avg_pool2d_uneven' in nasdsl.compiler.emit(a)\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_one_class_for_each_motif() -> None:
    text = emit(cell_network())
    classes = [line.split()[1].split("(")[0] for line in text.splitlines() if "class " in line[:6]]
    assert classes == ["Edge", "Cell", "Reduction", "Cells"]
    assert "def __init__(self, channels: int) -> None:" in text
    assert "nn.Sequential(*[Cell(8) for _ in range(3)])" in text


def test_holes_that_differ_become_parameters_and_others_literals() -> None:
    def motif(c: int, stride: int) -> Graph:
        b = Builder("block", (c, 8, 8))
        return b.done(b.chain(0, ("conv", {"kernel": 3, "out": 8, "stride": stride}), "bn"))

    b = Builder("net", (4, 8, 8))
    x = b.call(motif(4, 1), 0)
    x = b.call(motif(8, 2), x)
    text = emit(network(b.done(x)))
    assert "def __init__(self, in_channels: int, stride: int) -> None:" in text
    assert "nn.Conv2d(in_channels, 8, 3, stride=stride, padding=1, bias=False)" in text
    assert "Block(4, 1)" in text and "Block(8, 2)" in text
    assert "nn.BatchNorm2d(8)" in text


def test_a_second_skeleton_of_a_motif_is_a_second_class() -> None:
    def motif(last: str) -> Graph:
        b = Builder("block", (4, 8, 8))
        return b.done(b.chain(0, ("conv", {"kernel": 3}), last))

    b = Builder("block", (4, 8, 8))
    x = b.call(motif("relu"), b.call(motif("silu"), 0))
    text = emit(network(b.done(x)))
    assert [n for n in ("Block", "Block2", "Block3") if f"class {n}(" in text] == [
        "Block",
        "Block2",
        "Block3",
    ]


def test_every_call_owns_its_weights_and_a_scan_shares_them() -> None:
    net = compile_architecture(cell_network(n=2))
    cells = [m for m in net.modules() if type(m).__name__ == "Cell"]
    assert len({id(p) for c in cells for p in c.parameters()}) == sum(
        len(list(c.parameters())) for c in cells
    )
    scanned = compile_architecture(elman())
    assert sum(type(m).__name__ == "Cell" for m in scanned.modules()) == 1


def test_attributes_never_hide_those_of_modules() -> None:
    own = {name for name in dir(torch.nn.Module) if not name.startswith("_")}
    own |= {name for name in vars(torch.nn.Module()) if not name.startswith("_")}
    assert own - MODULE_ATTRIBUTES == set()


@given(st.text(max_size=12))
def test_names_are_identifiers(text: str) -> None:
    assert camel(text).isidentifier() and snake(text).isidentifier()
    assert snake(snake(text)) == snake(text)


@given(st.lists(st.sampled_from(["x", "conv", "conv1", "n2", "type"]), max_size=12))
def test_series_are_unique(bases: list[str]) -> None:
    names = Names(["type"]).series(bases)
    assert len(set(names)) == len(names) and "type" not in names


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)


@given(_VALUES)
def test_literals_read_back(value: object) -> None:
    read = ast.literal_eval(literal(value))  # type: ignore[arg-type]
    assert read == value and type(read) is type(value)
