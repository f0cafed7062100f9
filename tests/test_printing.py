"""Printing and formatting are faithful: trees, comments and spellings survive, and it is stable."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl import syntax as s
from nasdsl.format import format_text, print_expr, print_program
from nasdsl.lexemes import scan
from nasdsl.parser import parse_expression, parse_text
from nasdsl.spans import Source
from tests.trees import expressions, laid_out, programs, without_groups

relaxed = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)


def comments(text: str) -> Counter[str]:
    return Counter(x.text.rstrip() for x in scan(text) if x.kind == "comment")


@relaxed
@given(programs())
def test_a_printed_program_parses_to_itself(program: s.Program) -> None:
    assert parse_text(print_program(program)) == program


@relaxed
@given(expressions())
def test_a_printed_expression_parses_to_itself(expression: s.Expr) -> None:
    assert parse_expression(Source("e", print_expr(expression))) == expression


@relaxed
@given(expressions())
def test_parentheses_are_put_where_precedence_wants_them(expression: s.Expr) -> None:
    bare = without_groups(expression)
    assert without_groups(parse_expression(Source("e", print_expr(bare)))) == bare


@relaxed
@given(programs())
def test_what_is_printed_is_formatted(program: s.Program) -> None:
    text = print_program(program)
    assert format_text(text) == text


@relaxed
@given(st.data())
def test_formatting_keeps_tree_and_comments_and_is_stable(data: st.DataObject) -> None:
    program = data.draw(programs())
    text = data.draw(laid_out(print_program(program)))
    laid = format_text(text)
    assert parse_text(laid) == program
    assert comments(laid) == comments(text)
    assert format_text(laid) == laid
    lines = laid.split("\n")
    assert all(line == line.rstrip() for line in lines)
    assert not any(a == b == "" for a, b in pairwise(lines[:-1]))


CANONICAL = [
    "x",
    "3*C + 1",
    "2*layers/3",
    "deep * cell",
    "conv(3)*(a + b)",
    "0..steps-1",
    "1e-4..1e-1 log",
    "16..128 step 8",
    "n[i-1]",
    "n[1..]",
    "not a in b",
    "a not in b",
    "(a or b) and c",
    "a - (b - c)",
    "pick 2 of n ordered repeated",
    "[x -> edge(2 if j < 2 else 1) for j, x in s if j > 0]",
    "repeat any 2..4 as i { block(i) }",
    "(a, b) -> graph (a, b) {\n  out a\n}",
    "a | b -> c | any d",
    "f(x)(y)[0]",
    "--a",
]


@pytest.mark.parametrize("text", CANONICAL)
def test_canonical_expressions(text: str) -> None:
    tree = parse_expression(Source("e", text))
    assert print_expr(tree) == text.replace("conv(3)*(a", "conv(3) * (a")


def test_long_constructs_break() -> None:
    names = [f"operation_{i}" for i in range(9)]
    laid = format_text(f"network = {' -> '.join(names)}")
    assert laid.split("\n")[:2] == ["network = operation_0", "  -> operation_1"]
    laid = format_text(f"let x = f({', '.join(n + '(1)' for n in names)})")
    assert laid.split("\n")[:2] == ["let x = f(", "  operation_0(1),"]
    assert all(len(line) <= 100 for line in laid.split("\n"))


def test_pipelines_break_where_their_author_broke_them() -> None:
    text = "network = image(3, 32, 32)\n  -> conv(3, 8) -> bn\n  -> linear(10)\n"
    assert format_text(text) == text
    assert format_text(text.replace("\n  ", "\n\n ")) == text
    assert format_text("let a = b\n| c") == "let a = b\n  | c\n"


def test_labels_are_aligned_and_comments_stay() -> None:
    text = """# top

motif edge(c) = one of { # the labels
  # nothing
  none: zero(c) # absent


  "sep conv 3": sep(3,c)
  # end
}  # done
# last"""
    assert (
        format_text(text)
        == """# top

motif edge(c) = one of {  # the labels
  # nothing
  none:         zero(c)  # absent

  "sep conv 3": sep(3, c)
  # end
}  # done
# last
"""
    )


def test_windows_line_ends_and_trailing_commas_go() -> None:
    assert format_text("let x = f(a, # c\r\n b,)\r\n") == "let x = f(\n  a,  # c\n  b\n)\n"


def test_the_empty_text_stays_empty() -> None:
    assert format_text("") == ""
    assert format_text("\n\n  # only\n\n") == "# only\n"
