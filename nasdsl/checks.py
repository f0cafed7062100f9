"""All static checks of a program: names, then values, shapes and requirements over all choices."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from . import syntax
from .calls import Signature
from .diagnostics import Diagnostic, NasError
from .evaluate.builtins import BUILTINS
from .names import check_names
from .ops.base import Op, Required
from .scope import CONSTANTS, Setting, operators
from .source import load as load_programs

if TYPE_CHECKING:
    from .space import Space


def signatures(programs: Sequence[syntax.Program] = ()) -> Mapping[str, Signature]:
    """What each operator and built-in function takes that programs can mean."""
    found = {
        name: Signature(spec.params, spec.required, spec.variadic, weak=True)
        for name, spec in BUILTINS.items()
    }
    found.update((name, Signature(weak=True)) for name in CONSTANTS)
    for name, op in operators(programs).items():
        found[name] = _both(found[name], op) if name in found else _of_op(op)
    return found


def _both(function: Signature, op: Op) -> Signature:
    """A name with two meanings (abs: of a number, or a module)."""
    if op.arity != 1:
        return _of_op(op)
    return Signature(function.positional, variadic=function.variadic)


@cache
def _of_op(op: Op) -> Signature:
    names = tuple(p.name for p in op.params)
    if op.arity in (0, 1):
        needed = tuple(p.name for p in op.params if isinstance(p.default, Required))
        return Signature(names, needed=needed)
    return Signature(variadic=True, keywords=names)  # tensors may come first


def static_mistakes(programs: Sequence[syntax.Program], whole: bool = True) -> list[Diagnostic]:
    """Mistakes of names and encodings, over all code, also of code that nothing uses."""
    return check_names(programs, signatures(programs), whole=whole) + _of_encodings(programs)


def _of_encodings(programs: Sequence[syntax.Program], grammars: bool = False) -> list[Diagnostic]:
    if not any(isinstance(i, syntax.Encoding) for p in programs for i in p.items):
        return []
    from .encodings.declared import encoding_mistakes

    return encoding_mistakes(programs, grammars=grammars)


def check(
    path: str | os.PathLike[str], set: Mapping[str, Setting] | None = None
) -> list[Diagnostic]:
    """Every mistake and warning of a file; a file without `network` is checked as a library."""
    return check_space(path, set)[0]


def check_space(
    path: str | os.PathLike[str], set: Mapping[str, Setting] | None = None
) -> tuple[list[Diagnostic], Space | None]:
    """As `check`, and the space, if the file is one and has no mistakes but in its search block."""
    try:
        programs = load_programs(path)
    except NasError as error:
        return list(error.diagnostics), None
    return _check(programs, set or {})


def check_programs(
    programs: Sequence[syntax.Program], set: Mapping[str, Setting] | None = None
) -> list[Diagnostic]:
    """As `check`, for programs that are parsed."""
    return _check(programs, set or {})[0]


def _check(
    programs: Sequence[syntax.Program], overrides: Mapping[str, Setting]
) -> tuple[list[Diagnostic], Space | None]:
    whole = any(
        isinstance(i, syntax.Network | syntax.SpaceDecl | syntax.Search) for i in programs[-1].items
    )
    found = check_names(programs, signatures(programs), whole=whole)
    found += _of_encodings(programs, grammars=True)
    if not whole or any(d.severity == "error" for d in found):
        return found, None
    from .space import Space

    space = None
    try:
        space = Space(programs, overrides, names_checked=True)
        _ = space.search
    except NasError as error:
        known = {(d.code, str(d.span)) for d in found}
        found += [d for d in error.diagnostics if (d.code, str(d.span)) not in known]
    return found + list(space.warnings if space else ()), space
