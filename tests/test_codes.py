"""Parameters that are texts of an encoding: what they mean, and where mistakes in them are shown."""

from __future__ import annotations

from typing import Any

import pytest

from nasdsl.diagnostics import NasError, fail
from nasdsl.space import Space, parse_space
from nasdsl.spans import Source, Span
from nasdsl.values import Fields


class Pairs:
    """`conv~0|pool~1`: a list of records of an operator and a number."""

    def decode(self, text: str, name: str = "") -> Any:
        found, at = [], 0
        for part in text.split("|"):
            op, sign, number = part.strip().partition("~")
            if not sign or not number.isdigit():
                span = Span(Source(name or "<pairs>", text), at, at + len(part))
                raise fail("NAS071", f"`{part}` is no pair", span, help="write op~0")
            found.append(Fields(("op", "from"), (op, int(number))))
            at += len(part) + 1
        return tuple(found)

    def encode(self, value: Any) -> str:
        return "|".join(f"{e['op']}~{e['from']}" for e in value)


@pytest.fixture(autouse=True)
def _stub(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("nasdsl.scope.coders", "nasdsl.names.coders"):
        monkeypatch.setattr(place, lambda programs: {"pairs": Pairs()})
