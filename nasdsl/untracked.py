"""Shapes whose dependence on decisions is not tracked.

Some one of a few values is open between them by a decision of its own, which nobody takes: what is
read off it then agrees with it. Of more values only the bounds are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .boxes import Box, hull
from .domains import Domain
from .symbolic import Sym, Var, distinct, index_of, select, substitute

ABSENT = "absent"  # in place of the shape of a tensor that is not there
MAX_FREE = 128  # values that are listed


class Untracked:
    """Makes such shapes; each is something new, unless it is known to be the same."""

    def __init__(self) -> None:
        self.unnamed = 0
        self.standard: dict[str, Var] = {}

    def bit(self) -> Any:
        """Whether a tensor is there, if that is not tracked."""
        return select(index_of(self._unnamed(Domain("bit"))), {0: False, 1: True})

    def _unnamed(self, domain: Domain) -> Var:
        self.unnamed += 1
        return Var(f"?{self.unnamed:06d}", domain, free=True)

    def free_of(self, shapes: Sequence[Any]) -> Any:
        """Some one of these shapes, which one is not tracked."""
        values = [s for s in distinct(list(shapes)) if s is not ABSENT]
        if len(values) == 1:
            return values[0]
        if len(values) > MAX_FREE:
            return hull(values)
        var = self._unnamed(Domain("one", range(len(values))))
        return select(index_of(var), dict(enumerate(sorted(values))))

    def free_join(self, shapes: Sequence[Any]) -> Any:
        """Some one of these open or bounded shapes, which one is not tracked."""
        if all(s == shapes[0] for s in shapes):
            return shapes[0]
        if any(s is None or (isinstance(s, Sym) and s.values is None) for s in shapes):
            return None
        if any(isinstance(s, Box) for s in shapes):
            return hull([bounds_of(s) for s in shapes])
        values: list[Any] = []
        for shape in shapes:
            values += (shape.values or ()) if isinstance(shape, Sym) else (shape,)
        return self.free_of(values)

    def renamed(self, shapes: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[Var, Sym]]:
        """The same shapes with standard names for what is not tracked, and what these stand for."""
        unnamed = frozenset().union(*(s.vars for s in shapes if isinstance(s, Sym)))
        names: dict[Var, Sym] = {}
        for var in sorted((v for v in unnamed if v.free), key=_standard_first):
            path = f"?{len(names):03d}.{var.size}"
            standard = self.standard.setdefault(path, Var(path, var.domain, free=True))
            shapes = tuple([substitute(s, var, index_of(standard)) for s in shapes])
            names[standard] = index_of(var)
        return shapes, names

    def restored(self, shape: Any, names: dict[Var, Sym]) -> Any:
        """A shape with the names of before; what has none is something new."""
        if isinstance(shape, Sym):
            free = (v for v in shape.vars if v.free)
            for var in sorted(free, key=_standard_first, reverse=True):
                name = names.get(var) or index_of(self._unnamed(var.domain))
                shape = substitute(shape, var, name)
        return shape


def bounds_of(shape: Any) -> Any:
    """The bounds of a shape; None if they are not known."""
    if not isinstance(shape, Sym):
        return shape
    return None if shape.values is None else hull([v for v in shape.values if v is not ABSENT])


def _standard_first(var: Var) -> tuple[bool, str]:
    """An order in which standard names make room for each other."""
    return "." not in var.path, var.path
