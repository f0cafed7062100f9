"""How expressions are laid out, with as few parentheses as it takes.

The pieces are emitted in source order through a Feed, which may know their spelling and comments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import syntax as s
from .feed import Feed, quote
from .heads import MAX_ALIGNED, head_width, hugs, is_apart, key_pieces, key_width
from .layout import BLANK, HARD, LINE, SOFT, Doc, Part, cat, group, join, nest
from .lexemes import is_name
from .precedence import (
    BINARY,
    BODY,
    CHOICE,
    COMPARE,
    EXPR,
    FACTOR,
    NOT,
    OPTIONS,
    OR,
    PIPE,
    POSTFIX,
    RANGE,
    SUM,
    TERM,
    close,
    level,
)  # fmt: skip

_BLOCKS = (s.Graph, s.OneOf, s.Repeat)
_MAX_BEFORE_BLOCK = 60


class Phrases:
    """Documents of expressions, visited in source order; statements inside them are a subclass's part."""

    def __init__(self, feed: Feed) -> None:
        self.take = feed.take
        self.feed = feed

    def word(self, text: str) -> Doc:
        return cat(self.take(text), " ")

    def expr(self, node: s.Expr, least: int = EXPR, tight: bool = False) -> Part:
        """An expression where the grammar wants one of level `least` or tighter."""
        if level(node) < least:
            return group("(", nest(SOFT, self.expr(node, BODY)), SOFT, ")")
        if isinstance(node, s.Binary):
            return self.binary(node, tight)
        return _PRINT[type(node)](self, node)

    def commas(self, nodes: Iterable[Any], show: Callable[[Any], Part]) -> list[Part]:
        """Each node with the comma after it."""
        parts: list[Part] = []
        for node in nodes:
            if parts:
                parts[-1] = cat(parts[-1], self.take(","))
            parts.append(show(node))
        return parts

    def bracketed(
        self, opener: str, nodes: Sequence[Any], show: Callable[[Any], Part], closer: str
    ) -> Doc:
        """A list between brackets: on one line, or one a line; leaves fill the lines."""
        first = self.take(opener)
        if not nodes:
            return cat(first, nest(self.feed.rest()), self.take(closer))
        parts = self.commas(nodes, show)
        if len(nodes) == 1 and hugs(nodes[0]):
            return cat(first, parts[0], self.feed.drop_comma(), self.take(closer))
        if len(nodes) > 8 and all(isinstance(n, s.Number | s.Name | s.Text) for n in nodes):
            inner = cat(parts[0], *(group(LINE, part) for part in parts[1:]))
        else:
            inner = join([LINE], parts)
        last = self.feed.drop_comma(), self.feed.rest()
        return group(first, nest(SOFT, inner, *last), SOFT, self.take(closer))

    def operators(self, first: Part, rest: Iterable[tuple[str, s.Expr]], least: int) -> Doc:
        """A chain that breaks where its source does, or before each of its operators; but not for a
        block at its end."""
        parts: list[tuple[bool, Part, bool]] = []
        for op, e in rest:
            fresh = self.feed.breaks() and op in ("->", "|")
            parts.append((fresh, cat(self.word(op), self.expr(e, least)), type(e) in _BLOCKS))
        if any(fresh for fresh, _, _ in parts):
            broken = (cat(HARD, part) if fresh else group(LINE, part) for fresh, part, _ in parts)
            return cat(first, nest(*broken))
        short = cat(first, *(cat(" ", part) for _, part, _ in parts[:-1]))
        if parts[-1][2] and short.width <= _MAX_BEFORE_BLOCK:
            return cat(short, " ", parts[-1][1])
        return group(first, nest(*(cat(LINE, part) for _, part, _ in parts)))

    def listed(self, nodes: Sequence[Any], show: Callable[[Any], Part]) -> Doc:
        """Values after a keyword, without brackets."""
        return group(nest(join([LINE], self.commas(nodes, show))))

    def braces(self, rows: Sequence[Any], show: Callable[[Any], Part]) -> Doc:
        """A block: one row a line."""
        opener = self.take("{")
        body = self.rows(rows, show)
        last = self.ending(bool(rows))
        return cat(opener, nest(HARD, body, last), HARD, self.take("}"))

    def ending(self, after_rows: bool) -> Part:
        """The comments after the last row."""
        if not self.feed.commented():
            return ""
        blank = after_rows and self.feed.blank()
        return cat(BLANK if blank else HARD, self.feed.rest())

    def rows(self, rows: Sequence[Any], show: Callable[[Any], Part]) -> Doc:
        parts: list[Part] = []
        before: Any = None
        for row in rows:
            blank = self.feed.blank()
            if blank is None:
                blank = is_apart(before, row)
            if before is not None:
                parts.append(BLANK if blank else HARD)
            self.feed.begin_row(row)
            parts.append(show(row))
            before = row
        return cat(*parts)

    def assigned(self, name: str, value: s.Expr, least: int = EXPR, op: str = "=") -> Doc:
        return cat(self.word(name), self.word(op), self.expr(value, least))

    # -------------------------------------------------------------- expressions

    def leaf(self, node: s.Number | s.Text | s.Boolean | s.Name | s.Path) -> Part:
        if isinstance(node, s.Name):
            return self.take(node.id)
        if isinstance(node, s.Path):
            return self.take(f"`{node.text}`")
        if isinstance(node, s.Number):
            return self.take(node.text)
        if isinstance(node, s.Text):
            return self.take(quote(node.value))
        return self.take("true" if node.value else "false")

    def unary(self, node: s.Unary) -> Part:
        if node.op == "not":
            return cat(self.word("not"), self.expr(node.operand, NOT))
        return cat(self.take("-"), self.expr(node.operand, FACTOR))

    def binary(self, node: s.Binary, tight: bool = False) -> Part:
        own = BINARY.get(node.op, COMPARE)
        if own == COMPARE:
            left = self.expr(node.left, CHOICE)
            op = (
                cat(self.word("not"), self.word("in"))
                if node.op == "not in"
                else self.word(node.op)
            )
            return group(left, nest(LINE, op, self.expr(node.right, CHOICE)))
        chain: list[tuple[str, s.Expr]] = []
        first: s.Expr = node
        while isinstance(first, s.Binary) and BINARY.get(first.op) == own:
            chain.append((first.op, first.right))
            first = first.left
        chain.reverse()
        if (tight and own in (SUM, TERM)) or (own == TERM and close(node)):
            parts = [self.expr(first, own, tight)]
            for sign, right in chain:
                parts += [self.take(sign), self.expr(right, own + 1, tight)]
            return cat(*parts)
        return self.operators(self.expr(first, own), chain, own + 1)

    def ternary(self, node: s.Ternary) -> Part:
        then = self.expr(node.then, OPTIONS)
        cond = cat(LINE, self.word("if"), self.expr(node.cond, OPTIONS))
        other = cat(LINE, self.word("else"), self.expr(node.other, EXPR))
        return group(then, nest(cond, other))

    def alternatives(self, node: s.Alternatives) -> Part:
        first = self.expr(node.options[0], PIPE)
        return self.operators(first, [("|", e) for e in node.options[1:]], PIPE)

    def pipeline(self, node: s.Pipeline) -> Part:
        first = self.expr(node.parts[0], OR)
        return self.operators(first, [("->", e) for e in node.parts[1:]], OR)

    def range(self, node: s.Range) -> Part:
        parts = [self.expr(node.start, SUM, True), self.take(".."), self.expr(node.stop, SUM, True)]
        if node.step is not None:
            parts += [" ", self.word("step"), self.expr(node.step, SUM, True)]
        if node.log:
            parts += [" ", self.take("log")]
        return cat(*parts)

    def any(self, node: s.Any) -> Part:
        return cat(self.word("any"), self.expr(node.domain, RANGE))

    def some(self, node: s.Some) -> Part:
        return cat(self.word("some"), self.word("of"), self.expr(node.domain, RANGE))

    def permutation(self, node: s.Permutation) -> Part:
        return cat(self.word("permutation"), self.word("of"), self.expr(node.domain, RANGE))

    def pick(self, node: s.Pick) -> Part:
        parts = [self.word("pick"), self.expr(node.count, RANGE), " ", self.word("of")]
        parts.append(self.expr(node.domain, RANGE))
        for flag, word in ((node.ordered, "ordered"), (node.repeated, "repeated")):
            if flag:
                parts += [" ", self.take(word)]
        return cat(*parts)

    def one_of(self, node: s.OneOf) -> Part:
        start = cat(self.word("one"), self.word("of"))
        heads = [head_width(a) for a in node.alternatives]
        aligned = max((w for w in heads if w <= MAX_ALIGNED), default=0)
        return cat(start, self.braces(node.alternatives, lambda a: self.alternative(a, aligned)))

    def alternative(self, node: s.Alternative, aligned: int) -> Part:
        name = is_name(node.label)
        head: list[Part] = [self.take(node.label if name else quote(node.label))]
        if node.guard is not None:
            head += [" ", self.word("if"), self.expr(node.guard)]
        head.append(self.take(":"))
        pad = " " * max(1, aligned + 1 - head_width(node))
        return cat(*head, pad, self.expr(node.body, BODY))

    def case(self, node: s.Case) -> Part:
        """On one line if it is short and its source has it so; else one entry a line."""
        start = cat(self.word("case"), self.expr(node.subject, OR), " ", self.take("{"))
        aligned = max((w for w in map(key_width, node.entries) if w <= MAX_ALIGNED), default=0)
        rows: list[tuple[bool, Part, str, Part]] = []
        fresh = False
        for entry in node.entries:
            if rows and self.feed.follows(",") is not False:
                rows[-1] = (*rows[-1][:3], cat(rows[-1][3], self.take(",")))
            blank, fresh = bool(rows and self.feed.blank()), fresh or self.feed.breaks()
            self.feed.begin_row(entry)
            head = cat(*map(self.take, key_pieces(entry)), self.take(":"))
            pad = " " * max(1, aligned + 1 - key_width(entry))
            rows.append((blank, head, pad, self.expr(entry.body)))
        rows[-1] = (*rows[-1][:3], cat(rows[-1][3], self.feed.drop_comma()))
        last = self.ending(True) if self.feed.commented() else ""
        flat = cat(*(cat(" ", head, " ", body) for _, head, _, body in rows), last)
        if not fresh and flat.width <= _MAX_BEFORE_BLOCK:
            return cat(start, flat, " ", self.take("}"))
        lines = [cat(BLANK if blank else HARD, *row) for blank, *row in rows]
        return cat(start, nest(*lines, last), HARD, self.take("}"))

    def graph(self, node: s.Graph) -> Part:
        word, inputs = self.word("graph"), self.bracketed("(", node.inputs, self.leaf, ")")
        return cat(word, inputs, " ", self.braces(node.body, self.statement))

    def repeat(self, node: s.Repeat) -> Part:
        parts = [self.word("repeat"), self.expr(node.count, CHOICE), " "]
        if node.index is not None:
            parts += [self.word("as"), self.word(node.index)]
        opener, body = self.take("{"), self.expr(node.body, BODY)
        inner = nest(LINE, body, self.feed.rest())
        return cat(*parts, group(opener, inner, LINE, self.take("}")))

    def parens(self, node: s.Group) -> Part:
        opener, body = self.take("("), self.expr(node.body, BODY)
        return group(opener, nest(SOFT, body, self.feed.rest()), SOFT, self.take(")"))

    def comprehension(self, node: s.Comprehension) -> Part:
        opener, item = self.take("["), self.expr(node.item)
        clauses = [cat(LINE, self.clause(c)) for c in node.clauses]
        inner = nest(SOFT, item, *clauses, self.feed.rest())
        return group(opener, inner, SOFT, self.take("]"))

    def clause(self, node: s.Clause) -> Part:
        parts = [self.header(node.index, node.name), self.expr(node.source, OR)]
        if node.cond is not None:
            parts += [LINE, self.word("if"), self.expr(node.cond, OR)]
        return cat(*parts)

    def header(self, index: str | None, name: str) -> Part:
        start = [self.word("for")]
        if index is not None:
            start += [cat(self.take(index), self.word(","))]
        return cat(*start, self.word(name), self.word("in"))

    def argument(self, node: s.Argument) -> Part:
        return self.assigned(node.name, node.value) if node.name else self.expr(node.value)

    def call(self, node: s.Call) -> Part:
        function = self.expr(node.function, POSTFIX)
        return cat(function, self.bracketed("(", node.arguments, self.argument, ")"))

    def index(self, node: s.Index) -> Part:
        parts = [self.expr(node.base, POSTFIX), self.take("["), self.expr(node.index, EXPR, True)]
        return cat(*parts, self.take("]"))

    def slice(self, node: s.Slice) -> Part:
        parts = [self.expr(node.base, POSTFIX), self.take("[")]
        if node.start is not None:
            parts.append(self.expr(node.start, SUM, True))
        parts.append(self.take(".."))
        if node.stop is not None:
            parts.append(self.expr(node.stop, SUM, True))
        return cat(*parts, self.take("]"))

    def field(self, node: s.Field) -> Part:
        return cat(self.expr(node.base, POSTFIX), self.take(f".{node.name}"))

    def where(self, node: s.Where) -> Part:
        body, word = self.expr(node.body, EXPR), self.word("where")
        return group(body, nest(LINE, word, self.listed(node.bindings, self.binding)))

    def binding(self, node: s.Binding) -> Part:
        if node.type is None:
            return self.assigned(node.name, node.value)
        name = cat(self.take(node.name), self.word(":"))
        return cat(name, self.assigned(node.type, node.value))

    def statement(self, node: s.Statement) -> Part:
        """A statement of a graph."""
        raise AssertionError


_PRINT: dict[type, Callable[[Phrases, Any], Part]] = {
    s.Number: Phrases.leaf, s.Text: Phrases.leaf, s.Boolean: Phrases.leaf, s.Name: Phrases.leaf,
    s.Path: Phrases.leaf,
    s.Unary: Phrases.unary, s.Binary: Phrases.binary, s.Ternary: Phrases.ternary,
    s.Alternatives: Phrases.alternatives, s.Pipeline: Phrases.pipeline, s.Range: Phrases.range,
    s.Any: Phrases.any, s.Some: Phrases.some, s.Pick: Phrases.pick,
    s.Permutation: Phrases.permutation, s.OneOf: Phrases.one_of, s.Graph: Phrases.graph,
    s.Case: Phrases.case, s.Repeat: Phrases.repeat, s.Group: Phrases.parens,
    s.Tensors: lambda p, n: p.bracketed("(", n.items, p.expr, ")"),
    s.List: lambda p, n: p.bracketed("[", n.items, p.expr, "]"),
    s.Comprehension: Phrases.comprehension, s.Call: Phrases.call, s.Index: Phrases.index,
    s.Slice: Phrases.slice, s.Field: Phrases.field, s.Where: Phrases.where,
}  # fmt: skip
