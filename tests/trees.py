"""Random syntax trees of the whole grammar, and random layouts of a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from nasdsl import precedence as p
from nasdsl import syntax as s
from nasdsl.lexemes import scan

Draw = Callable[[st.SearchStrategy[Any]], Any]

NAMES = st.sampled_from(["a", "b", "x", "conv", "s_1", "Cell", "_", "steps"])
NUMBERS = st.sampled_from(["0", "1", "12", "0.5", "1e-3", "2.5E+10", "5M", "3K", "1.5G", "007"])
TEXTS = st.text(alphabet='ab "\\\n\tü#→', max_size=6)


class _Maker:
    """Draws nodes; `depth` bounds how deep they go."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def name(self) -> str:
        return str(self.draw(NAMES))

    def maybe(self, make: Callable[[], Any]) -> Any:
        return make() if self.draw(st.booleans()) else None

    def some(self, make: Callable[[], Any], least: int = 0, most: int = 3) -> tuple[Any, ...]:
        return tuple(make() for _ in range(self.draw(st.integers(least, most))))

    def leaf(self) -> s.Expr:
        kind = self.draw(st.integers(0, 6))
        if kind == 0:
            return s.Number(self.draw(NUMBERS))
        if kind == 3:
            return s.Path(self.draw(st.sampled_from(["cell/x", "a[{i}]/b c", ""])))
        if kind == 1:
            return s.Text(self.draw(TEXTS))
        if kind == 2:
            return s.Boolean(self.draw(st.booleans()))
        return s.Name(self.name())

    def expr(self, depth: int, least: int = p.EXPR) -> s.Expr:
        """An expression where the grammar wants one of this level or tighter."""
        if depth <= 0:
            return self.leaf()
        makers = [make for level, make in _MAKERS if level >= least]
        return self.draw(st.sampled_from(makers))(self, depth - 1)

    def binary(self, depth: int, ops: str, left: int, right: int) -> s.Expr:
        op = self.draw(st.sampled_from(ops.split(",")))
        return s.Binary(op, self.expr(depth, left), self.expr(depth, right))

    def binding(self, depth: int) -> s.Binding:
        return s.Binding(self.name(), self.expr(depth))

    def parameter(self, depth: int) -> s.Binding:
        return s.Binding(self.name(), self.expr(depth), self.maybe(self.name))

    def argument(self, depth: int) -> s.Argument:
        return s.Argument(self.maybe(self.name), self.expr(depth))

    def alternative(self, depth: int) -> s.Alternative:
        label = self.draw(st.one_of(NAMES, TEXTS, st.just("in")))
        guard = self.maybe(lambda: self.expr(depth))
        return s.Alternative(label, guard, self.expr(depth, p.BODY))

    def entry(self, depth: int) -> s.Entry:
        number, text = self.draw(NUMBERS), self.draw(st.one_of(NAMES, TEXTS, st.just("true")))
        keys = [("number", number), ("number", f"-{number}"), ("truth", "true"), ("text", text)]
        key = self.maybe(lambda: s.Key(*self.draw(st.sampled_from(keys))))
        return s.Entry(key, self.expr(depth))

    def clause(self, depth: int) -> s.Clause:
        cond = self.maybe(lambda: self.expr(depth, p.OR))
        return s.Clause(self.maybe(self.name), self.name(), self.expr(depth, p.OR), cond)

    def slice(self, depth: int) -> s.Expr:
        end = self.expr(depth, p.SUM)
        start, stop = (end, None) if self.draw(st.booleans()) else (None, end)
        return s.Slice(self.expr(depth, p.POSTFIX), start, stop)

    def range(self, depth: int) -> s.Expr:
        step = self.maybe(lambda: self.expr(depth, p.SUM))
        log = self.draw(st.booleans())
        return s.Range(self.expr(depth, p.SUM), self.expr(depth, p.SUM), step, log)

    def pick(self, depth: int) -> s.Expr:
        flags = self.draw(st.booleans()), self.draw(st.booleans())
        return s.Pick(self.expr(depth, p.RANGE), self.expr(depth, p.RANGE), *flags)

    def graph(self, depth: int) -> s.Expr:
        inputs = self.some(lambda: s.Name(self.name()))
        return s.Graph(inputs, self.block(depth))

    def block(self, depth: int) -> tuple[s.Statement, ...]:
        return self.some(lambda: self.statement(depth))

    def statement(self, depth: int) -> s.Statement:
        match self.draw(st.integers(0, 5 if depth > 0 else 3)):
            case 0:
                return s.Assign(self.some(self.name, 1), self.expr(depth, p.BODY))
            case 1:
                return s.Append(self.name(), self.expr(depth, p.BODY))
            case 2:
                return s.Require(self.some(lambda: self.expr(depth), 1))
            case 3:
                return s.Out(self.some(lambda: self.expr(depth), 1))
            case 4:
                source = self.expr(depth - 1, p.OPTIONS)
                return s.Loop(self.maybe(self.name), self.name(), source, self.block(depth - 1))
            case _:
                block, other = self.block(depth - 1), self.block(depth - 1)
                return s.When(self.expr(depth - 1), block, other)

    def item(self, depth: int) -> s.Item:
        match self.draw(st.integers(0, 9)):
            case 8:
                return self.encoding(depth)
            case 9:
                return s.Encode(self.name(), self.expr(depth, p.BODY))
            case 0:
                return s.SpaceDecl(self.name(), self.maybe(lambda: self.draw(TEXTS)))
            case 1:
                return s.Import(self.draw(TEXTS))
            case 2:
                return s.Param(self.some(lambda: self.parameter(depth), 1))
            case 3:
                return s.Let(self.name(), self.expr(depth, p.BODY))
            case 4:
                formals = self.some(
                    lambda: s.Formal(self.name(), self.maybe(lambda: self.expr(depth)))
                )
                return s.Motif(self.name(), formals, self.expr(depth, p.BODY))
            case 5:
                return s.Network(self.expr(depth, p.BODY))
            case 6:
                return s.Require(self.some(lambda: self.expr(depth), 1))
            case _:
                return s.Search(
                    self.some(
                        lambda: s.Setting(self.name(), self.some(lambda: self.expr(depth), 1))
                    )
                )

    def encoding(self, depth: int) -> s.Encoding:
        rows = self.some(lambda: self.form_row(depth))
        doc = self.maybe(lambda: self.draw(TEXTS))
        return s.Encoding(self.name(), self.maybe(self.name), doc, rows)

    def form_row(self, depth: int) -> s.FormRule | s.FormCheck:
        if self.draw(st.booleans()):
            return s.FormRule(self.name(), self.some(lambda: self.form(depth), 1))
        clauses = self.some(lambda: self.clause(depth))
        return s.FormCheck(self.expr(depth), clauses, s.Text(self.draw(TEXTS)))

    def form(self, depth: int) -> s.Form:
        bodies = st.sampled_from(
            [
                lambda: s.Text(self.draw(TEXTS)),
                lambda: s.FormName(self.name()),
                lambda: s.FieldSet(self.some(lambda: self.form_field(depth), 1)),
            ]
        )
        value = self.maybe(lambda: self.expr(depth, p.FACTOR))
        return s.Form(self.maybe(self.name), self.draw(bodies)(), value)

    def form_field(self, depth: int) -> s.FormField:
        key = self.draw(st.one_of(NAMES, TEXTS, st.just("in")))
        default = self.maybe(lambda: self.expr(depth, p.FACTOR))
        return s.FormField(key, s.Text(self.draw(TEXTS)), default)


