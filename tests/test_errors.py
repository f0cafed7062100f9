"""What users are told about their mistakes: errors/<case>.nas gives errors/<case>.err.

`pytest tests/test_errors.py --update-golden` rewrites the expectations; read them before keeping them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nasdsl.checks import check_space
from nasdsl.cli.check import search_mistakes
from nasdsl.diagnostics import render

FOLDER = Path(__file__).parent / "errors"
CASES = sorted(FOLDER.glob("*.nas"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_diagnostics(path: Path, request: pytest.FixtureRequest) -> None:
    found, space = check_space(path)
    if space is not None and not any(d.severity == "error" for d in found):
        found += search_mistakes(space)
    text = "\n\n".join(map(render, found)).replace(f"{FOLDER}/", "") + "\n"
    expected = path.with_suffix(".err")
    if request.config.getoption("--update-golden"):
        expected.write_text(text, encoding="utf-8")
    assert found, "this file has a mistake"
    assert text == expected.read_text(encoding="utf-8")
