"""Where parsing stopped: what came before, what stands there, and what could have stood there."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from .diagnostics import Diagnostic
from .lexemes import ITEMS, KEYWORDS, Lexeme, unclosed
from .spans import Source, Span

_SIGNS = {
    "COMMA": ",", "EQUAL": "=", "LPAR": "(", "RPAR": ")", "LBRACE": "{", "RBRACE": "}",
    "LSQB": "[", "RSQB": "]", "VBAR": "|", "__ANON_0": "->", "__ANON_1": "..", "__ANON_2": "+=",
    "COLON": ":", "PLUS": "+", "MINUS": "-", "STAR": "*", "SLASH": "/", "PERCENT": "%",
    "FIELD": ".",
}  # fmt: skip
_WORDS = {"NAME": "a name", "NUMBER": "a number", "STRING": 'a "string"', "$END": "the end"}
_BEGINS = """NAME NUMBER STRING PATH TRUE FALSE LPAR LSQB ONE CASE GRAPH REPEAT ANY SOME PICK
PERMUTATION MINUS NOT"""
_CONTINUES = """PLUS MINUS STAR SLASH PERCENT VBAR OR AND NOT IN _COMPARE IF WHERE LPAR LSQB STEP LOG
ORDERED REPEATED FIELD __ANON_0 __ANON_1"""
_EXPRESSION = frozenset(_BEGINS.split())
_OPERATORS = frozenset(_CONTINUES.split())
_ITEMS = frozenset(word.upper() for word in ITEMS)
_STATEMENTS = frozenset(["NAME", "FOR", "WHEN", "OUT", "REQUIRE"])


@dataclass(frozen=True)
class Spot:
    """A place where no parse continues: `before` are the pieces that parsed, comments left out."""

    source: Source
    at: int
    found: Lexeme | None
    before: list[Lexeme]
    accepts: AbstractSet[str]

    @cached_property
    def openers(self) -> list[Lexeme]:
        return unclosed(self.before)

    @property
    def prev(self) -> str:
        """The piece before, or nothing."""
        return self.before[-1].text if self.before else ""

    @property
    def text(self) -> str:
        """The piece found, or the odd character, or nothing at the end."""
        return self.found.text if self.found else self.source.text[self.at : self.at + 1]

    @property
    def adjacent(self) -> bool:
        """Whether nothing stands between the piece before and the one found."""
        return bool(self.before) and self.before[-1].end == self.at

    @cached_property
    def line(self) -> list[Lexeme]:
        """The pieces before on the same line."""
        start = self.source.starts[self.source.position(self.at)[0] - 1]
        return [lexeme for lexeme in self.before if lexeme.start >= start]

    @property
    def at_margin(self) -> bool:
        return self.source.position(self.at)[1] == 1

    @property
    def after_misread_keyword(self) -> bool:
        """Whether the lexer took the keyword before for a name."""
        if self.prev not in KEYWORDS or self.prev in ("true", "false"):
            return False
        margin = self.source.position(self.before[-1].start)[1] == 1
        return "PLUS" in self.accepts or (margin and self.prev in ITEMS and self._began_statement)

    @property
    def _began_statement(self) -> bool:
        return "__ANON_2" in self.accepts  # `+=`

    @property
    def in_graph(self) -> bool:
        """Whether a statement could stand here."""
        return "OUT" in self.accepts

    @property
    def at_top(self) -> bool:
        """Whether a declaration could stand here."""
        return "LET" in self.accepts

    @property
    def after_operand(self) -> bool:
        """Whether an expression could be continued here."""
        return "_COMPARE" in self.accepts or "PLUS" in self.accepts

    @property
    def wants_operand(self) -> bool:
        return "NUMBER" in self.accepts and "STRING" in self.accepts

    def word_before(self, brackets: bool = False) -> str:
        """The last keyword-like word that no bracket since then hides."""
        depth = 0
        for lexeme in reversed(self.before):
            if lexeme.text in (")", "]", "}"):
                depth += 1
            elif lexeme.text in ("(", "[", "{"):
                depth -= 1
                if depth < 0 and not brackets:
                    return ""
            elif depth <= 0 and lexeme.text in ("when", "if", "require", "for", "else", "where"):
                return lexeme.text
        return ""

    def span(self, lexeme: Lexeme | None = None) -> Span:
        if lexeme is None:
            return Span(self.source, self.at, self.at + max(1, len(self.text)))
        return Span(self.source, lexeme.start, lexeme.end)

    def gap(self) -> Span:
        """Just after the last piece: the place of something missing."""
        end = self.before[-1].end if self.before else self.at
        return Span(self.source, end, end + 1)

    def error(
        self, code: str, message: str, help: str = "", label: str = "", span: Span | None = None,
        notes: tuple[tuple[str, Span | None], ...] = (),
    ) -> Diagnostic:  # fmt: skip
        return Diagnostic(code, message, span or self.span(), label, notes, help)

    def describe(self) -> str:
        """What was found, in words."""
        if not self.text:
            return "the end of the file"
        return f"`{self.text}`" if len(self.text) <= 40 else f"`{self.text[:37]}…`"


def expectation(accepts: AbstractSet[str]) -> str:
    """What may stand at a place, in words: `an operator, "," or ")"`."""
    left, words = set(accepts), []
    if {"NUMBER", "STRING"} <= left:
        words.append("an expression")
        left -= _EXPRESSION
    if {"PLUS", "STAR"} <= left or {"_COMPARE", "AND"} <= left:
        words.append("an operator")
        left -= _OPERATORS
    if "OUT" in left:
        words.append("a statement")
        left -= _STATEMENTS
    if "LET" in left:
        words.append("a declaration (`let`, `motif`, `network`, …)")
        left -= _ITEMS
    left.discard("$END")
    order = {name: i for i, name in enumerate([*_WORDS, *_SIGNS])}
    for name in sorted(left, key=lambda n: (order.get(n, 99), n)):
        words.append(_WORDS.get(name) or f"`{_SIGNS.get(name, name.lower())}`")
    if not words:
        return "nothing more"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
