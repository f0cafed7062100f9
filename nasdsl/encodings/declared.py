"""The encodings that programs declare, and the mistakes of these declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasdsl import syntax as s
from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.scopes import place
from nasdsl.spans import Span

from .encoding import Encoding


def encodings_of(programs: Sequence[s.Program]) -> Mapping[str, Encoding]:
    """The encodings of a program and its imports, by name.

    Raises NasError with every mistake of their declarations but those that only their grammars
    show.
    """
    found, mistakes = _declared(programs)
    if mistakes:
        raise NasError(mistakes)
    return found


def encoding_mistakes(programs: Sequence[s.Program], *, grammars: bool = False) -> list[Diagnostic]:
    """What is wrong with the encodings; with `grammars`, also which of them are ambiguous."""
    found, mistakes = _declared(programs)
    if grammars:
        for encoding in found.values():
            try:
                encoding.check_grammar()
            except NasError as error:
                mistakes += error.diagnostics
    return mistakes


def _declared(programs: Sequence[s.Program]) -> tuple[dict[str, Encoding], list[Diagnostic]]:
    found: dict[str, Encoding] = {}
    first: dict[str, Span | None] = {}
    mistakes: list[Diagnostic] = []
    for item in (i for p in programs for i in p.items if isinstance(i, s.Encoding)):
        name, span = item.name, place(item, item.name)
        if name in first:
            message = f"the encoding `{name}` is declared twice"
            notes = (("first here", first[name]),)
            mistakes.append(Diagnostic("NAS061", message, span, notes=notes))
            continue
        first[name] = span
        try:
            found[name] = Encoding(item)
        except NasError as error:
            mistakes += error.diagnostics
    return found, mistakes
