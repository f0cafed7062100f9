"""Which encoding a text belongs to.

Most are ruled out by the text's first character, which takes no grammar. If several read the text,
nothing is guessed. If none does, the mistake is shown in the one that reads most of it.
"""

from __future__ import annotations

import string
from functools import cache
from typing import Any

from nasdsl.diagnostics import Diagnostic, NasError

from .encoding import ASSIGNED, Encoding
from .forms import Forms, Mark, Part, Quoted, Template
from .library import encoding, home, homes, summary

_NUMBER = frozenset(string.digits + "+-.")
_LETTERS = frozenset(string.ascii_letters)
_QUOTES = frozenset("'\"")
_BUILT_IN = {
    "int": _NUMBER, "digit": _NUMBER, "number": _NUMBER, "float": _NUMBER,
    "letters": _LETTERS, "alnum": _LETTERS | _NUMBER, "word": _LETTERS | _NUMBER | {"_"},
    "text": _QUOTES, "bool": frozenset("TtFf"), "indices": frozenset("[(r"),
}  # fmt: skip
_NONE = object()
_SHOWN = 6  # names and mistakes in a message


def identify(text: str) -> str:
    """The encoding that a text belongs to.

    Raises NasError (NAS562) if there are several, with their names, or none: with the mistake of
    the nearest.
    """
    found = detect(text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise _nearest(text)
    listed = ", ".join(f"`{name}`" for name in found[:-1])
    message = f"the text may be {listed} or `{found[-1]}`"
    notes = tuple((f"{name}: {summary(name)['doc']}", None) for name in found[:_SHOWN])
    help = f"say which: --as {found[0]}"
    raise NasError(Diagnostic("NAS562", message, notes=notes, help=help))


def detect(text: str) -> list[str]:
    """The names of the shipped encodings that a text belongs to, those with a program first.

    Of those that read it as the same value, one without a program says nothing more than one with.
    """
    values = {name: _value(encoding(name), text) for name in possible(text)} if text.strip() else {}
    values = {name: value for name, value in values.items() if value is not _NONE}
    known = [value for name, value in values.items() if home(name).program]
    found = [n for n, value in values.items() if home(n).program or value not in known]
    return sorted(found, key=lambda name: (home(name).program is None, name))


def possible(text: str) -> list[str]:
    """The encodings with texts that begin as this one does."""
    text = text.lstrip()
    named = ASSIGNED.match(text)
    value = text[named.end() :].lstrip() if named else text
    found = []
    for name in homes():
        layout = encoding(name).forms.layout
        first = _openings(name)
        start = (value if layout == "python" else text)[:1]
        if first is None or start in first or (start == "#" and layout == "python"):
            found.append(name)
    return found


@cache
def _openings(name: str) -> frozenset[str] | None:
    forms = encoding(name).forms
    return openings(forms, forms.start)


def openings(forms: Forms, rule: str, level: int = 0) -> frozenset[str] | None:
    """The characters that texts of a rule begin with; None if that takes a closer look."""
    if rule not in forms.rules:
        return _BUILT_IN.get(rule)
    if level > len(forms.rules):
        return frozenset()
    found: frozenset[str] = frozenset()
    for form in forms.rules[rule].forms:
        part = form.parts[0] if isinstance(form, Template) and form.parts else None
        first = _first(forms, part, level)
        if first is None:
            return None
        found |= first
    return found


def _first(forms: Forms, part: Part | None, level: int) -> frozenset[str] | None:
    if part is None:  # a link, fields in any order, or nothing at all
        return None
    if isinstance(part, Quoted):
        return _QUOTES
    if isinstance(part, Mark):
        first = part.text.strip()[:1]
        return _QUOTES if first in _QUOTES else frozenset(first) or None
    if part.separator is not None:
        return None  # the list may be empty
    return openings(forms, part.rule, level + 1)


def reads(notation: Encoding, text: str) -> bool:
    """Whether a text is of an encoding."""
    return _value(notation, text) is not _NONE


def _value(notation: Encoding, text: str) -> Any:
    try:
        return notation.decode(text)
    except NasError:
        return _NONE


def _nearest(text: str) -> NasError:
    """The mistake of the encodings that read most of a text of none."""
    read: list[tuple[int, str, Diagnostic]] = []
    named = ASSIGNED.match(text)
    begin = named.end() if named else 0
    for name in possible(text) if text.strip() else []:
        try:
            encoding(name).decode(text)
        except NasError as error:
            found = error.diagnostics[0]
            if found.span is not None and found.span.source.text == text:
                whole = found.code == "NAS073"  # all of it is read, and breaks a requirement
                read.append((len(text) + 1 if whole else found.span.start, name, found))
    most = max((length for length, _, _ in read), default=0)
    near = [(name, found) for length, name, found in read if length == most > begin]
    if not 0 < len(near) <= _SHOWN:
        help = "`nasdsl encodings` lists them, and `--as NAME` says why a text is not of one"
        message = "the text belongs to no known encoding" if text.strip() else "the text is empty"
        return NasError(Diagnostic("NAS562", message, help=help))
    name, found = near[0]
    names = ", ".join(f"`{name}`" for name, _ in near[:_SHOWN])
    message = f"no known encoding reads the text; nearest is {names}: {found.message}"
    if len(near) > 1:
        message = (
            f"no known encoding reads the text; nearest are {names}; of the first: {found.message}"
        )
    help = found.help or ("`--as NAME` says why not, for each" if len(near) > 1 else "")
    return NasError(Diagnostic("NAS562", message, found.span, found.label, found.notes, help))
