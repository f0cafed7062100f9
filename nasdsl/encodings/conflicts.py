"""What Lark says against a grammar, in the words of the declaration that it was made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.spans import Span

from .forms import APART
from .terminals import NAMES

_RULE = re.compile(r"<(?:__)?([a-z]\d+|[a-z]+)\w* :")
_TERMINAL = re.compile(r"[Tt]erminal(?: |\(')(\$?\w+)")


def explain_conflicts(
    conflicts: Sequence[str],
    origins: Mapping[str, tuple[str, Span | None]],
    marks: Mapping[str, str],
) -> NasError:
    """The first conflict of the declaration as a mistake (NAS076): Lark reports them in any order.

    origins: what each rule of the grammar is in the declaration, and where; marks: the terminals of
    marks by these.
    """
    each = [part for text in conflicts for part in re.split(r"(?=Reduce/Reduce)", text) if part]
    found = [_explained(text, origins, marks) for text in each]
    return NasError(min(found, key=lambda d: (d.span is None, d.span and d.span.start, d.message)))


def _explained(
    text: str, origins: Mapping[str, tuple[str, Span | None]], marks: Mapping[str, str]
) -> Diagnostic:
    names = sorted(set(_RULE.findall(text)) & origins.keys(), key=lambda name: int(name[1:]))
    blamed = list(dict.fromkeys(origins[name] for name in names))
    shown = {name: "a blank" if mark == " " else f"`{mark}`" for mark, name in marks.items()}
    found = _TERMINAL.search(text)
    terminal = found[1] if found else ""
    sign = shown.get(terminal) or NAMES.get(terminal, "what comes next")
    what, span = blamed[0] if blamed else ("the form", None)
    if "Shift/Reduce" in text:
        message = f"ambiguous: after {what}, {sign} may go on with it or come behind it"
    elif "defined twice" in text:
        message = f"ambiguous: two forms of {what} are the same"
    else:
        other = blamed[1][0] if len(blamed) > 1 else "the same in another way"
        message = f"ambiguous: what stands before {sign} may be {what} or {other}"
    return Diagnostic("NAS076", message, span, help=APART)
