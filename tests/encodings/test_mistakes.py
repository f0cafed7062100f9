"""What users are told about their texts: errors/<encoding>_<case>.txt gives errors/<…>.err.

`pytest tests/encodings/test_mistakes.py --update-golden` rewrites the expectations; read them before
keeping them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.encodings import Encoding

from .examples import OWN

FOLDER = Path(__file__).parent / "errors"
CASES = sorted(FOLDER.glob("*.txt"))


def said(encoding: Encoding, text: str) -> str:
    with pytest.raises(NasError) as caught:
        encoding.decode(text, "text")
    return f"{caught.value}\n"


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_diagnostics(path: Path, request: pytest.FixtureRequest) -> None:
    encoding = OWN[path.stem.split("_")[0]]
    text = said(encoding, path.read_text(encoding="utf-8"))
    expected = path.with_suffix(".err")
    if request.config.getoption("--update-golden"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
