"""Everything that can be said about a file before it is evaluated: one list of diagnostics."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from .calls import Signature
from .diagnostics import Diagnostic, NasError
from .names import check_names
from .source import load


@cache
def signatures() -> Mapping[str, Signature]:
    """What each operator and built-in function takes."""
    from .evaluate.builtins import BUILTINS
    from .ops.base import REQUIRED, Op
    from .ops.table import TABLE, extensions

    def of_op(op: Op) -> Signature:
        names = tuple(p.name for p in op.params)
        if op.arity in (0, 1):
            needed = tuple(p.name for p in op.params if p.default is REQUIRED)
            return Signature(names, needed=needed)
        return Signature(variadic=True, keywords=names)  # tensors may come first

    found = {
        name: Signature(spec.params, spec.required, spec.variadic, weak=True)
        for name, spec in BUILTINS.items()
    }
    found.update((op.name, of_op(op)) for op in (*extensions().values(), *TABLE.values()))
    return found


def check_file(path: str | os.PathLike[str], *, whole: bool = True) -> list[Diagnostic]:
    """The mistakes of a file and its imports, in source order; errors and warnings.

    Unless `whole`, the file may be a library, which needs no `network`.
    """
    try:
        programs = load(path)
    except NasError as error:
        return list(error.diagnostics)
    return check_names(programs, signatures(), whole=whole)