_Make = Callable[[_Maker, int], s.Expr]
_MAKERS: list[tuple[int, _Make]] = [
    (p.BODY, lambda m, d: s.Where(m.expr(d), m.some(lambda: m.binding(d), 1))),
    (p.EXPR, lambda m, d: s.Ternary(m.expr(d, p.OPTIONS), m.expr(d, p.OPTIONS), m.expr(d))),
    (p.OPTIONS, lambda m, d: s.Alternatives(m.some(lambda: m.expr(d, p.PIPE), 2))),
    (p.PIPE, lambda m, d: s.Pipeline(m.some(lambda: m.expr(d, p.OR), 2))),
    (p.OR, lambda m, d: m.binary(d, "or", p.OR, p.AND)),
    (p.AND, lambda m, d: m.binary(d, "and", p.AND, p.NOT)),
    (p.NOT, lambda m, d: s.Unary("not", m.expr(d, p.NOT))),
    (p.COMPARE, lambda m, d: m.binary(d, "==,!=,<,>=,in,not in", p.CHOICE, p.CHOICE)),
    (p.CHOICE, lambda m, d: s.Any(m.expr(d, p.RANGE))),
    (p.CHOICE, lambda m, d: s.Some(m.expr(d, p.RANGE))),
    (p.CHOICE, lambda m, d: s.Permutation(m.expr(d, p.RANGE))),
    (p.CHOICE, lambda m, d: m.pick(d)),
    (p.RANGE, lambda m, d: m.range(d)),
    (p.SUM, lambda m, d: m.binary(d, "+,-", p.SUM, p.TERM)),
    (p.TERM, lambda m, d: m.binary(d, "*,/,%", p.TERM, p.FACTOR)),
    (p.FACTOR, lambda m, d: s.Unary("-", m.expr(d, p.FACTOR))),
    (p.POSTFIX, lambda m, d: s.Call(m.expr(d, p.POSTFIX), m.some(lambda: m.argument(d)))),
    (p.POSTFIX, lambda m, d: s.Index(m.expr(d, p.POSTFIX), m.expr(d))),
    (p.POSTFIX, lambda m, d: m.slice(d)),
    (
        p.POSTFIX,
        lambda m, d: s.Field(m.expr(d, p.POSTFIX), m.draw(st.one_of(NAMES, st.just("in")))),
    ),
    (p.ATOM, lambda m, d: m.leaf()),
    (p.ATOM, lambda m, d: s.Group(m.expr(d, p.BODY))),
    (p.ATOM, lambda m, d: s.Tensors(m.some(lambda: m.expr(d), 2))),
    (p.ATOM, lambda m, d: s.List(m.some(lambda: m.expr(d), 0, 12))),
    (p.ATOM, lambda m, d: s.Comprehension(m.expr(d), m.some(lambda: m.clause(d), 1))),
    (p.ATOM, lambda m, d: s.OneOf(m.some(lambda: m.alternative(d), 1))),
    (p.ATOM, lambda m, d: s.Case(m.expr(d, p.OR), m.some(lambda: m.entry(d), 1))),
    (p.ATOM, lambda m, d: m.graph(d)),
    (p.ATOM, lambda m, d: s.Repeat(m.expr(d, p.CHOICE), m.maybe(m.name), m.expr(d, p.BODY))),
]


