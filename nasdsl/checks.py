"""All static checks of a program: names, then values, shapes and requirements over all choices."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache

from . import syntax
from .calls import Signature
from .diagnostics import Diagnostic, NasError
from .evaluate.builtins import BUILTINS
from .names import check_names
from .ops.base import Required
from .scope import Setting, operators
from .source import load as load_programs


@cache
def builtin_signatures() -> Mapping[str, Signature]:
    """What the checks of names must know of operators and built-in functions."""
    found: dict[str, Signature] = {}
    for name, op in operators().items():
        params = tuple(p.name for p in op.params)
        required = sum(isinstance(p.default, Required) for p in op.params)
        combines = op.arity is None or op.arity > 1
        found[name] = Signature(params, 0 if combines else required, variadic=combines or name in BUILTINS,
                                keywords=())  # fmt: skip
    for name, spec in BUILTINS.items():
        if name not in found:
            found[name] = Signature(spec.params, spec.required, variadic=spec.variadic, weak=True)
    return found


def static_mistakes(programs: Sequence[syntax.Program], whole: bool = True) -> list[Diagnostic]:
    """Mistakes of names, over all code, also of code that nothing uses."""
    return check_names(programs, builtin_signatures(), whole=whole)


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
    return found
