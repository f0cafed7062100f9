"""Broken texts from good ones: pieces and parts left out, doubled, swapped and put elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from nasdsl import syntax as s
from nasdsl.diagnostics import NasError
from nasdsl.lexemes import KEYWORDS, scan
from nasdsl.parser import parse_text
from tests.generate import spaces

Draw = Callable[[st.SearchStrategy[Any]], Any]

ROOT = Path(__file__).parent.parent
SEEDS = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("spaces/*.nas"))] + [
    path.read_text(encoding="utf-8", errors="replace")
    for path in sorted(ROOT.glob("tests/errors/*.nas"))
]
WORDS = [*sorted(KEYWORDS), "x", "s", "C", "conv", "relu", "sum", "len"]
SIGNS = [
    "->",
    "..",
    "+=",
    "==",
    "!=",
    "<=",
    "<",
    "=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    ",",
    ":",
]
LITERALS = ["0", "1", "-1", "2.5", "3M", "1e300", '"t"', "true"]

# Values of every kind, open and plain: put in place of any expression.
VALUES = (
    """
0; -1; 2.5; 1G; true; "t"; x; s; []; [x]; 1..3; 0.0..1.0; sum; relu; conv(3); linear(4); (relu, tanh)
any [1, 2]; any 1..3; any 0.0..1.0; any [[1], [2, 3]]; any [relu, 1]; relu | tanh; some of [1, 2, 3]
pick 2 of [1, 2, 3]; pick any 0..2 of [relu, tanh, identity]; permutation of [1, 2]; len(some of [1, 2])
[y for y in 1..(any 1..3)]; [i for i in 1..4 if i != (any 1..3)]; sum(some of [1, 2]); channels(x)
graph (x) { out x }; graph (x) { out x, x }; repeat any 0..2 { relu }; (any 1..2) * relu; x -> relu
sum([relu, tanh]); chain([relu, tanh]); reverse(some of [1, 2, 3]); loose([x]); [1, 2][any 0..1]
any [1, 2] == 1; scan(relu, [4]); vector(4); image(3, 8, 8); [x, x] -> sum; 0..100; [[1], [1, 2]]
""".replace("\n", ";")
    .strip(";")
    .split(";")
)


def soups() -> st.SearchStrategy[str]:
    """Words of the language in no order."""
    piece = st.sampled_from([*WORDS, *SIGNS, *LITERALS, "\n", "# c\n", "é", '"', "\\", "\x0c"])
    return st.lists(piece, max_size=40).map(" ".join)


@st.composite
def torn(draw: Draw) -> str:
    """A good text with some of its tokens left out, doubled, swapped or replaced."""
    pieces = [x.text for x in scan(draw(st.sampled_from(SEEDS)))][:400]
    for _ in range(draw(st.integers(1, 3))):
        if not pieces:
            break
        at = draw(st.integers(0, len(pieces) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                del pieces[at]
            case 1:
                pieces.insert(at, pieces[at])
            case 2:
                pieces[at] = draw(st.sampled_from([*WORDS, *SIGNS, *LITERALS]))
            case _:
                other = draw(st.integers(0, len(pieces) - 1))
                pieces[at], pieces[other] = pieces[other], pieces[at]
    return "\n".join(pieces) if draw(st.booleans()) else " ".join(pieces)


@st.composite
def grafted(draw: Draw, small: bool = True) -> str:
    """A good text with some of its expressions and statements replaced: it parses, and means little."""
    text = draw(st.one_of(spaces(), st.sampled_from(SMALL if small else SEEDS)))
    for _ in range(draw(st.integers(1, 3))):
        try:
            nodes = [n for n in s.walk(parse_text(text)) if isinstance(n, s.Expr | s.Statement)]
        except NasError:
            return text
        if not nodes:
            return text
        node = draw(st.sampled_from(nodes))
        old = _text(text, node)
        if isinstance(node, s.Expr):
            new = draw(
                st.sampled_from(_graft(old, _text(text, draw(st.sampled_from(nodes))), draw))
            )
        else:
            new = draw(st.sampled_from(["", f"{old}\n{old}"]))
        assert node.span is not None
        text = f"{text[: node.span.start]} {new} {text[node.span.end :]}"
    return text


SMALL = [text for text in SEEDS if len(text) < 600]


def _text(text: str, node: s.Syntax) -> str:
    assert node.span is not None
    return text[node.span.start : node.span.end]


def _graft(old: str, other: str, draw: Draw) -> list[str]:
    value = draw(st.sampled_from(VALUES)).strip()
    return [
        value, f"({value})", f"({other})", f"({old} if {value} == 1 else {value})", f"({old} | {value})",
        f"any [{old}, {value}]", f"(some of {old})", f"(pick 1 of {old})", f"sum({old})", f"[{old}]",
        f"(permutation of {old})", f"{old}[{value}]", f"({old} -> {value})", f"({old} + {value})",
    ]  # fmt: skip
