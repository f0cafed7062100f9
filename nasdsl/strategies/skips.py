"""Which decisions are skip connections: bits of a layer, one for each earlier layer.

`some of` over the tensors of a graph's loop makes one bit for each tensor so far. Their paths name
both ends: the j-th bit of layer i is `…[i]/…[j]`, as in `graph/i[3]/fed[1]`. Where the tensors begin
with one that no layer made, layer i has i + 1 bits, and bit j + 1 is that of layer j.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.record import Record, record

if TYPE_CHECKING:
    from nasdsl.space import Space

MOST = 20_000  # decisions that are looked at
_BIT = re.compile(r"(?P<loop>.*)\[(?P<layer>\d+)\](?P<inner>[^\[\]]*)\[(?P<earlier>\d+)\]")
_INDEX = re.compile(r"\[\d+\]")


@record
class Skip(Record):
    """A bit that may connect an earlier layer, found below the path `earlier`, to the layer whose
    bits have paths that begin with `group`."""

    group: str
    earlier: str


class Skips:
    """The skip connections among the atoms of a space, by their keys."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Patterns are paths with [i] for the layer and [j] or [j+1] for an earlier one, [*] for any
        index: `graph/i[i]/fed[j]`.

        Raises NasError (NAS327) where a pattern has not both.
        """
        self._patterns = [_compiled(pattern) for pattern in patterns]
        self.find = lru_cache(maxsize=100_000)(self._find)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def _find(self, key: str) -> Skip | None:
        """The skip connection that an atom is, or None."""
        for pattern, shift in self._patterns:
            if met := pattern.fullmatch(key):
                loop, earlier = key[: met.start("i") - 1], int(met["j"]) - shift
                return Skip(key[: met.start("j") - 1], f"{loop}[{earlier}]")
        return None


def scopes(key: str) -> list[str]:
    """The layers that an atom is part of: its path up to each index."""
    return [key[: met.end()] for met in _INDEX.finditer(key)]


def inferred(space: Space) -> list[str]:
    """The patterns of a space's skip connections: bits that each name an earlier layer."""
    most: dict[str, int] = {}  # by how much the number of a bit exceeds that of its layer
    for path, domain in space.all_decisions(MOST):
        if domain.kind == "bit" and (met := _BIT.fullmatch(path)):
            pattern = f"{met['loop']}[i]{met['inner']}"
            excess = int(met["earlier"]) - int(met["layer"])
            most[pattern] = max(excess, most.get(pattern, excess))
    return [p + ("[j]" if n < 0 else "[j+1]") for p, n in most.items() if n <= 0]


def skips(space: Space, patterns: Sequence[str]) -> Skips:
    """Those that patterns name: ("auto",) for what can be inferred, ("none",) or () for none.

    Raises NasError (NAS327) for a pattern that no decision has.
    """
    if patterns in (("auto",), ("none",)):
        return Skips(inferred(space) if patterns == ("auto",) else ())
    for pattern in patterns:
        one = Skips([pattern])
        if not any(one.find(path) for path, _ in space.all_decisions(MOST)):
            message = f"no decision of space `{space.name}` is `{pattern}`"
            found = ", ".join(f"`{other}`" for other in inferred(space)[:3])
            help = f"its skip connections are {found}" if found else "`skips = none` goes without"
            raise NasError(Diagnostic("NAS327", message, help=help))
    return Skips(patterns)


def _compiled(pattern: str) -> tuple[re.Pattern[str], int]:
    """Of indices named [i] the last is meant: `i[i]` is the loop over i at layer i."""
    rest, shift = pattern.removesuffix("[j+1]"), 1
    if rest == pattern:
        rest, shift = pattern.removesuffix("[j]"), 0
    outer, layer, inner = rest.rpartition("[i]")
    if not layer or rest == pattern:
        message = f"`{pattern}` is no pattern of skip connections"
        help = "write the path with [i] for a layer and, last, [j] for an earlier one: `graph/i[i]/y[j]`"
        raise NasError(Diagnostic("NAS327", message, help=help))
    left, right = (re.escape(part).replace(r"\[\*\]", r"\[\d+\]") for part in (outer, inner))
    return re.compile(rf"{left}\[(?P<i>\d+)\]{right}\[(?P<j>\d+)\]"), shift
