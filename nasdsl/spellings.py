"""Mistakes within a word and its signs: strings, numbers, operators of other languages, brackets.

Rules of nasdsl.mistakes: each answers with a Diagnostic, or None if the mistake is not its own.
"""

from __future__ import annotations

import re

from .diagnostics import Diagnostic
from .lexemes import ITEMS
from .spans import Span
from .spot import Spot

_CLOSER = {"(": ")", "[": "]", "{": "}"}
_LOOKALIKES = {
    "→": "->", "⇒": "->", "×": "*", "·": "*", "÷": "/", "–": "-", "—": "-", "−": "-", "“": '"',
    "”": '"', "‘": '"', "’": '"', "≤": "<=", "≥": ">=", "≠": "!=", "…": "..", "∈": "in", "∧": "and",
    "∨": "or", "¬": "not",
}  # fmt: skip


# ------------------------------------------------------------------ characters and spellings


def string(spot: Spot) -> Diagnostic | None:
    text = spot.text
    if text == "'":
        return spot.error("NAS012", "strings stand in double quotes", "write \"…\" instead of '…'")
    if spot.found is None or spot.found.kind != "string" or text.count('"') == 0:
        return None
    if text[:3] == '"""':
        if not re.fullmatch(r'"""(\\.|[^\\])*"""', text, re.DOTALL):
            start = Span(spot.source, spot.at, spot.at + 3)
            help = 'end it with `"""`; a quote before that is written `\\"`'
            return spot.error("NAS013", "this text is never closed", help, span=start)
    elif len(text) < 2 or not text.endswith('"') or re.search(r'(?<!\\)(\\\\)*\\"$', text):
        return spot.error("NAS013", "this string is never closed", 'end it with `"` on its line')
    if bad := re.search(r'\\[^"\\nt]', re.sub(r'\\["\\nt]', "  ", text)):
        return spot.error("NAS013", f"`{bad[0]}` is no escape", r"the escapes are \" \\ \n \t")
    return None


def comment(spot: Spot) -> Diagnostic | None:
    pair = spot.source.text[spot.at : spot.at + 2]
    if spot.text in "/*" and spot.prev == "/" and spot.adjacent:
        pair, start = "/" + spot.text, spot.before[-1]
        if spot.text == "*" or spot.line[:-1] == [] or spot.before[-2].end < start.start:
            return spot.error("NAS014", f"`{pair}` starts no comment", "a comment begins with `#`")
        return spot.error("NAS014", "`//` is no operator", "`/` divides; a comment begins with `#`")
    if pair in ("//", "/*"):
        return spot.error("NAS014", f"`{pair}` starts no comment", "a comment begins with `#`")
    return None


def operator(spot: Spot) -> Diagnostic | None:
    pair = (spot.prev if spot.adjacent else "") + spot.text
    after = spot.source.text[spot.at : spot.at + 2]
    if spot.text == ";":
        return spot.error("NAS015", "no `;` is needed", "a new line, or just a blank, is enough")
    for wrong, right in (("&&", "and"), ("||", "or")):
        if wrong in (pair, after):
            return spot.error("NAS016", f"`{wrong}` is no operator", f"write `{right}`")
    if spot.text in ("&", "!"):
        right = {"&": "and", "!": "not"}[spot.text]
        return spot.error("NAS016", f"`{spot.text}` is no operator", f"write `{right}`")
    if pair == "**" or spot.text == "^":
        what = "^" if spot.text == "^" else "**"
        return spot.error("NAS017", f"there is no power operator `{what}`", "write `x * x`")
    if pair == ":=" or after == ":=":
        return spot.error("NAS018", "`:=` is no operator", "names are given values by `=`")
    if (changed := {pair, after} & {"-=", "*=", "/=", "%="}) and not spot.wants_operand:
        wrong = changed.pop()
        return spot.error("NAS038", f"`{wrong}` is no operator", f"write `x = x {wrong[0]} …`")
    if after in ("=>", "~>", "|>") or pair in ("=>", "|>", "-->", "->>"):
        wrong = pair if pair in ("|>", "-->", "->>") else after
        return spot.error("NAS039", f"`{wrong}` is no operator", "a pipeline is `a -> b`")
    return None


def comparison(spot: Spot) -> Diagnostic | None:
    comparing = spot.text in ("==", "!=", "<=", ">=", "<", ">", "in", "not")
    if comparing and not spot.wants_operand and {"AND", "OR"} & spot.accepts:
        help = "join two comparisons: `a < b and b < c`"
        return spot.error("NAS019", "comparisons do not chain", help)
    if spot.text == "=" and spot.after_operand and spot.openers:
        within = spot.word_before(brackets=True)
        if within in ("when", "if", "require") or spot.openers[-1].text in "([":
            return spot.error("NAS020", "`=` gives a name its value", "`==` compares")
    if spot.text == "=" and spot.after_operand and spot.word_before() in ("if", "require", "when"):
        return spot.error("NAS020", "`=` gives a name its value", "`==` compares")
    return None


