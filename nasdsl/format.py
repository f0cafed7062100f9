"""The one layout of .nas text: `format_text` for files, `print_*` for trees that have no text."""

from __future__ import annotations

from collections import Counter

from . import syntax as s
from .layout import BLANK, HARD, Part, cat, layout, suffix
from .lexemes import Lexeme, scan
from .parser import parse
from .printing import Printer
from .spans import Source

_MAX_ROUNDS = 8


class FormatError(AssertionError):
    """The formatter would have lost something: a mistake of nasdsl, not of the text."""


def format_text(text: str, name: str = "<text>") -> str:
    """The text in canonical layout: same tree, same comments, same spelling of literals.

    Raises NasError if the text does not parse.
    """
    before = text
    for _ in range(_MAX_ROUNDS):
        source = Source(name, text)
        feed = SourceFeed(text)
        laid, moved = layout(Printer(feed).program(parse(source)))
        if not moved or laid == text:
            break
        text = laid  # a comment moved past other text: lay it out from where it stands now
    _check_same(before, laid)
    return laid


def print_program(program: s.Program) -> str:
    """Canonical text of a tree, which parses to an equal one."""
    return layout(Printer(TreeFeed()).program(program))[0]


def print_expr(expression: s.Expr) -> str:
    """Canonical text of an expression, without a line end; parentheses only where they must be."""
    return layout(cat(Printer(TreeFeed()).expr(expression, 0)))[0].rstrip("\n")


class TreeFeed:
    """Pieces as the tree has them: no comments, canonical spelling."""

    def take(self, text: str) -> Part:
        return text

    def drop_comma(self) -> Part:
        return ""

    def rest(self) -> Part:
        return ""

    def blank(self) -> bool | None:
        return None

    def follows(self, text: str) -> bool | None:
        return None

    def breaks(self) -> bool:
        return False

    def commented(self) -> bool:
        return False

    def begin_row(self, row: s.Syntax) -> None:
        pass


class _Piece:
    """A piece of the source with the comments around it."""

    __slots__ = ("above", "beside", "blank", "end", "fresh", "text")

    def __init__(
        self, text: str, end: int, above: list[tuple[str, bool]], blank: bool = False,
        fresh: bool = False,
    ) -> None:  # fmt: skip
        self.text, self.end = text, end
        self.above = above  # comments, and whether an empty line is before them
        self.blank = blank  # an empty line right before the piece itself
        self.beside = ""
        self.fresh = fresh  # begins its line


class SourceFeed:
    """The pieces of a source in order; the printer must ask for exactly these."""

    def __init__(self, text: str) -> None:
        self._pieces = _pieces(text)
        self._next = 0
        self._row_ends: set[int] = set()

    def take(self, text: str) -> Part:
        piece = self._pieces[self._next]
        same = piece.text == text or piece.text[:1] == '"' or text == f'"{piece.text}"'
        if not same:
            if piece.text == "," and text in ")]":
                return cat(self.drop_comma(), self.take(text))
            raise FormatError(f"`{piece.text}` where `{text}` was to be printed")
        self._next += 1
        if not piece.above and not piece.beside:
            return piece.text
        return self._with_comments(piece, piece.text)

    def drop_comma(self) -> Part:
        piece = self._pieces[self._next]
        if piece.text != ",":
            return ""
        self._next += 1
        return self._with_comments(piece, "")

    def rest(self) -> Part:
        piece = self._pieces[self._next]
        above = _above(piece)
        piece.above = []
        return above

    def blank(self) -> bool | None:
        piece = self._pieces[self._next]
        return piece.above[0][1] if piece.above else piece.blank

    def follows(self, text: str) -> bool | None:
        return self._pieces[self._next].text == text

    def breaks(self) -> bool:
        return self._pieces[self._next].fresh

    def commented(self) -> bool:
        return bool(self._pieces[self._next].above)

    def begin_row(self, row: s.Syntax) -> None:
        if row.span is not None:
            self._row_ends.add(row.span.end)

    def _with_comments(self, piece: _Piece, text: str) -> Part:
        above = _above(piece)
        if not piece.beside:
            return cat(above, text)
        return cat(above, text, suffix(piece.beside, piece.end in self._row_ends))


def _above(piece: _Piece) -> Part:
    """The comments above a piece, each on its own line."""
    if not piece.above:
        return ""
    parts: list[Part] = [HARD]
    for i, (comment, blank) in enumerate(piece.above):
        parts += [BLANK if blank and i else "", comment, HARD]
    return cat(*parts, BLANK if piece.blank else "")


def _pieces(text: str) -> list[_Piece]:
    """All pieces, and an empty one at the end, each with its comments."""
    pieces: list[_Piece] = []
    above: list[tuple[str, bool]] = []
    end, fresh = 0, True
    for lexeme in scan(text):
        gap = text.count("\n", end, lexeme.start)
        fresh = fresh or gap > 0
        if lexeme.kind != "comment":
            pieces.append(_Piece(lexeme.text, lexeme.end, above, gap > 1, fresh=fresh))
            if lexeme.text == "," and not above:  # a comment before the comma goes behind it
                pieces[-1].beside, pieces[-2].beside = pieces[-2].beside, ""
            above, fresh = [], False
        elif fresh or pieces[-1].beside:
            above.append((lexeme.text.rstrip(), gap > 1))
        else:
            pieces[-1].beside = lexeme.text.rstrip()
        end = lexeme.end
    pieces.append(_Piece("", len(text), above))
    return pieces


def _check_same(before: str, after: str) -> None:
    """Raise unless two texts have the same comments, and the same pieces but for last commas."""
    old, new = list(scan(before)), list(scan(after))
    if _comments(old) != _comments(new):
        raise FormatError("formatting would lose a comment")
    if _words(old) != _words(new):
        raise FormatError("formatting would change the program")


def _comments(lexemes: list[Lexeme]) -> Counter[str]:
    return Counter(x.text.rstrip() for x in lexemes if x.kind == "comment")


def _words(lexemes: list[Lexeme]) -> list[str]:
    words: list[str] = []
    for lexeme in lexemes:
        if lexeme.kind == "comment":
            continue
        if lexeme.text in (")", "]", "}") and words and words[-1] == ",":
            words.pop()
        words.append(lexeme.text)
    return words
