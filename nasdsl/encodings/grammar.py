"""From forms to a Lark grammar, and from its trees to values with their places.

Quoted parts have a grammar of their own, in which blanks matter: a text between quotes is one token
outside, and is parsed again inside.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from nasdsl.spans import Span

from .conflicts import explain_conflicts
from .forms import SCALARS, FieldSet, Forms, Link, Mark, Part, Quoted, Slot, Template
from .terminals import (
    BLANKS,
    INT,
    NUM,
    QUOTED,
    TERMINALS,
    closings,
    is_quoted,
    mark_pattern,
    separator_marks,
)

if TYPE_CHECKING:
    from lark import Lark


class GrammarWriter:
    """The rules of one layout, made as they are asked for."""

    def __init__(self, forms: Forms, layout: str) -> None:
        self.forms, self.layout = forms, layout
        self.rules: dict[str, str] = {}
        self.terminals: dict[str, str] = {}
        self.marks: dict[str, str] = {}  # a mark's text to its terminal
        self.quoted: dict[tuple[Part, ...], str] = {}  # a quoted part to its start
        self.origins: dict[str, tuple[str, Span | None]] = {}  # what rules are made of
        self.numbers = {name: f"r{i}" for i, name in enumerate(forms.rules)}

    def text(self) -> str:
        """The grammar, as Lark reads it."""
        lines = [f"{name}: {body}" for name, body in self.rules.items()]
        lines += [f"{name}: /{_slashed(body)}/" for name, body in self.terminals.items()]
        if "literal" in self.rules:
            del lines[list(self.rules).index("literal")]
            lines.append(self.rules["literal"])
        if self.layout in BLANKS:
            lines.append(f"%ignore /{_slashed(BLANKS[self.layout])}/")
        return "\n".join(lines) + "\n"

    def rule(self, name: str) -> str:
        """The name of a rule of the encoding, written out if it is not yet."""
        number = self.numbers[name]
        if number not in self.rules:
            self.rules[number] = ""  # rules may be recursive
            self.origins[number] = (f"`{name}`", self.forms.rules[name].span)
            forms = self.forms.rules[name].forms
            bodies = [f"{self._form(f, number)} -> {number}_{i}" for i, f in enumerate(forms)]
            self.rules[number] = "\n  | ".join(bodies)
        return number

    def parts(self, parts: Sequence[Part]) -> str:
        shown = [self._part(part) for part in parts]
        for i in closings(parts, self.layout):
            shown[i] = f"{self._mark(',')}? {shown[i]}"
        return " ".join(shown)

    def _form(self, form: Template | FieldSet | Link, number: str) -> str:
        if isinstance(form, Link):
            return self._slot(Slot("", form.rule, None, None))
        if isinstance(form, Template):
            return self.parts(form.inside(self.layout == "tight"))
        tight = self.layout == "tight"
        bodies = [
            f"{self.parts(f.template.inside(tight))} -> {number}_f{i}"
            for i, f in enumerate(form.fields)
        ]
        self.rules[f"{number}_f"] = "\n  | ".join(bodies)
        return f"{number}_f"

    def _part(self, part: Part) -> str:
        match part:
            case Mark(text=text):
                return self._mark(text)
            case Quoted(parts=parts):
                self.quoted.setdefault(parts, f"q{len(self.quoted)}")
                self.terminals["QUOTED"] = QUOTED
                return "QUOTED"
        if part.separator is None:
            return self._slot(part)
        item = self._slot(Slot("", part.rule, None, None))
        name = f"l{len(self.rules)}"
        self.rules[name] = ""
        self.origins[name] = (f"the list of `{part.rule}`", part.span)
        if part.separator:
            separator = self.parts(separator_marks(part.separator, self.layout))
            end = f" {separator}?" if self.layout == "python" and part.separator == "," else ""
            self.rules[name] = f"[{item} ({separator} {item})*{end}]"
        else:
            self.rules[name] = f"{item}*"
        return name

    def _mark(self, text: str) -> str:
        if text not in self.marks:
            self.marks[text] = f"_M{len(self.marks)}"
            body = mark_pattern(text, self.layout)
            priority = ".3" if is_quoted(text, self.layout) else ".1"
            self.terminals[self.marks[text] + priority] = body
        return self.marks[text]

    def _slot(self, slot: Slot) -> str:
        if not slot.builtin:
            return self.rule(slot.rule)
        if slot.rule in SCALARS:
            name, body = TERMINALS[slot.rule]
            self.terminals[name] = body
            return name.split(".")[0]
        if slot.rule == "text":
            self.terminals["QUOTED"] = QUOTED
            return "QUOTED"
        if slot.rule == "indices":
            self.terminals["INT"] = INT
            self.rules["indices"] = self._with_marks(_INDICES)
            return "indices"
        self.terminals["NUM"] = NUM
        self.terminals["BOOL.2"] = TERMINALS["bool"][1]
        if "literal" not in self.rules:
            self.rules["literal"] = self._with_marks(_literals())
        return "literal"

    def _with_marks(self, text: str) -> str:
        """A rule whose signs are the same terminals as those of templates."""
        return re.sub(r'"([^"\w]|\w+)"', lambda m: self._mark(m[1]), text)


_INDICES = """"[" [INT ("," INT)* ","?] "]" -> listed | "(" INT ("," INT)* ","? ")" -> listed
 | "range" "(" INT "," INT ")" -> spanned"""


@cache
def _literals() -> str:
    from nasdsl import grammar

    path = os.path.join(grammar.__path__[0], "literal.lark")
    with open(path, encoding="utf-8") as file:
        return file.read()


def _slashed(pattern: str) -> str:
    return pattern.replace("/", r"\/")


class Grammar:
    """The grammars of an encoding: of its texts, and of the quoted parts of these."""

    def __init__(self, forms: Forms) -> None:
        self.outer = GrammarWriter(forms, forms.layout)
        self.start = self.outer.rule(forms.start)
        self.inner = GrammarWriter(forms, "tight")
        pending = dict(self.outer.quoted)
        for parts, start in pending.items():
            self.inner.rules[start] = self.inner.parts(parts)

    @property
    def text(self) -> str:
        """Both grammars, for a reader."""
        inner = self.inner.text() if self.inner.rules else ""
        return self.outer.text() + (f"\n// between quotes\n{inner}" if inner else "")

    def check(self) -> None:
        """Raises NasError if a form is ambiguous."""
        _ = self.lark
        if self.inner.rules:
            _ = self.inner_lark

    @cached_property
    def lark(self) -> Lark:
        return _lark(self.outer, [self.start])

    @cached_property
    def inner_lark(self) -> Lark:
        return _lark(self.inner, list(self.outer.quoted.values()))


def _lark(writer: GrammarWriter, starts: list[str]) -> Lark:
    """A parser of a grammar. Raises NasError if one character cannot tell how to read on."""
    from lark import Lark, logger
    from lark.exceptions import GrammarError

    heard = _Heard()
    before = logger.handlers, logger.level, logger.propagate
    logger.handlers, logger.propagate = [heard], False
    logger.setLevel(logging.DEBUG)
    try:
        parser: Any = Lark(
            writer.text(), parser="lalr", lexer="contextual", start=starts, debug=True,
            propagate_positions=True, maybe_placeholders=False, g_regex_flags=re.ASCII,
        )  # fmt: skip
    except GrammarError as error:
        heard.conflicts.append(str(error))
    finally:
        logger.handlers, level, logger.propagate = before
        logger.setLevel(level)
    if heard.conflicts:
        raise explain_conflicts(heard.conflicts, writer.origins, writer.marks)
    return parser  # type: ignore[no-any-return]  # Lark leaves its parts untyped


class _Heard(logging.Handler):
    """Keeps what Lark says of conflicts, each in two messages: it goes on in spite of them."""

    def __init__(self) -> None:
        super().__init__()
        self.conflicts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if "conflict" in message:
            self.conflicts.append(message)
        elif self.conflicts and message.startswith(" * "):
            self.conflicts[-1] += message
