"""A search that further processes can import, from a checkout too."""

from __future__ import annotations

import conftest  # noqa: F401 (makes compiler/ importable)
from nasdsl.oneshot.gdas import Gdas, GdasConfig, GdasMethod


class Parallel(Gdas):
    Config = GdasConfig
    method = GdasMethod
