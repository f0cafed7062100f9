"""The parser builds the tree that the grammar names, with spans, and fails only by NasError."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark

from nasdsl import syntax as s
from nasdsl.diagnostics import NasError, render
from nasdsl.format import format_text, print_program
from nasdsl.lexemes import KEYWORDS, scan
from nasdsl.names import check_names
from nasdsl.parser import MAX_CHARACTERS, parse_expression, parse_text
from nasdsl.recovery import lark_parser
from nasdsl.spans import Source
from nasdsl.tree import TreeBuilder
from tests.trees import expressions, programs

relaxed = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)
GOOD = """space toy "A toy"
import "lib.nas"
param C = 16, code: bits = "0110", n = 4
motif edge(c, k = 3) = one of { conv: conv(k, c) "max pool": max_pool(k) skip if c > 3: identity }
let cell = graph (a, b) {
  s = [a, b]
  for i, x in 1..n { s += sum(pick 2 of [y -> edge(C) for j, y in s if j < 2] ordered) }
  y = case n { 3: x.field, else: b }
  when n > 2 { out concat(s[2..]) } else when true { out s[0] } else { require not false out a, b }
}
network = (image(3, 32, 32), vector(4)) -> cell -> repeat any 2..4 as i { relu | swish } where k = 3
require params < 5M, C in [8, 16], n not in 1..2
search { strategy = random budget = 200 }
encoding cells tight "Cells" {
  code = "{cell + ...}" | none: "-" as -1
  cell = other | { k: "k{int}" = 3 "in": "{{" c: "c" = [1] }
  other = "x"
  require len(code) == i + 1 for i, x in code if x > 2 "in {i} there are {len(code)}"
}
encode cells = [`a[{i}]/b c` for i in 0..2]
"""
EXAMPLES = {
    "5M": s.Number("5M"),
    '"a\\n\\"b\\""': s.Text('a\n"b"'),
    "true": s.Boolean(True),
    "-x": s.Unary("-", s.Name("x")),
    "not a": s.Unary("not", s.Name("a")),
    "a not in b": s.Binary("not in", s.Name("a"), s.Name("b")),
    "a - b - c": s.Binary("-", s.Binary("-", s.Name("a"), s.Name("b")), s.Name("c")),
    "a if b else c": s.Ternary(s.Name("a"), s.Name("b"), s.Name("c")),
    "a | b": s.Alternatives((s.Name("a"), s.Name("b"))),
    "a -> b": s.Pipeline((s.Name("a"), s.Name("b"))),
    "1..4 step 2 log": s.Range(s.Number("1"), s.Number("4"), s.Number("2"), True),
    "any x": s.Any(s.Name("x")),
    "some of x": s.Some(s.Name("x")),
    "pick 2 of x repeated": s.Pick(s.Number("2"), s.Name("x"), False, True),
    "permutation of x": s.Permutation(s.Name("x")),
    "one of { a if b: c }": s.OneOf((s.Alternative("a", s.Name("b"), s.Name("c")),)),
    "graph () { }": s.Graph((), ()),
    "graph (x,) { out x }": s.Graph((s.Name("x"),), (s.Out((s.Name("x"),)),)),
    "repeat 2 as i { x }": s.Repeat(s.Number("2"), "i", s.Name("x")),
    "(x)": s.Group(s.Name("x")),
    "(x, y,)": s.Tensors((s.Name("x"), s.Name("y"))),
    "[]": s.List(()),
    "[x for i, x in y if i]": s.Comprehension(
        s.Name("x"), (s.Clause("i", "x", s.Name("y"), s.Name("i")),)
    ),
    "f(x, k = 3)": s.Call(
        s.Name("f"), (s.Argument(None, s.Name("x")), s.Argument("k", s.Number("3")))
    ),
    "x[1]": s.Index(s.Name("x"), s.Number("1")),
    "x[1..2]": s.Index(s.Name("x"), s.Range(s.Number("1"), s.Number("2"))),
    "x[1..]": s.Slice(s.Name("x"), s.Number("1"), None),
    "x[..1]": s.Slice(s.Name("x"), None, s.Number("1")),
    'case x { a: y, "b c": z 3: y, -1: z else: y, }': s.Case(
        s.Name("x"),
        (
            s.Entry(s.Key("text", "a"), s.Name("y")),
            s.Entry(s.Key("text", "b c"), s.Name("z")),
            s.Entry(s.Key("number", "3"), s.Name("y")),
            s.Entry(s.Key("number", "-1"), s.Name("z")),
            s.Entry(None, s.Name("y")),
        ),
    ),
    "case x { true: y }": s.Case(s.Name("x"), (s.Entry(s.Key("truth", "true"), s.Name("y")),)),
    "a.b..c.d": s.Range(s.Field(s.Name("a"), "b"), s.Field(s.Name("c"), "d")),
    "x.in[1].y": s.Field(s.Index(s.Field(s.Name("x"), "in"), s.Number("1")), "y"),
    "2.5": s.Number("2.5"),
    "1..3": s.Range(s.Number("1"), s.Number("3")),
    '"""a "quoted" word\\n\\\\"""': s.Text('a "quoted" word\n\\'),
    '"""one\n  two"""': s.Text("one\n  two"),
    '""': s.Text(""),
    "`a[{i}]/b c`": s.Path("a[{i}]/b c"),
    "a where b = 1": s.Where(s.Name("a"), (s.Binding("b", s.Number("1")),)),
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_each_construct_is_its_node(text: str) -> None:
    assert parse_expression(Source("e", text)) == EXAMPLES[text]


def test_every_node_kind_is_built_and_spans_its_text() -> None:
    program = parse_text(GOOD)
    kinds = {type(node) for node in s.walk(program)}
    kinds |= {type(parse_expression(Source("e", text))) for text in EXAMPLES}
    known = {c for c in vars(s).values() if isinstance(c, type) and issubclass(c, s.Syntax)}
    assert kinds == known - {s.Syntax}
    for node in s.walk(program):
        assert node.span is not None
        for child in s.children(node):
            assert child.span is not None
            assert child.span in node.span


@relaxed
@given(expressions())
def test_the_text_of_a_span_parses_to_its_node(expression: s.Expr) -> None:
    text = print_program(s.Program((s.Let("v", expression),)))
    for node in s.walk(parse_text(text)):
        if isinstance(node, s.Expr):
            assert node.span is not None
            assert parse_expression(Source("e", node.span.text)) == node


@pytest.mark.parametrize("text", ["letx = 3", "let x = 1..2 logx", "spaceA"])
def test_keywords_are_whole_words(text: str) -> None:
    with pytest.raises(NasError):
        parse_text(text)


def test_two_layouts_are_equal() -> None:
    words = [x.text for x in scan(GOOD) if x.kind != "comment"]
    assert parse_text(" # c\n".join(words)) == parse_text(GOOD)


# ------------------------------------------------------------------ nothing but NasError


def survive(text: str) -> None:
    """Parse; on success go on, on failure draw the diagnostics."""
    try:
        program = parse_text(text)
    except NasError as error:
        assert error.diagnostics
        for diagnostic in error.diagnostics:
            assert re.fullmatch(r"NAS0\d\d", diagnostic.code)
            assert render(diagnostic)
        return
    check_names([program], {})
    assert parse_text(format_text(text)) == program


@relaxed
@given(st.binary(max_size=60))
def test_any_bytes_are_survived(data: bytes) -> None:
    survive(data.decode("latin-1"))


@relaxed
@given(st.lists(st.sampled_from([*KEYWORDS, *'()[]{},=:|+-*/%<>.;&!#"', "->", "..", "+=", "x", "3M", "\n", ' "s" ']), max_size=25))  # fmt: skip
def test_any_pieces_are_survived(words: list[str]) -> None:
    survive(" ".join(words))


@relaxed
@given(st.data())
def test_mutated_programs_are_survived(data: st.DataObject) -> None:
    pieces = [x.text for x in scan(GOOD)]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(pieces) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                del pieces[at]
            case 1:
                pieces.insert(at, data.draw(st.sampled_from(pieces)))
            case _:
                other = data.draw(st.integers(0, len(pieces) - 1))
                pieces[at], pieces[other] = pieces[other], pieces[at]
    survive(" ".join(pieces))


_PLAIN = Lark(
    (Path(__file__).parent.parent / "grammar" / "nas.lark").read_text(encoding="utf-8"),
    parser="lalr",
)


@settings(relaxed, max_examples=20)
@given(from_lark(_PLAIN, start="start"))
def test_what_the_grammar_generates_is_survived(text: str) -> None:
    survive(text)


@relaxed
@given(programs())
def test_name_checks_of_any_program_end(program: s.Program) -> None:
    for diagnostic in check_names([program, parse_text(print_program(program))], {}):
        assert render(diagnostic)


# ------------------------------------------------------------------ limits


@pytest.mark.parametrize(
    "text",
    [
        "let a = " + "(" * 5000 + "1" + ")" * 5000,
        "let a = " + "[" * 5000,
        "let a = 1" + " + 1" * 10_000,
        "let a = " + "- " * 10_000 + "1",
        "let a = " + "1 if true else " * 5000 + "1",
        "let a = f" + "(x)" * 5000,
        "let a = graph (x) { " + "when x { } else " * 3000 + "{ } }",
    ],
)
def test_deep_texts_are_refused(text: str) -> None:
    with pytest.raises(NasError):
        parse_text(text)


def test_the_deepest_accepted_trees_can_be_handled() -> None:
    for text in ("(" * 198 + "1" + ")" * 198, "1" + " + 1" * 198, "f" + "(x)" * 99):
        program = parse_text(f"let a = {text}")
        check_names([program], {})
        assert parse_text(format_text(f"let a = {text}")) == program


def test_long_and_odd_texts_are_refused() -> None:
    with pytest.raises(NasError, match="NAS001"):
        parse_text(" " * (MAX_CHARACTERS + 1))
    with pytest.raises(NasError, match="NAS003"):
        parse_text("let a = 1\0")


def test_mistakes_are_capped() -> None:
    with pytest.raises(NasError) as caught:
        parse_text("let a = ;\n" * 50)
    assert len(caught.value.diagnostics) == 20


def test_the_words_of_the_grammar_are_the_keywords() -> None:
    words = {
        t.pattern.value
        for t in lark_parser(TreeBuilder()).terminals
        if t.pattern.type == "str" and t.pattern.value.isalpha()
    }
    assert words == KEYWORDS
