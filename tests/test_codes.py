"""Parameters that are texts of an encoding: what they mean, and where mistakes in them are shown."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasdsl.cli.common import read_sets
from nasdsl.codes import CodeText, offsets_in
from nasdsl.costs import cost
from nasdsl.diagnostics import NasError, fail
from nasdsl.space import Space, parse_space
from nasdsl.spans import Source, Span
from nasdsl.tree import unquote
from nasdsl.values import Fields
from tests.test_meaning import compare


class Pairs:
    """`conv~0|pool~1`: a list of records of an operator and a number."""

    def decode(self, text: str, name: str = "") -> Any:
        found, at = [], 0
        for part in text.split("|"):
            op, sign, number = part.strip().partition("~")
            if not sign or not number.isdigit():
                span = Span(Source(name or "<pairs>", text), at, at + len(part))
                raise fail("NAS071", f"`{part}` is no pair", span, help="write op~0")
            found.append(Fields(("op", "from"), (op, int(number))))
            at += len(part) + 1
        return tuple(found)

    def encode(self, value: Any) -> str:
        return "|".join(f"{e['op']}~{e['from']}" for e in value)


@pytest.fixture(autouse=True)
def _stub(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("nasdsl.scope.coders", "nasdsl.names.coders"):
        monkeypatch.setattr(place, lambda programs: {"pairs": Pairs()})


PROGRAM = """param code: pairs = "conv~0|pool~1", width = 4

motif node(edge) = case edge.op { conv: linear(width + edge.from) -> linear(4), pool: relu }

network = vector(4) -> chain([node(e) for e in code])
"""


def made(text: str, **given: Any) -> Space:
    return parse_space(text, "a.nas", given)


def mistake(text: str, **given: Any) -> str:
    with pytest.raises(NasError) as raised:
        made(text, **given)
    return str(raised.value)


def params(space: Space) -> int:
    return cost(space.build(space.unrank(0))).params


def test_the_network_is_a_function_of_the_text() -> None:
    default, other = made(PROGRAM), made(PROGRAM, code="conv~3|conv~3")
    assert default.size == other.size == 1
    assert (params(default), params(other)) == (40, 2 * (5 * 7 + 8 * 4))
    assert default.params == {"code": "conv~0|pool~1", "width": 4}
    assert other.params == {"code": "conv~3|conv~3", "width": 4}


def test_a_mistake_in_the_program_is_shown_there() -> None:
    assert "a.nas:1:29: error[NAS071]: `pool-1` is no pair" in mistake(
        PROGRAM.replace("pool~1", "pool-1")
    )
    several = PROGRAM.replace('"conv~0|pool~1"', '"""conv~0|\n\\tconv~1|\\"pool-1"""')
    shown = mistake(several)
    assert "a.nas:2:10: error[NAS071]" in shown
    assert '2 | \\tconv~1|\\"pool-1"""\n      |          ^^^^^^^^\n' in shown.replace(
        ", width = 4", ""
    )


def test_a_mistake_in_a_text_from_outside_is_shown_in_the_text() -> None:
    shown = mistake(PROGRAM, code="conv~0|pol")
    assert "<code>:1:8: error[NAS071]" in shown
    assert "conv~0|pol\n      |        ^^^" in shown
    named = mistake(PROGRAM, code=CodeText("conv~0\n|pol", "--set code"))
    assert "--set code:2:2: error[NAS071]" in named


def test_a_text_that_is_computed() -> None:
    chosen = PROGRAM.replace('"conv~0|pool~1"', '"conv~0" if width == 4 else "pool"')
    assert params(made(chosen)) == 40
    shown = mistake(chosen, width=5)
    assert "<pairs>:1:1" in shown
    assert "the text is the value of this" in shown
    assert "error[NAS108]" in mistake(PROGRAM.replace('"conv~0|pool~1"', "7"))
    assert "error[NAS108]" in mistake(PROGRAM, code=7)


def test_the_type_must_be_declared() -> None:
    shown = mistake(PROGRAM.replace(": pairs", ": pears"))
    assert "a.nas:1:13: error[NAS107]" in shown
    assert "did you mean `pairs`?" in shown


