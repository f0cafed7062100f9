"""Which terminals of a grammar may stand at one place, from the forms alone.

Lark takes, of the terminals that a state of its parser accepts, the one of highest priority. Whoever
reads in another way must know its rivals. The sets here are those of SLR parsing: what can follow a
symbol anywhere. They hold what Lark's states accept, and perhaps more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from .forms import Form, Forms, Link, Mark, Part, Quoted, Slot, Template
from .terminals import QUOTED, TERMINALS, closings, mark_pattern, separator_marks

Symbol: TypeAlias = str  # "=text": a mark; "INT": a terminal that is built in; "<name>": a rule
_PATTERNS = {name.split(".")[0]: pattern for name, pattern in TERMINALS.values()} | {
    "QUOTED": QUOTED
}
_BEGIN = {
    "INT": "[-0-9]", "DIGIT": "[0-9]", "NUM": "[-.0-9]", "BOOL": "[TtFf]", "WORD": "[A-Za-z_]",
    "LETTERS": "[A-Za-z]", "ALNUM": "[A-Za-z0-9]", "QUOTED": "['\"]",
}  # fmt: skip
_FIRM = "BOOL"
"""Built in, and yet preferred to marks."""


def terminal(rule: str) -> Symbol:
    return "QUOTED" if rule == "text" else TERMINALS[rule][0].split(".")[0]


class Tokens:
    """The terminals of the texts of some rules and parts, in one layout."""

    def __init__(self, forms: Forms, layout: str, starts: Iterable[str | tuple[Part, ...]]) -> None:
        self.forms, self.layout = forms, layout
        self.productions: dict[Symbol, list[tuple[Symbol, ...]]] = {}
        self.quoted: list[tuple[Part, ...]] = []
        bodies = [
            (self._rule(start),) if isinstance(start, str) else self._parts(start)
            for start in starts
        ]
        self.productions["<start>"] = [(*body, "$END") for body in bodies]
        self.first = self._first()
        self._rivals = self._follow()

    def rivals(self, symbol: Symbol) -> list[str]:
        """The patterns that Lark may prefer to a terminal, and that can begin as it does."""
        others = sorted(self._rivals.get(symbol, ()))
        return [self.pattern(o) for o in others if o != symbol and _beats(o, symbol)]

    def pattern(self, symbol: Symbol) -> str:
        return mark_pattern(symbol[1:], self.layout) if symbol[0] == "=" else _PATTERNS[symbol]

    # -------------------------------------------------------------- productions

    def _rule(self, name: str) -> Symbol:
        symbol = f"<{name}>"
        if symbol not in self.productions:
            self.productions[symbol] = []
            self.productions[symbol] = [self._form(f) for f in self.forms.rules[name].forms]
        return symbol

    def _form(self, form: Form) -> tuple[Symbol, ...]:
        if isinstance(form, Template):
            return self._parts(form.parts)
        if isinstance(form, Link):
            return (self._slot(form.rule),)
        return (self._new([self._parts(f.template.parts) for f in form.fields]),)

    def _parts(self, parts: Sequence[Part]) -> tuple[Symbol, ...]:
        found: list[Symbol] = []
        commas = closings(parts, self.layout)
        for i, part in enumerate(parts):
            if i in commas:
                found.append(self._new([(), ("=,",)]))
            match part:
                case Mark(text=text):
                    found.append("=" + text)
                case Quoted(parts=inner):
                    self.quoted.append(inner)
                    found.append("QUOTED")
                case Slot():
                    found.append(self._list(part) if part.separator is not None
                                 else self._slot(part.rule))  # fmt: skip
        return tuple(found)

    def _list(self, slot: Slot) -> Symbol:
        assert slot.separator is not None
        item = self._slot(slot.rule)
        marks = tuple("=" + m.text for m in separator_marks(slot.separator, self.layout))
        items = self._new([])
        ends = (
            [(item,), (item, *marks)] if self.layout == "python" and marks == ("=,",) else [(item,)]
        )
        self.productions[items] = [*ends, (item, *marks, items)]
        return self._new([(), (items,)])

    def _slot(self, rule: str) -> Symbol:
        if rule in self.forms.rules:
            return self._rule(rule)
        if rule == "indices":
            numbers = self._new([])
            self.productions[numbers] = [("INT",), ("INT", "=,"), ("INT", "=,", numbers)]
            listed = [("=[", numbers, "=]"), ("=[", "=]"), ("=(", numbers, "=)")]
            return self._new([*listed, ("=range", "=(", "INT", "=,", "INT", "=)")])
        return "LITERAL" if rule == "literal" else terminal(rule)

    def _new(self, bodies: list[tuple[Symbol, ...]]) -> Symbol:
        name = f"<{len(self.productions)}>"
        self.productions[name] = bodies
        return name

    # -------------------------------------------------------------- sets

    def _first(self) -> dict[Symbol, set[Symbol]]:
        """The terminals that a symbol may begin with; "" if it may be empty."""
        first: dict[Symbol, set[Symbol]] = {name: set() for name in self.productions}
        self.first = first
        grown = True
        while grown:
            grown = False
            for name, bodies in self.productions.items():
                before = len(first[name])
                for body in bodies:
                    first[name] |= self.begin(body)
                grown = grown or len(first[name]) > before
        return first

    def begin(self, body: Sequence[Symbol]) -> set[Symbol]:
        """What a sequence may begin with; "" if it may be empty."""
        found: set[Symbol] = set()
        for symbol in body:
            begin = self.first.get(symbol, {symbol})
            found |= begin - {""}
            if "" not in begin:
                return found
        return found | {""}

    def _follow(self) -> dict[Symbol, set[Symbol]]:
        """For each terminal those that may stand in its place: all that follow a symbol together."""
        follow: dict[Symbol, set[Symbol]] = {}
        grown = True
        while grown:
            grown = False
            for name, bodies in self.productions.items():
                for body in bodies:
                    for i, symbol in enumerate(body):
                        rest = self.begin(body[i + 1 :])
                        found = follow.setdefault(symbol, set())
                        before = len(found)
                        found |= rest - {""}
                        if "" in rest:
                            found |= follow.get(name, set())
                        grown = grown or len(found) > before
        rivals: dict[Symbol, set[Symbol]] = {}
        for together in (*follow.values(), self.first["<start>"]):
            for symbol in together:
                rivals.setdefault(symbol, set()).update(together)
        return rivals


def _beats(other: Symbol, symbol: Symbol) -> bool:
    """Whether Lark may take the other terminal where both match."""
    if other in ("$END", "LITERAL") or symbol in ("$END", "LITERAL"):
        return False
    if other[0] == symbol[0] == "=":
        return other[1:].startswith(symbol[1:])
    if other[0] == "=":
        return symbol != _FIRM and _begins(symbol, other[1])
    if symbol[0] == "=":
        return other == _FIRM and _begins(other, symbol[1])
    return any(_begins(symbol, c) and _begins(other, c) for c in "-.0TtFfAa_'\"")


def _begins(name: Symbol, character: str) -> bool:
    return re.match(_BEGIN[name], character) is not None
