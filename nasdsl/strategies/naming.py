"""Options that name decisions or parts of the space: whether the space has them.

A strategy looks when it is made. Here the same is found out without importing any strategy, for
`nasdsl check`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from . import STRATEGIES

if TYPE_CHECKING:
    from nasdsl.space import Space


def _block(space: Space, name: str) -> None:
    from .density import check_block

    check_block(space, name)


def _level(space: Space, name: str) -> None:
    from .levels import plan

    plan(space, name, 1)


def _skips(space: Space, patterns: list[str]) -> None:
    from .skips import skips

    skips(space, tuple(patterns))


def _state(space: Space, features: list[str]) -> None:
    from .abstraction import check_names

    check_names(features, space)


#: What an option of this name, in whichever strategy, has to be; each raises NasError if it is not.
NAMING: Mapping[str, Callable[[Space, Any], None]] = {
    "block": _block,
    "level": _level,
    "skips": _skips,
    "state": _state,
}


def check_options(space: Space, strategy: str, options: Mapping[str, Any]) -> None:
    """Raises NasError (NAS326…329) for an option, valid in itself, that names what is not there.

    Strategies of other packages look for themselves.
    """
    if strategy in STRATEGIES:
        for name in sorted(NAMING.keys() & options.keys()):
            NAMING[name](space, options[name])
