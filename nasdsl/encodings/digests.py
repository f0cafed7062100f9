"""Values that met requirements are known again by the little of them that the requirements read.

Many rows read lengths and short lists of numbers only: the same in text after text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from nasdsl import syntax as s
from nasdsl.values import Fields

from .forms import BUILTINS, Forms, Template

Key: TypeAlias = tuple[Any, ...]

_MOST_KNOWN = 4096
_LONGEST = 64
_SHORT = frozenset(BUILTINS) - {"literal"}


class Digest:
    """What some rows read of a value: the lengths of some of its parts, and other parts whole."""

    def __init__(self, names: tuple[str, ...], reads: set[tuple[str, bool]]) -> None:
        self._names = names
        self._lengths = [names.index(name) for name, whole in sorted(reads) if not whole]
        self._wholes = [names.index(name) for name, whole in sorted(reads) if whole]
        self._known: set[Key] = set()

    def key(self, value: Any) -> Key | None:
        """None for what is no record of these parts."""
        if value.__class__ is not Fields or value.names != self._names:
            return None
        parts = value.values
        return (*[len(parts[i]) for i in self._lengths], *[parts[i] for i in self._wholes])

    def __contains__(self, key: Key | None) -> bool:
        return key in self._known

    def add(self, key: Key) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        if all(len(part) < _LONGEST for part in key if isinstance(part, tuple | str)):
            self._known.add(key)


def digest(rows: Sequence[s.FormCheck], forms: Forms) -> tuple[Digest | None, list[bool]]:
    """The digest of those rows that read little, and which they are."""
    start = forms.rules[forms.start].forms
    template = start[0] if len(start) == 1 else None
    if not isinstance(template, Template) or template.bare:
        return None, [False] * len(rows)
    whole = {slot.field for slot in template.slots if slot.rule in _SHORT}
    fields = [slot.field for slot in template.slots]
    lists = {slot.field for slot in template.slots if slot.rule not in _SHORT}
    reads: set[tuple[str, bool]] = set()
    little: list[bool] = []
    for row in rows:
        found = [*_reads(row, forms.start)]
        fits = all(
            read is not None and (read[0] in whole if read[1] else read[0] in lists | whole)
            for read in found
        )
        little.append(fits)
        reads |= {read for read in found if read is not None} if fits else set()
    return (Digest(tuple(fields), reads) if any(little) else None), little


def _reads(row: s.FormCheck, root: str) -> Iterator[tuple[str, bool] | None]:
    """The parts of the root that a row reads, whole or (False) by length; None for the root itself."""
    stack: list[Any] = [row.condition]
    for clause in row.clauses:
        stack += [clause.source, *([] if clause.cond is None else [clause.cond])]
    while stack:
        node = stack.pop()
        match node:
            case s.Call(
                function=s.Name(id="len"),
                arguments=(s.Argument(value=s.Field(base=s.Name(id=base), name=name)),),
            ) if base == root:
                yield name, False
            case s.Field(base=s.Name(id=base), name=name) if base == root:
                yield name, True
            case s.Name(id=name):
                if name == root:
                    yield None
            case _:
                stack += s.children(node)