@given(
    st.lists(st.tuples(st.sampled_from('ab"\\\n\té→~'), st.booleans()), max_size=12), st.booleans()
)
def test_every_character_is_found_again(pieces: list[tuple[str, bool]], triple: bool) -> None:
    """Characters of a literal's value and where they stand, whichever of them are escaped."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    spelled = [escapes.get(c, c) if e or not triple or c in '"\\' else c for c, e in pieces]
    quotes = '"""' if triple else '"'
    literal = quotes + "".join(spelled) + quotes
    assert unquote(literal) == "".join(c for c, _ in pieces)
    offsets = offsets_in(Span(Source("a", literal), 0, len(literal)))
    assert len(offsets) == len(pieces) + 1
    ends = [*offsets[1:], len(literal)]
    assert [literal[a:b] for a, b in zip(offsets, ends, strict=True)] == [*spelled, quotes]


def test_a_code_in_a_search(tmp_path: Path) -> None:
    """`--set` takes a text as it is, or from a file; a study keeps it."""
    (tmp_path / "code.txt").write_text("0110\n")
    kept = read_sets(
        ["code=0110", "n=0110", "more=@" + str(tmp_path / "code.txt")], {"code", "more"}
    )
    assert kept == {"code": "0110", "n": 110, "more": "0110"}
    assert json.loads(json.dumps(kept)) == kept
    assert isinstance(kept["more"], CodeText)
    assert kept["more"].name == str(tmp_path / "code.txt")
    assert isinstance(kept["code"], CodeText)
    assert kept["code"].name == "--set code"


RECORD = Fields(("op", "at"), ("conv", (1, 2)))


def test_records_are_values() -> None:
    same = Fields(("op", "at"), ("conv", (1, 2)))
    assert RECORD == same
    assert hash(RECORD) == hash(same)
    assert RECORD != Fields(("at", "op"), ((1, 2), "conv"))
    assert RECORD["at"] == (1, 2)
    assert pickle.loads(pickle.dumps(RECORD)) == RECORD


VALUES = {
    "code[0] == code[0]": True,
    "code[0] != code[1]": True,
    "code[1] in code": True,
    "code[1] in [code[0]]": False,
    "code[0] == none": False,
    "len(code)": 2,
    "len(code[1..])": 1,
    "[e.from for e in code]": (0, 1),
    '[i for i, e in code if e.op == "pool"]': (1,),
    "index(code, code[1])": 1,
    "count(code, code[1])": 1,
    "reverse(code)[0].op": "pool",
    "(code + code)[2].op": "conv",
    "same(code[1]).op": "pool",
    "again(code[1], 2)": 1,
    "same().op": "conv",
}


@pytest.mark.parametrize("expression", VALUES)
def test_what_can_be_done_with_records(expression: str) -> None:
    value = VALUES[expression]
    text = f"""param code: pairs = "conv~0|pool~1"
motif same(e = code[0]) = e
motif again(e, n) = e.from if n == 0 else again(e, n - 1)
require ({expression}) == {str(value).lower() if isinstance(value, bool) else print_value(value)}
require same(code[0]) in code, again(code[0], 1) == 0
network = vector(4)"""
    made(text)


def print_value(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(print_value, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def test_a_record_that_is_chosen() -> None:
    """Cases, fields and motifs of an open record, over the genotypes and over all choices at once."""
    space = made("""param code: pairs = "conv~0|pool~1|conv~2"
let edge = any code
motif tree(e, n) = node(e) if n == 0 else node(e) -> one of { more: tree(e, n - 1) less: relu }
motif node(e) = case e.op { conv: linear(any 1..(1 + e.from)) -> linear(4), pool: relu | tanh }
network = vector(4) -> tree(edge, 1) -> graph (x) {
  y = [x]
  for e in [edge, code[0]] { y += y[-1] -> node(e) }
  out y[-1]
}""")
    compare(space)
    assert space.size == sum(1 for _ in space.enumerate())
    sizes = [1, 2, 3]  # ways to make a node of each of the three
    assert space.size == sum((n * n + n) * n * 1 for n in sizes)
