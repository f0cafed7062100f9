"""Random declarations of encodings, small ones that often are unambiguous."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from nasdsl.diagnostics import NasError
from nasdsl.encodings import Encoding, encodings_of
from nasdsl.parser import parse_text

Draw = Callable[[st.SearchStrategy[Any]], Any]

_SCALARS = ["int", "digit", "number", "bool", "word", "letters", "alnum"]
_WORDS = ["a", "b", "ab", "abc", "a1", "none", "True", "1", "-", "x y", "x", "e"]
_SIGNS = ["|", "~", ",", "-", "_", ".", ":", "||", "(", "x", "1", " "]
_CLOSED = [("(", ")"), ("[", "]"), ("<", ">"), ("|", "|"), ("", ""), ("", ";"), ("x", "")]


class _Maker:
    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.layout = self.pick(["tight", "tight", "", "python", "json"])
        self.rules: list[str] = []

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def chance(self, percent: int) -> bool:
        return bool(self.draw(st.integers(0, 99)) < percent)

    def rule(self, depth: int) -> str:
        """The name of a new rule, or a built-in one."""
        if depth <= 0 or self.chance(25):
            extra = [] if self.layout == "tight" else ["text", "indices", "literal"]
            return str(self.pick(_SCALARS + extra))
        name = f"rule{len(self.rules)}"
        self.rules.append("")
        self.rules[int(name[4:])] = f"{name} = {self.body(depth - 1)}"
        return name

    def body(self, depth: int) -> str:
        match self.draw(st.integers(0, 5)):
            case 0:
                words = self.draw(st.lists(st.sampled_from(_WORDS), min_size=2, unique=True))
                values = self.pick(["", "", " as 1", " as true"])
                return " | ".join(f'"{w}"' for w in words) + values
            case 1:
                count = self.draw(st.integers(2, 3))
                return " | ".join(
                    f'k{i}: "{self.pick(_SIGNS)}{self.template(depth)}"' for i in range(count)
                )
            case 2 if depth > 0:
                return f'"{self.template(depth)}" | {self.rule(depth)}'
        return f'"{self.template(depth)}"'

    def template(self, depth: int, inside: bool = False) -> str:
        parts = [self.slot(depth, i) for i in range(self.draw(st.integers(1, 3)))]
        left, right = self.pick(_CLOSED)
        text = left + self.pick(_SIGNS).join(parts) + right
        if self.layout in ("python", "json") and not inside and self.chance(40):
            return f"'{text}'"
        return text

    def slot(self, depth: int, place: int) -> str:
        name = f"s{place}: " if self.chance(80) else ""
        if self.chance(35):
            return f"{{{name}{self.rule(depth)} {self.pick([*_SIGNS[:-1], ''])} ...}}"
        if self.chance(10):
            return f"{{{name}{self.fields(depth)} {self.pick(_SIGNS[:-1])} ...}}"
        return f"{{{name}{self.rule(depth)}}}"

    def fields(self, depth: int) -> str:
        name = f"rule{len(self.rules)}"
        self.rules.append("")
        rows = []
        for key in "abc"[: self.draw(st.integers(1, 3))]:
            slot = f"{{{self.rule(depth - 1)}}}" if self.chance(60) else ""
            default = self.pick(["", " = 0", " = false"])
            rows.append(f'{key}: "{key}{self.pick(["", ":"])}{slot}"{default}')
        self.rules[int(name[4:])] = f"{name} = {{ {' '.join(rows)} }}"
        return name


@st.composite
def declarations(draw: Draw) -> Encoding:
    """An encoding that is well formed; it may be ambiguous."""
    maker = _Maker(draw)
    start = f'code = "{maker.template(3)}"'
    text = "\n".join([f"encoding random {maker.layout} {{", start, *maker.rules, "}"])
    try:
        return encodings_of([parse_text(text)])["random"]
    except NasError as error:
        assert {d.code for d in error.diagnostics} <= {"NAS067"}, str(error)
        return draw(declarations())
