"""Names: what is found, and above all what must not be complained about."""

from __future__ import annotations

from pathlib import Path

import pytest

from nasdsl.calls import Signature, show
from nasdsl.checks import check, signatures
from nasdsl.lexemes import KEYWORDS
from nasdsl.names import check_names
from nasdsl.parser import parse_text
from nasdsl.source import shipped

BUILTINS = {
    "f": Signature(("x", "y"), 1),
    "many": Signature(variadic=True, keywords=("k",)),
    "soft": Signature(("x",), 1, weak=True),
    "relu": Signature(),
}


def codes(text: str, whole: bool = False) -> list[str]:
    return [d.code for d in check_names([parse_text(text)], BUILTINS, whole=whole)]


FINE = [
    "let a = b let b = 1",
    "motif m(n) = relu if n == 0 else m(n - 1)",
    "motif even(n) = odd(n - 1) motif odd(n) = even(n - 1)",
    "motif m(a, b = a) = f(a, b)",
    "param depth = 3 let x = depth require depth < 4, params < 5M",
    "motif m = graph (x) { for i in 1..3 { y = x -> f(i) } out y }",
    "motif m = graph (x) { for i in 1..3 { x = x -> f(i) } out x, i }",
    "motif m = graph (x) { s = [x] for i in 1..3 { s += f(s) } out f(s) }",
    "motif m = graph (x) { when true { y = x } else { y = f(x) } out y }",
    "motif m = graph (x) { when true { out x } else when false { out x } else { out f(x) } }",
    "motif m = graph (x) { for i in 1..3 { when i > 1 { x = f(last) } last = x } out x }",
    "motif m(last) = graph (x) { for i in 1..3 { x = f(x, last) last = i } out x }",
    "motif m = graph (x) { x = f(x) out x }",
    "param C = 3 motif m = graph (x) { C = C * 2 out f(x, C) }",
    "motif m = graph (x) { a, b = f(x) out a }",
    "motif m(_unused) = relu",
    "let xs = [f(i, j) for i in 1..3 for j in 1..i if j < i]",
    "let x = a + b where a = 1, b = a",
    "let r = repeat 3 as i { f(i) }",
    "motif m(g) = g(1, 2, 3)",
    "motif m = relu let x = [m, m()]",
    "motif m = graph (x) { out x -> graph (y) { out f(y, x) } }",
    "let soft = 3 let x = soft",
    "let x = many(1, 2, 3, k = 4)",
    "motif m = one of { a if 1 < 2: relu b: f(1) }",
    "search { strategy = anything(at = all) }",
    "let x = 5..1 step -1",
    "let x = pick 3 of [1, 2] repeated",
    "let x = [1, 2, 3][1..2]",
]


@pytest.mark.parametrize("text", FINE)
def test_nothing_is_wrong_with(text: str) -> None:
    assert codes(text) == []


WRONG = {
    "let a = b let b = a": ["NAS103"],
    "let a = a let b = c let c = b": ["NAS103", "NAS103"],
    "let x = a where b = a, a = 1": ["NAS101", "NAS152"],
    "let x = f()": ["NAS133"],
    "let x = f(1, 2, 3)": ["NAS134"],
    "let x = f(1, z = 3)": ["NAS132"],
    "let x = f(x = 1, 2)": ["NAS130"],
    "let x = many(k = 1, k = 2)": ["NAS131"],
    "motif m(a) = f(a) let x = m(1, a = 2)": ["NAS131"],
    "let relu = 1": ["NAS104"],
    "motif m = graph (x, x) { out x }": ["NAS123"],
    "motif m = graph (x) { when true { out x } out x y = x }": ["NAS121", "NAS152"],
    "motif m = graph (x) { for i in 1..2 { out x y = x } }": ["NAS152", "NAS121"],
    "let x = [i for i in 1..2] let y = i": ["NAS101"],
    "motif m = graph (x) { for i in 1..2 { y += x } out y }": [],
    "let x = 1..2 step 0": ["NAS146"],
    "let x = permutation of []": ["NAS148"],
    "let x = params": ["NAS101"],
    "let x = repeat i as i { i }": ["NAS101"],
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with(text: str) -> None:
    assert sorted(codes(text)) == sorted(WRONG[text])


def test_warnings_say_so() -> None:
    (found,) = check_names([parse_text("motif m(a) = relu")], BUILTINS, whole=False)
    assert found.severity == "warning"
    assert str(found).startswith("<text>:1:9: warning[NAS152]")


def test_only_the_main_program_needs_a_network() -> None:
    library, main = parse_text("motif m = relu"), parse_text("network = m")
    assert check_names([library, main], BUILTINS) == []
    assert [d.code for d in check_names([main, library], BUILTINS)] == ["NAS143", "NAS140"][::-1]


def test_unused_globals_of_whole_programs_only() -> None:
    assert codes("let a = 1 network = relu", whole=True) == ["NAS150"]
    assert codes("let _a = 1 network = relu", whole=True) == []
    assert codes("let a = 1 network = relu") == []


def test_signatures_are_shown_as_they_are_called() -> None:
    assert show("f", Signature(("a", "b"), 1, True, ("k",))) == "f(a, b = …, k = …, …)"


def test_no_operator_has_the_name_of_a_keyword() -> None:
    assert KEYWORDS & set(signatures()) == {"log"}  # a flag of ranges, and a function


def _is_quick(name: str) -> bool:
    """Programs of notations are run by the tests of published strings as well."""
    return not name.startswith("code_")


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if _is_quick(n) else pytest.mark.slow) for n in shipped()],
)
def test_shipped_files_have_no_mistakes(name: str) -> None:
    assert [str(d) for d in check(Path(str(shipped()[name])))] == []
