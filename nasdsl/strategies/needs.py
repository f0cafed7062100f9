"""What strategies need of a space, as names that an Entry lists: the compatibility report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from . import STRATEGIES

if TYPE_CHECKING:
    from nasdsl.space import Space

Need = Callable[["Space"], str | None]


def _finite(space: Space) -> str | None:
    return "it has ranges of real numbers" if space.size is None else None


def _choices(space: Space) -> str | None:
    return "it has only one member" if space.size == 1 else None


#: Each says why a space does not have what is needed, or None if it has it.
NEEDS: Mapping[str, Need] = {"finite": _finite, "choices": _choices}


def obstacles(space: Space, strategy: str) -> list[str]:
    """Why a strategy cannot search a space; [] if it can."""
    return [why for name in STRATEGIES[strategy].needs if (why := NEEDS[name](space)) is not None]