def number(spot: Spot) -> Diagnostic | None:
    text = spot.text
    if text[:1] == "." != text[1:2] and spot.prev == ".." and spot.adjacent:
        return spot.error("NAS028", "a range has two dots", "write `a..b`, both ends included")
    if text == "." or text == "..":
        tail = spot.source.text[spot.at + 1 : spot.at + 2]
        if text == "." and tail.isdigit() and not spot.adjacent:
            return spot.error("NAS027", "a number begins with a digit", f"write `0.{tail}`")
        if text == "." and spot.before and spot.before[-1].kind == "number" and spot.adjacent:
            right = f"write `{spot.prev}.0`, or just `{spot.prev}`"
            return spot.error("NAS027", "digits must follow the point", right)
        return None if text == ".." else _point(spot)
    if text[:1] == "." and spot.found:
        return _point(spot)
    stops = ("", ")", "]", "}", ",", "step", "log")
    if spot.prev == ".." and spot.wants_operand and (text in stops or spot.at_margin):
        help = "write `a..b`, both ends included"
        return spot.error("NAS028", "this range has no upper end", help, span=spot.gap())
    if not spot.found or spot.found.kind != "number":
        return None
    parts = re.fullmatch(r"([\d.]+(?:[eE][+-]?\d+)?)([A-Za-z_]\w*)", text)
    if not parts or re.fullmatch(r"[KMG]", parts[2]):
        return None
    digits, suffix = parts.groups()
    if suffix in ("k", "m", "g"):
        help = f"the suffixes are K, M and G: write `{digits}{suffix.upper()}`"
    elif re.fullmatch(r"[_\d]+", suffix):
        help = f"write `{text.replace('_', '')}`, or use a suffix: 5K, 5M, 5G"
    elif re.fullmatch(r"[KMG]?(B|b|flops|FLOPs|params)?", suffix) and suffix:
        help = f"the suffixes are K, M and G: write `{digits}{suffix[0].upper()}`"
    else:
        help = f"a name begins with a letter; a product is written `{digits} * {suffix}`"
    return spot.error("NAS027", f"`{text}` is neither a number nor a name", help)


def _point(spot: Spot) -> Diagnostic:
    help = "a field of a record is `x.name`, without blanks" if spot.after_operand else ""
    return spot.error("NAS011", "`.` selects nothing here", help)


def character(spot: Spot) -> Diagnostic | None:
    char = spot.text[:1]
    if not char or (char.isascii() and (char.isalnum() or char in '_"()[]{}=,:|<>+-*/%.#')):
        return None
    if char == "?":
        return spot.error("NAS011", "`?` has no meaning here", "write `a if condition else b`")
    if right := _LOOKALIKES.get(char):
        return spot.error("NAS011", f"`{char}` is no sign of the language", f"write `{right}`")
    if char.isalpha():
        return spot.error("NAS011", f"`{char}` cannot be in a name", "names are a-z, A-Z, 0-9, _")
    shown = f"`{char}`" if char.isprintable() else f"U+{ord(char):04X}"
    return spot.error("NAS011", f"the character {shown} has no meaning here")


# ------------------------------------------------------------------ brackets


def bracket(spot: Spot) -> Diagnostic | None:
    top = spot.openers[-1] if spot.openers else None
    if spot.text in (")", "]", "}"):
        if top is None:
            return spot.error("NAS034", f"`{spot.text}` closes nothing", "remove it")
        want = _CLOSER[top.text]
        if spot.text != want:
            notes = (("opened here", spot.span(top)),)
            help = f"put `{want}` before it"
            message = f"`{top.text}` is closed by `{spot.text}`"
            return spot.error("NAS035", message, help, notes=notes)
    ends = not spot.text or (spot.at_margin and spot.text in ITEMS and spot.text != "require")
    if top is not None and ends:
        here = "the end of the file" if not spot.text else f"`{spot.text}`"
        place = spot.span() if spot.text else spot.gap()
        notes = ((f"{here} comes before its `{_CLOSER[top.text]}`", place),)
        message = f"this `{top.text}` is never closed"
        return spot.error(
            "NAS036", message, f"add `{_CLOSER[top.text]}`", "", spot.span(top), notes
        )
    return None
