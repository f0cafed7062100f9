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
    """What tests/rosetta/explained.py says, an item for each reason."""
    reasons: dict[str, list[str]] = {}
    for name, found in DIFFERENT.items():
        for why in dict.fromkeys(why for _, why in found.values()):
            have = ", ".join(f"{count:,} {what}" for what, (count, w) in found.items() if w == why)
            reasons.setdefault(why, []).append(f"`{name}` (here {have})")
    for name, why in NOT_BUILT.items():
        reasons.setdefault(why, []).append(f"`{name}` (missing)")
    return "".join(f"- {', '.join(names)}: {why}.\n" for why, names in reasons.items())


@pytest.mark.parametrize(
    ("name", "make"),
    [pytest.param("formats", table, marks=pytest.mark.slow), ("differences", differences)],
)
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
