from __future__ import annotations

import pytest

from nasdsl.oneshot import strategy

from .double import make_double


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches train the double instead of a compiled supernet."""
    monkeypatch.setattr(strategy, "make_supernet", make_double)
