"""The commands of README.md print what stands below them; its table of spaces is complete.

`pytest tests/test_readme.py --update-golden` writes the outputs. A line `…` stands for any lines.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nasdsl.cli.common import shipped_spaces, size_text
from nasdsl.cli.spaces import doc_line
from nasdsl.space import load

from .consoles import agrees, run, steps
from .documents import ROOT, blocks

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
CONSOLES = [b for b in blocks(TEXT) if b.kind == "console"]


@pytest.mark.parametrize("searches", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_golden_commands(tmp_path: Path, request: pytest.FixtureRequest, searches: bool) -> None:
    text = TEXT
    update = request.config.getoption("--update-golden")
    for block in CONSOLES:
        if "$ nasdsl search" in block.text and not (searches or update):
            continue
        printed = []
        for command, shown in steps(block):
            output = run(command, shown, tmp_path)
            if "…\n" in shown:
                assert agrees(output, shown), f"{command}\n{output}"
                output = shown
            printed.append(f"$ {command}\n{output}")
            assert update or output == shown, command
        text = text.replace(block.text, "".join(printed))
    python = next(b for b in blocks(TEXT) if b.kind == "python")
    (tmp_path / "own.py").write_text("import conftest\n" + python.text, encoding="utf-8")
    assert "tiny:" in run("python own.py", "", tmp_path)
    if update:
        README.write_text(text, encoding="utf-8")


def _rows() -> dict[str, tuple[str, str]]:
    found = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", TEXT, re.MULTILINE)
    return {name: (doc, size) for name, doc, size in found}


def _size(size: int | None) -> str:
    text = size_text(size)
    return text if size is None or size < 10**9 else text.split("about ")[1].rstrip(")")


def test_every_space_is_listed() -> None:
    expected = {name: doc_line(path) for name, path in shipped_spaces().items()}
    assert {name: doc for name, (doc, _) in _rows().items()} == expected


@pytest.mark.slow
def test_golden_sizes(request: pytest.FixtureRequest) -> None:
    found = {n: (doc_line(p), _size(load(p).size)) for n, p in shipped_spaces().items()}
    if request.config.getoption("--update-golden"):
        lines = [f"| `{name}` | {doc} | {size} |\n" for name, (doc, size) in found.items()]
        head = "| space | of | size |\n| --- | --- | --- |\n"
        start = TEXT.index(head) + len(head)
        end = TEXT.index("\n`lib_", start)
        README.write_text(TEXT[:start] + "".join(lines) + TEXT[end:], encoding="utf-8")
    else:
        assert _rows() == found


def test_folders_are_listed() -> None:
    listed = re.findall(r"^\| \[(\w+(?:/\w+)*)/\]", TEXT, re.MULTILINE)
    roots = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"benchmarks"}
    parts = {f"nasdsl/{p.parent.name}" for p in ROOT.glob("nasdsl/*/__init__.py")}
    assert set(listed) == roots | parts
