"""Mistakes as values: a Diagnostic states one, `render` draws it, NasError carries several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from .record import Record, record
from .spans import Span

_MAX_CARETS = 80


@record
class Diagnostic(Record):
    """One mistake: a stable code, a message, where it is, and what would help."""

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    notes: tuple[tuple[str, Span | None], ...] = ()
    help: str = ""
    severity: Literal["error", "warning", "note"] = "error"

    @property
    def where(self) -> str:
        return str(self.span) if self.span else ""

    def __str__(self) -> str:
        return render(self)


class NasError(Exception):
    """Bad input: one or more diagnostics, in source order."""

    def __init__(self, diagnostics: Sequence[Diagnostic] | Diagnostic) -> None:
        if isinstance(diagnostics, Diagnostic):
            diagnostics = (diagnostics,)
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n\n".join(render(d) for d in self.diagnostics)


def fail(
    code: str,
    message: str,
    span: Span | None = None,
    *,
    label: str = "",
    notes: tuple[tuple[str, Span | None], ...] = (),
    help: str = "",
) -> NasError:
    """An exception with a single diagnostic, to be raised by the caller."""
    return NasError(Diagnostic(code, message, span, label, notes, help))


def moved(found: Diagnostic, move: Callable[[Span], Span]) -> Diagnostic:
    """A diagnostic with its places moved, as if its text stood elsewhere."""
    notes = tuple((text, span and move(span)) for text, span in found.notes)
    span = found.span and move(found.span)
    more = (found.label, notes, found.help, found.severity)
    return Diagnostic(found.code, found.message, span, *more)


def placed(error: NasError, span: Span | None) -> NasError:
    """The same mistakes, at this place where they have none of their own."""
    more = [(d.label, d.notes, d.help, d.severity) for d in error.diagnostics]
    pairs = zip(error.diagnostics, more, strict=True)
    return NasError([Diagnostic(d.code, d.message, d.span or span, *rest) for d, rest in pairs])


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A help line that suggests the nearest known word, or nothing."""
    from difflib import get_close_matches  # only mistakes need it

    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""


def render(diagnostic: Diagnostic) -> str:
    """Draw a diagnostic.

    darts.nas:12:21: error[NAS101]: `sep_cov` is not defined
       12 |   sep_conv_3x3: sep_cov(3, stride)
          |                 ^^^^^^^
       = help: did you mean `sep_conv`?
    """
    head = f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"
    lines = [f"{diagnostic.span}: {head}" if diagnostic.span else head]
    if diagnostic.span:
        lines += _excerpt(diagnostic.span, diagnostic.label)
    for text, span in diagnostic.notes:
        lines.append(f"   = note: {span}: {text}" if span else f"   = note: {text}")
        if span:
            lines += _excerpt(span, "")
    if diagnostic.help:
        lines.append(f"   = help: {diagnostic.help}")
    return "\n".join(lines)


def _excerpt(span: Span, label: str) -> list[str]:
    number, column = span.source.position(span.start)
    raw = span.source.line(number)
    end_line, end_column = span.source.position(max(span.start, span.end))
    stop = end_column if end_line == number else len(raw) + 1
    width = max(1, min(stop - column, _MAX_CARETS))
    first = max(0, column - 1 - _MAX_CARETS) if len(raw) > 2 * _MAX_CARETS else 0
    shown = raw[first : first + 2 * _MAX_CARETS].replace("\t", " ")
    gutter = f"{number:>5} | "
    carets = " " * (column - 1 - first) + "^" * width + (f" {label}" if label else "")
    return [gutter + shown, " " * 5 + " | " + carets]