@st.composite
def expressions(draw: Draw, depth: int = 3) -> s.Expr:
    return _Maker(draw).expr(depth, p.BODY)


@st.composite
def programs(draw: Draw, depth: int = 2) -> s.Program:
    maker = _Maker(draw)
    return s.Program(maker.some(lambda: maker.item(depth), 0, 4))


def without_groups(node: Any) -> Any:
    """A tree with its parentheses left out, which printing must put where they are needed."""
    if isinstance(node, s.Group):
        return without_groups(node.body)
    if isinstance(node, tuple):
        return tuple(without_groups(x) for x in node)
    if not isinstance(node, s.Syntax):
        return node
    values = [without_groups(getattr(node, name)) for name in node._compared]
    return type(node)(*values)


_BLANKS = ["", "", "", " ", "\n", "\n\n\n", "\t", " # one\n", "# two\n", "\n\n  # three\n", "\n#\n"]


@st.composite
def laid_out(draw: Draw, text: str) -> str:
    """The same program in some other layout, with comments strewn in."""
    parts: list[str] = []
    before = ""
    for lexeme in scan(text):
        if lexeme.kind == "comment":
            continue
        gap = draw(st.sampled_from(_BLANKS))
        parts += [gap or _needed(before, lexeme.text), lexeme.text]
        before = lexeme.text
    return "".join(parts) + draw(st.sampled_from(_BLANKS))


def _needed(before: str, after: str) -> str:
    """A blank, unless two pieces stay two without it."""
    return "" if before in "([{,=" or after in ")]}," else " "
