"""The usual mistakes and their remedies: a table of rules, asked in order about a Spot.

Codes NAS010-NAS039. A rule answers with a Diagnostic, or None if the mistake is not its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .diagnostics import Diagnostic
from .lexemes import ITEMS, KEYWORDS, is_name
from .spans import Span
from .spot import Spot, expectation

Rule = Callable[[Spot], Diagnostic | None]

_CLOSER = {"(": ")", "[": "]", "{": "}"}
_LOOKALIKES = {
    "→": "->", "⇒": "->", "×": "*", "·": "*", "÷": "/", "–": "-", "—": "-", "−": "-", "“": '"',
    "”": '"', "‘": '"', "’": '"', "≤": "<=", "≥": ">=", "≠": "!=", "…": "..", "∈": "in", "∧": "and",
    "∨": "or", "¬": "not",
}  # fmt: skip
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


# ------------------------------------------------------------------ characters and spellings


def _string(spot: Spot) -> Diagnostic | None:
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


def _comment(spot: Spot) -> Diagnostic | None:
    pair = spot.source.text[spot.at : spot.at + 2]
    if spot.text in "/*" and spot.prev == "/" and spot.adjacent:
        pair, start = "/" + spot.text, spot.before[-1]
        if spot.text == "*" or spot.line[:-1] == [] or spot.before[-2].end < start.start:
            return spot.error("NAS014", f"`{pair}` starts no comment", "a comment begins with `#`")
        return spot.error("NAS014", "`//` is no operator", "`/` divides; a comment begins with `#`")
    if pair in ("//", "/*"):
        return spot.error("NAS014", f"`{pair}` starts no comment", "a comment begins with `#`")
    return None


def _operator(spot: Spot) -> Diagnostic | None:
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


def _comparison(spot: Spot) -> Diagnostic | None:
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


def _number(spot: Spot) -> Diagnostic | None:
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


def _character(spot: Spot) -> Diagnostic | None:
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


def _bracket(spot: Spot) -> Diagnostic | None:
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
    _string, _comment, _case, _operator, _character, _bracket, _one_of, _foreign, _number, _statement,
    _top_level, _comparison, _missing_word, _choice, _binder, _comma,
)  # fmt: skip
