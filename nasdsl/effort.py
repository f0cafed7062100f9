"""A bound on the work that reading one space may take, the same on every machine.

Every program has a meaning, but the one of a few lines may be too much to work out. What may be slow
(evaluation, tables of open values, trial of assignments, splitting into cases) spends from one purse.
"""

from __future__ import annotations

LIMIT = 3_000_000  # about as many microseconds; shipped spaces take at most 1.3 million


class Exhausted(Exception):
    """The work is too much. Caught where a space is made, and told as a mistake."""


class Purse:
    """What has been spent since the last `fill`."""

    __slots__ = ("spent",)

    def __init__(self) -> None:
        self.spent = 0

    def fill(self) -> None:
        """Begin anew."""
        self.spent = 0

    def spend(self, amount: int) -> None:
        """Raises Exhausted past the limit."""
        self.spent += amount
        if self.spent > LIMIT:
            raise Exhausted


PURSE = Purse()
