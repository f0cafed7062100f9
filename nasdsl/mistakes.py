"""The usual mistakes and their remedies: a table of rules, asked in order about a Spot.

Codes NAS010-NAS039. A rule answers with a Diagnostic, or None if the mistake is not its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import spellings
from .diagnostics import Diagnostic
from .lexemes import ITEMS, KEYWORDS, is_name
from .spans import Span
from .spot import Spot, expectation

Rule = Callable[[Spot], Diagnostic | None]

_FOREIGN = {
    "def": "a reusable piece is `motif name(x) = …`",
    "fn": "a reusable piece is `motif name(x) = …`",
    "func": "a reusable piece is `motif name(x) = …`",
    "function": "a reusable piece is `motif name(x) = …`",
    "class": "a reusable piece is `motif name(x) = …`",
    "lambda": "a function is a motif: `motif name(x) = …`; a module is `graph (x) { out … }`",
    "return": "the result of a graph is `out …`",
    "while": "every loop is bounded: `for i in 1..n { … }`",
    "elif": "write `else when … { … }`",
    "elseif": "write `else when … { … }`",
    "const": "write `let name = …`",
    "var": "write `let name = …`, or just `name = …` inside a graph",
    "val": "write `let name = …`, or just `name = …` inside a graph",
    "from": 'write `import "file.nas"`',
    "include": 'write `import "file.nas"`',
    "foreach": "write `for x in xs { … }`",
}


def explain(spot: Spot) -> Diagnostic:
    """The most helpful thing to say about a place where parsing stopped."""
    for rule in RULES:
        if found := rule(spot):
            return found
    helps: dict[tuple[str, ...], str] = {
        ("STRING",): 'a string is written "like this"',
        ("LPAR",): "a graph names its inputs: `graph (x) { … }`",
        ("LBRACE",): "a block stands in braces: `{ … }`",
        ("EQUAL",): "`=` comes before the value",
    }
    help = helps.get(tuple(spot.accepts), "")
    if spot.prev == "import":
        help = f'write `import "{spot.text}.nas"`'
    elif spot.at_top and spot.line and spot.found and not spot.openers:
        help = "modules are joined by `->`; a declaration begins on a new line"
    span = None if spot.text else spot.gap()
    message = f"found {spot.describe()} where {_wanted(spot)} should stand"
    return spot.error("NAS010", message, help, span=span)


def _wanted(spot: Spot) -> str:
    return expectation(spot.accepts)


# ------------------------------------------------------------------ words


def _choice(spot: Spot) -> Diagnostic | None:
    """A choice beside an operator that binds tighter than it does."""
    if spot.text not in _OPEN_CHOICES or spot.prev not in _TIGHTER or not spot.wants_operand:
        return None
    shown = _OPEN_CHOICES[spot.text]
    help = f"write `… {spot.prev} ({shown})`"
    message = f"a choice beside `{spot.prev}` stands in parentheses"
    return spot.error("NAS026", message, help)


_OPEN_CHOICES = {
    "any": "any xs",
    "some": "some of xs",
    "pick": "pick 2 of xs",
    "permutation": "permutation of xs",
}
_TIGHTER = frozenset(("+", "-", "*", "/", "%", "..", "step", "any", "of"))


def _binder(spot: Spot) -> Diagnostic | None:
    """A keyword where a name is introduced."""
    listed = "the keywords are " + " ".join(sorted(KEYWORDS))
    prev = spot.prev
    if spot.text in KEYWORDS and spot.wants_operand and spot.found and not spot.at_margin:
        after = spot.source.text[spot.found.end :].lstrip()
        if spot.text not in ("and", "or", "in", "if", "else") or after[:1] in "=:":
            return spot.error("NAS029", f"`{spot.text}` is a keyword, not a name", listed)
    if spot.text in KEYWORDS and "NAME" in spot.accepts and "NUMBER" not in spot.accepts:
        if spot.in_graph or (spot.text in ("in", "of", "for") and prev in ("for", "pick")):
            return None
        return spot.error("NAS029", f"`{spot.text}` is a keyword, not a name", listed)
    if spot.text in ("=", "+=", ":") and prev in KEYWORDS and prev not in ("true", "false", "else"):
        span = spot.span(spot.before[-1])
        if prev in ITEMS and len(spot.line) == 1 and prev not in ("space", "search"):
            return None
        return spot.error("NAS029", f"`{prev}` is a keyword, not a name", listed, span=span)
    return None


def _foreign(spot: Spot) -> Diagnostic | None:
    """A word of another language."""
    if spot.text in _FOREIGN and (spot.at_top or spot.in_graph or not spot.wants_operand):
        return spot.error("NAS023", f"there is no `{spot.text}`", _FOREIGN[spot.text])
    if spot.prev in _FOREIGN and spot.text and spot.text not in "=,+=->:":
        span = spot.span(spot.before[-1])
        return spot.error("NAS023", f"there is no `{spot.prev}`", _FOREIGN[spot.prev], span=span)
    return None


def _statement(spot: Spot) -> Diagnostic | None:
    starts = [lexeme for lexeme in spot.line if lexeme.text not in ("{", "}", "else")]
    first = starts[0] if starts else None
    conditional = first is not None and first.text == "if"
    if spot.text == "if" and spot.in_graph and not spot.after_operand:
        help = "write `when condition { … } else { … }`"
        return spot.error("NAS021", "`if` is no statement", help)
    if conditional and first is not None and (spot.text in ("{", ":") or "ELSE" in spot.accepts):
        help = "the statement is `when condition { … }`; the expression is `a if condition else b`"
        return spot.error("NAS021", "`if` is no statement", help, span=spot.span(first))
    if spot.text == ":" and (spot.prev == "else" or "LBRACE" in spot.accepts):
        return spot.error("NAS022", "`:` starts no block", "a block stands in braces: `{ … }`")
    if spot.text == "if" and spot.prev == "else" and "LBRACE" in spot.accepts:
        return spot.error("NAS021", "`if` is no statement", "write `else when … { … }`")
    if "__ANON_2" in spot.accepts and spot.prev in KEYWORDS:  # `+=`: at the second piece
        return _keyword_statement(spot, spot.prev)
    return None


def _keyword_statement(spot: Spot, word: str) -> Diagnostic | None:
    """The lexer takes a word that begins no statement for a name."""
    span = spot.span(spot.before[-1])
    if word == "if":
        help = "write `when condition { … } else { … }`"
        return spot.error("NAS021", "`if` is no statement", help, span=span)
    if word == "else":
        help = "it follows the closing `}` of a `when condition { … }`"
        return spot.error("NAS021", "this `else` belongs to no `when`", help, span=span)
    if word in ITEMS:
        help = (
            "inside a graph just write `name = …`" if word in ("let", "param") else "move it there"
        )
        message = f"`{word}` stands only at the top level"
        return spot.error("NAS032", message, help, span=span)
    if spot.text in ("=", "+=", ","):
        return None
    return spot.error("NAS010", f"no statement begins with `{word}`", span=span)


def _top_level(spot: Spot) -> Diagnostic | None:
    if not spot.at_top or spot.openers:
        return None
    if spot.text in ("out", "for", "when"):
        help = "statements stand inside `graph (x) { … }`"
        return spot.error("NAS031", f"`{spot.text}` stands only inside a graph", help)
    if spot.found and spot.found.kind == "word" and not spot.line and spot.text not in KEYWORDS:
        after = spot.source.text[spot.found.end :].lstrip(" \t")
        if after.startswith("=") and not after.startswith("=="):
            help = f"write `let {spot.text} = …`, or `param {spot.text} = …` for a number to set"
            return spot.error("NAS031", "an assignment stands only inside a graph", help)
        if re.match(r"\([^()\n]*\)\s*=[^=]", after):
            help = f"write `motif {spot.text}(…) = …`"
            return spot.error("NAS031", "a motif is declared with the word `motif`", help)
        wanted = _wanted(spot)
        return spot.error("NAS031", f"found {spot.describe()} where {wanted} should stand")
    return None


def _missing_word(spot: Spot) -> Diagnostic | None:
    if spot.text == "of" and spot.prev == "any":
        return spot.error("NAS026", "`any` needs no `of`", "write `any xs`")
    top = spot.openers[-1] if spot.openers else None
    if top is not None and top.text == "[":
        at = spot.before.index(top)
        if at > 1 and spot.before[at - 2].text == "pick":
            end = spot.before[at - 1].end
            message = f"`of` is missing after `{spot.before[at - 1].text}`"
            span = Span(spot.source, end, end + 1)
            return spot.error("NAS026", message, "write `pick 2 of xs`", span=span)
    if "OF" in spot.accepts:
        within = next((x.text for x in reversed(spot.before) if x.text in _CHOOSERS), "")
        help = f"write `{_CHOOSERS.get(within, 'one of { … }')}`"
        return spot.error("NAS026", f"`of` is missing after `{spot.prev}`", help, span=spot.gap())
    if "IN" in spot.accepts and "NUMBER" not in spot.accepts and spot.accepts <= {"IN", "COMMA"}:
        return spot.error("NAS033", "`in` is missing", "write `for x in xs`", span=spot.gap())
    if "ELSE" in spot.accepts and not spot.in_graph:
        help = "write `a if condition else b`"
        return spot.error("NAS037", "this `if` has no `else`", help, span=spot.gap())
    return None


_CHOOSERS = {
    "pick": "pick 2 of xs",
    "some": "some of xs",
    "permutation": "permutation of xs",
    "one": "one of { … }",
}


def _one_of(spot: Spot) -> Diagnostic | None:
    top = spot.openers[-1] if spot.openers else None
    if top is None or top.text != "{":
        return None
    at = spot.before.index(top)
    if [x.text for x in spot.before[max(0, at - 2) : at]] != ["one", "of"]:
        return None
    if spot.text == "}" and spot.before[-1] is top:
        help = "give it an alternative: `one of { label: body }`"
        return spot.error("NAS030", "this choice has no alternatives", help)
    if spot.text in (",", "|") and (spot.after_operand or "RBRACE" in spot.accepts):
        help = "each begins with its label: `one of { a: x  b: y }`"
        return spot.error("NAS024", f"no `{spot.text}` stands between alternatives", help)
    if spot.text == ":" and len(spot.before) > 1 and spot.before[-2].text == "|":
        help, span = "leave it out: `one of { a: x  b: y }`", spot.span(spot.before[-2])
        return spot.error("NAS024", "no `|` stands between labelled alternatives", help, span=span)
    if "COLON" in spot.accepts:
        prev = spot.before[-1]
        if not (prev.kind == "string" or (prev.kind == "word" and is_name(prev.text))):
            return None
        help = f"write `{spot.prev}: …`"
        message = f"`:` is missing after the label `{spot.prev}`"
        return spot.error("NAS025", message, help, span=spot.gap())
    if spot.text == ":" and spot.before[-1].kind == "number":
        help = f'quote the label: `"{spot.prev}": …`'
        return spot.error("NAS025", "a number is no label", help, span=spot.span(spot.before[-1]))
    if spot.found and spot.found.kind == "number" and "NAME" in spot.accepts:
        help = f'quote the label: `"{spot.text}": …`'
        return spot.error("NAS025", f"`{spot.text}` is no label", help)
    return None


def _case(spot: Spot) -> Diagnostic | None:
    """Inside `case x { … }`, where entries are `key: value`."""
    top = spot.openers[-1] if spot.openers else None
    if top is None or top.text != "{" or not _opens_case(spot, spot.before.index(top)):
        return None
    if spot.text == "}" and spot.before[-1] is top:
        help = "give it an entry: `case x { key: value, else: value }`"
        return spot.error("NAS030", "this case has no entries", help)
    if spot.text == "|" and "COLON" in spot.accepts:
        help = "write an entry for each: `a: v, b: v`"
        return spot.error("NAS025", "an entry of a case has one key", help)
    if "COLON" in spot.accepts and not spot.after_operand:
        message = f"`:` is missing after the key `{spot.prev}`"
        return spot.error("NAS025", message, f"write `{spot.prev}: …`", span=spot.gap())
    if spot.text == ":" and spot.after_operand:
        help = (
            "a key is a word, a string, a number, true or false; put `,` before a negative number"
        )
        return spot.error("NAS025", "this is no key of a case", help)
    return None


def _opens_case(spot: Spot, at: int) -> bool:
    """Whether the brace at a place is that of a case: what is before it, back to `case`, is a value."""
    depth = 0
    for lexeme in reversed(spot.before[:at]):
        if lexeme.text in (")", "]", "}"):
            depth += 1
        elif lexeme.text in ("(", "[", "{"):
            depth -= 1
        elif depth == 0 and lexeme.text == "case":
            return True
        elif depth == 0 and (lexeme.text in KEYWORDS or lexeme.text == "="):
            return False
        if depth < 0:
            return False
    return False


def _comma(spot: Spot) -> Diagnostic | None:
    if not spot.found or "COMMA" not in spot.accepts or not spot.after_operand:
        return None
    value = spot.found.kind in ("number", "string") or is_name(spot.text)
    if value and spot.openers and spot.openers[-1].text in "([":
        help = "separate values by `,`"
        message = f"found {spot.describe()} where `,` or an operator should stand"
        return spot.error("NAS010", message, help)
    return None


RULES: tuple[Rule, ...] = (
    spellings.string, spellings.comment, _case, spellings.operator, spellings.character, spellings.bracket, _one_of, _foreign, spellings.number, _statement,
    _top_level, spellings.comparison, _missing_word, _choice, _binder, _comma,
)  # fmt: skip
