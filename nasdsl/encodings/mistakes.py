"""What is wrong with a text of an encoding: where it leaves the grammar, and what may stand there."""

from __future__ import annotations

import re
from typing import Any

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.spans import Source, Span

from .forms import BUILTINS, Forms
from .grammar import GrammarWriter
from .terminals import TERMINALS

_MAX_LISTED = 12
_FOUND = re.compile(r"[\w.]+|.", re.DOTALL)
_NAMED = {name.split(".")[0]: BUILTINS[rule] for rule, (name, _) in TERMINALS.items()} | {
    "NUM": "a number", "QUOTED": "a quoted text", "STRING": "a quoted text", "$END": "the end",
    "LPAR": "`(`", "RPAR": "`)`", "LSQB": "`[`", "RSQB": "`]`", "LBRACE": "`{`", "RBRACE": "`}`",
    "COMMA": "`,`", "COLON": "`:`", "RANGE": "`range(a, b)`", "NOTHING": "`None`",
}  # fmt: skip


def explain(
    error: Any, source: Source, base: int, grammar: GrammarWriter, forms: Forms, length: int = -1
) -> NasError:
    """The diagnostic of a Lark error; `base` is where the text that Lark saw begins."""
    accepts = (
        set(getattr(error, "accepts", None) or error.allowed or ())
        if hasattr(error, "allowed")
        else set(getattr(error, "accepts", None) or error.expected)
    )
    token = getattr(error, "token", None)
    end = len(source.text.rstrip()) if length < 0 else base + length
    at = base + error.pos_in_stream if token is None or token.type != "$END" else end
    found = _FOUND.match(source.text, at) if at < end else None
    text = found[0] if found else ""
    if length >= 0 and at + len(text) > end:
        text = source.text[at:end]
    shown = {mark: name for name, mark in grammar.marks.items()}
    marks = sorted(shown[a] for a in accepts if a in shown)
    others = sorted({_NAMED.get(a, a.lower()) for a in accepts if a not in shown})
    words = [m for m in marks if re.search(r"\w", m)]
    listed = [f"`{m}`" if m != " " else "a blank" for m in marks] + others
    more = len(listed) - _MAX_LISTED
    if more > 1:
        listed = [*listed[:_MAX_LISTED], f"{more} others"]
    wanted = " or ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
    what = f"`{text}`" if text else ("the end of the text" if length < 0 else "the closing quote")
    message = f"{what} where {wanted or 'nothing more'} should stand in a `{forms.name}` text"
    help = did_you_mean(text, words) if text else ""
    span = Span(source, at, at + max(len(text), 1)) if text else Span(source, at, at)
    code = "NAS072" if help else "NAS071"
    return NasError(Diagnostic(code, message, span, help=help))
