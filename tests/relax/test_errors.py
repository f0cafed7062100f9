"""What users are told where a space has no supernet: tests/errors/relax/<case>.nas gives <case>.err.

`pytest tests/relax/test_errors.py --update-golden` rewrites the expectations; read them first.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nasdsl.diagnostics import NasError, render
from nasdsl.relax import relax
from nasdsl.space import load

FOLDER = Path(__file__).parents[1] / "errors" / "relax"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.nas")), ids=lambda p: p.stem)
def test_diagnostics(path: Path, request: pytest.FixtureRequest) -> None:
    space = load(path)
    with pytest.raises(NasError) as error:
        relax(space)
    text = "\n\n".join(map(render, error.value.diagnostics)).replace(f"{FOLDER}/", "") + "\n"
    expected = path.with_suffix(".err")
    if request.config.getoption("--update-golden"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
