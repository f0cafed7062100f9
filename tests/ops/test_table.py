"""The table as a whole: its imports, its extensions, its documentation."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from nasdsl import syntax
from nasdsl.compiler import helpers
from nasdsl.diagnostics import NasError
from nasdsl.ops import TABLE, Op, lookup, table
from nasdsl.ops.describe import describe
from nasdsl.parser import parse_text
from nasdsl.scope import operators

ROOT = Path(__file__).parents[2]


def test_torch_is_not_imported() -> None:
    code = (
        "import sys, nasdsl.ops, nasdsl.ops.describe; nasdsl.ops.lookup('no_such_operator');"
        "assert not {'torch', 'numpy', 'pydantic'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_names_are_distinct() -> None:
    assert sum(map(len, table.SECTIONS.values())) == len(TABLE)
    assert all(name == op.name for name, op in TABLE.items())


def test_documentation_is_up_to_date() -> None:
    committed = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert committed == describe(), "run python -m nasdsl.ops.describe > docs/operators.md"


def test_helpers_stand_alone() -> None:
    """A helper mentions nothing of its module but torch, nn and F, and no operator names more."""
    tree = ast.parse(inspect.getsource(helpers))
    defined = {n.name for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            assert not names & (defined - {node.name})


OWN = Op("own", "Mine.", 1, (), TABLE["relu"].shape, TABLE["relu"].lower)
CLASH = Op("relu", "Mine.", 1, (), TABLE["relu"].shape, TABLE["relu"].lower)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Pretend that entry points with these values are installed."""

    def install(*names: str) -> None:
        points = [EntryPoint(n, f"{__name__}:{n}", table.GROUP) for n in names]
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
        table.extensions.cache_clear()

    yield install
    table.extensions.cache_clear()


SEVERAL = [OWN]
NONSENSE = [3]


@pytest.mark.parametrize("name", ["OWN", "SEVERAL"])
def test_extension(installed: Any, name: str) -> None:
    installed(name)
    assert lookup("own") is OWN and lookup("relu") is TABLE["relu"] and lookup("other") is None


@pytest.mark.parametrize(
    ("names", "code"),
    [(["CLASH"], "NAS191"), (["OWN", "SEVERAL"], "NAS191"), (["NONSENSE"], "NAS190")],
)
def test_bad_extension(installed: Any, names: list[str], code: str) -> None:
    installed(*names)
    with pytest.raises(NasError) as caught:
        lookup("own")
    assert caught.value.diagnostics[0].code == code


def program(text: str) -> list[syntax.Program]:
    return [parse_text(text)]


def test_programs_mean_extensions_by_names_of_no_other_meaning(installed: Any) -> None:
    installed("OWN")
    assert operators(program("network = image(3, 8, 8) -> own"))["own"] is OWN
    assert "own" not in operators(
        program("motif own = relu\nnetwork = image(3, 8, 8) -> own -> other")
    )


@pytest.mark.parametrize(
    "text",
    [
        "motif own = relu\nnetwork = image(3, 8, 8) -> own",
        "let own = relu\nparam n = 3\nrequire macs < 3M, n > len([1])",
        "motif own(a, b = a) = a -> b\nsearch { strategy = own2(c = d) }",
        "let g = graph (x, y) { a, b = x for i, c in [a] { d += c + i } when y { e = d } out e }",
        "let l = [a + i for i, a in [1, 2] for b in [a] if b > c] where c = 3\nlet r = repeat 3 as k { conv(k) }",
    ],
)
def test_other_programs_load_no_extensions(installed: Any, text: str) -> None:
    installed("NONSENSE")
    assert operators(program(text)) == dict(TABLE)
