"""What is known of a strategy before it is imported."""

from __future__ import annotations

from nasdsl.record import Record, record


@record
class Entry(Record):
    """Where a strategy is, and what can be said of it without importing it.

    target: "module:Class". family: the kind of method. paper: its source. use: when to take it, in
    a sentence. needs: what its space must be and cautions: what it is warned of, names of
    nasdsl.strategies.needs. extra: the optional dependencies it imports. several: whether it searches for
    all of several objectives; the others go by the first one.
    """

    target: str
    family: str
    paper: str
    use: str
    needs: tuple[str, ...] = ()
    extra: str = ""
    cautions: tuple[str, ...] = ()
    several: bool = False
