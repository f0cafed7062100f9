"""docs/encodings.md lists every encoding and every published text that differs.

`pytest tests/encodings/test_page.py --update-golden` writes both lists.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nasdsl.encodings.describe import table
from tests.documents import ROOT
from tests.rosetta.explained import DIFFERENT, NOT_BUILT

PAGE = ROOT / "docs" / "encodings.md"


def differences() -> str:
    """What tests/rosetta/explained.py says."""
    lines = [
        f"- `{name}`: {have:,} {what}; {why}.\n"
        for name, found in DIFFERENT.items()
        for what, (have, why) in found.items()
    ]
    return "".join(lines + [f"- `{name}`: {why}.\n" for name, why in NOT_BUILT.items()])


@pytest.mark.parametrize(("name", "make"), [("formats", table), ("differences", differences)])
def test_golden_lists(name: str, make: Callable[[], str], request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text(encoding="utf-8")
    first, last = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    start = text.index(first) + len(first)
    end = text.index(last)
    made = f"\n{make()}\n"
    if request.config.getoption("--update-golden"):
        PAGE.write_text(text[:start] + made + text[end:], encoding="utf-8")
    else:
        assert text[start:end] == made, "run pytest tests/encodings/test_page.py --update-golden"
