"""All static checks of a program: names, then values, shapes and requirements over all choices."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from . import syntax
from .calls import Signature
from .diagnostics import Diagnostic, NasError
from .evaluate.builtins import BUILTINS
from .names import check_names
from .ops.base import Op, Required
from .scope import Setting, operators
from .source import load as load_programs


@cache
def signatures() -> Mapping[str, Signature]:
    """What each operator and built-in function takes."""

    def of_op(op: Op) -> Signature:
        names = tuple(p.name for p in op.params)
        if op.arity in (0, 1):
            needed = tuple(p.name for p in op.params if isinstance(p.default, Required))
            return Signature(names, needed=needed)
        return Signature(variadic=True, keywords=names)  # tensors may come first

    found = {
        name: Signature(spec.params, spec.required, spec.variadic, weak=True)
        for name, spec in BUILTINS.items()
    }
    for name, op in operators().items():
        both = name in found and op.arity == 1  # abs: of a number, or a module
        found[name] = replace(found[name], required=0, weak=False) if both else of_op(op)
    return found


def static_mistakes(programs: Sequence[syntax.Program], whole: bool = True) -> list[Diagnostic]:
    """Mistakes of names, over all code, also of code that nothing uses."""
    return check_names(programs, signatures(), whole=whole)


def check(path: str | os.PathLike[str], set: Mapping[str, Setting] | None = None) -> list[Diagnostic]:
    """Every mistake and warning of a file; a file without `network` is checked as a library."""
    try:
        programs = load_programs(path)
    except NasError as error:
        return list(error.diagnostics)
    return check_programs(programs, set or {})


def check_programs(
    programs: Sequence[syntax.Program], overrides: Mapping[str, Setting]
) -> list[Diagnostic]:
    """As `check`, for programs that are parsed."""
    from .space import Space

    whole = any(isinstance(i, syntax.Network | syntax.SpaceDecl | syntax.Search) for i in programs[-1].items)
    found = static_mistakes(programs, whole)
    if not whole or any(d.severity == "error" for d in found):
        return found
    try:
        space = Space(programs, overrides)
        _ = space.search
    except NasError as error:
        known = {(d.code, str(d.span)) for d in found}
        return found + [d for d in error.diagnostics if (d.code, str(d.span)) not in known]
    return found + list(space.warnings)
