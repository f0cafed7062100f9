"""From a text, by the Lark grammar of its encoding, to its value with the place of every part.

This is what an encoding means. It is also the slow way: scan.py takes correct texts faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import fail
from nasdsl.ops.base import REQUIRED
from nasdsl.record import Frozen, record
from nasdsl.spans import Source, Span
from nasdsl.values import Fields

from .forms import FieldSet, Forms, Link, Part, Quoted, Slot, Template
from .grammar import Grammar
from .mistakes import explain

if TYPE_CHECKING:
    from lark import Token, Tree

MAX_LEVELS = 100
MAX_DIGITS = 18
MAX_RANGE = 1000


@record
class Spot(Frozen):
    """A value, the text that gave it, and the spots of its parts."""

    value: Any
    start: int
    end: int
    parts: Mapping[Any, Spot]


_NONE: Mapping[Any, Spot] = {}


class Reader:
    """Reads texts of one encoding."""

    def __init__(self, forms: Forms, grammar: Grammar) -> None:
        self.forms, self.grammar = forms, grammar

    def read(self, source: Source) -> Spot:
        """The value of a text. Raises NasError where the text leaves the encoding."""
        from lark.exceptions import UnexpectedInput

        text = source.text.rstrip()
        try:
            tree = self.grammar.lark.parse(text, start=self.grammar.start)
        except UnexpectedInput as error:
            raise explain(error, source, 0, self.grammar.outer, self.forms) from None
        return _Builder(self, source).rule(self.forms.start, tree, 0)


class _Builder:
    def __init__(self, reader: Reader, source: Source) -> None:
        self.forms, self.grammar, self.source = reader.forms, reader.grammar, source
        self.base = 0  # where the text between quotes begins
        self.quoting = False
        self.depth = 0

    def span(self, start: int, end: int) -> Span:
        return Span(self.source, start, max(end, start))

    def rule(self, name: str, tree: Any, at: int) -> Spot:
        """The spot of a rule; an empty one stands at `at`."""
        self.depth += 1
        if self.depth > MAX_LEVELS:
            message = f"the text nests more than {MAX_LEVELS} levels deep"
            raise fail("NAS077", message, self.span(at, at))
        number = int(tree.data.rsplit("_", 1)[1])
        form = self.forms.rules[name].forms[number]
        start, end = self.extent(tree, at)
        if isinstance(form, Link):
            spot = self.slot(Slot("", form.rule, None, None), tree.children[0], at)
        else:
            assert isinstance(form, Template), "field sets are read by their list"
            spot = self.template(form, list(tree.children), start, end)
        self.depth -= 1
        return spot

    def extent(self, tree: Tree[Any], at: int) -> tuple[int, int]:
        if getattr(tree.meta, "empty", True):
            return at, at
        return tree.meta.start_pos + self.base, tree.meta.end_pos + self.base

    def template(self, form: Template, children: list[Any], start: int, end: int) -> Spot:
        spots: dict[str, Spot] = {}
        self.parts(form.inside(self.quoting), children, start, spots)
        if form.label is None and not spots:
            return Spot(form.value, start, end, _NONE)
        if form.bare:
            (spot,) = spots.values()
            return Spot(spot.value, start, end, spot.parts)
        names, values = tuple(spots), tuple(s.value for s in spots.values())
        if form.label is not None:
            names, values = ("kind", *names), (form.label, *values)
        return Spot(Fields(names, values), start, end, spots)

    def parts(
        self, parts: tuple[Part, ...], children: list[Any], at: int, spots: dict[str, Spot]
    ) -> None:
        for part in parts:
            if isinstance(part, Slot):
                spots[part.field] = spot = self.slot(part, children.pop(0), at)
                at = spot.end
            elif isinstance(part, Quoted):
                self.quoted(part, children.pop(0), spots)

    def quoted(self, part: Quoted, token: Token, spots: dict[str, Spot]) -> None:
        """The parts of a text between quotes."""
        from lark.exceptions import UnexpectedInput

        start = self.grammar.outer.quoted[part.parts]
        inside = str(token)[1:-1]
        base = (token.start_pos or 0) + 1
        try:
            tree = self.grammar.inner_lark.parse(inside, start=start)
        except UnexpectedInput as error:
            grammar = self.grammar.inner
            raise explain(error, self.source, base, grammar, self.forms, len(inside)) from None
        self.base, self.quoting = base, True
        self.parts(part.parts, list(tree.children), base, spots)
        self.base, self.quoting = 0, False

    def slot(self, slot: Slot, child: Any, at: int) -> Spot:
        if slot.separator is None:
            return (
                self.builtin(slot.rule, child) if slot.builtin else self.rule(slot.rule, child, at)
            )
        start, end = self.extent(child, at)
        form = None if slot.builtin else self.forms.rules[slot.rule].forms[0]
        if isinstance(form, FieldSet):
            return self.fields(form, child.children, start, end)
        items = []
        for item in child.children:
            items.append(self.slot(Slot("", slot.rule, None, None), item, at))
            at = items[-1].end
        return Spot(tuple(i.value for i in items), start, end, dict(enumerate(items)))

    def fields(self, form: FieldSet, items: list[Any], start: int, end: int) -> Spot:
        """Fields in the order of their declaration, with the defaults of those left out."""
        given: dict[str, Spot] = {}
        for item in items:
            (tree,) = item.children
            field = form.fields[int(tree.data.rsplit("_f", 1)[1])]
            first, last = self.extent(tree, start)
            if field.key in given:
                raise fail("NAS074", f"`{field.key}` is given twice", self.span(first, last))
            spot = self.template(field.template, list(tree.children), first, last)
            given[field.key] = Spot(spot.value, first, last, spot.parts)
        for field in form.fields:
            if field.key not in given and field.default is REQUIRED:
                raise fail("NAS074", f"`{field.key}` is missing", self.span(start, end))
        values = tuple(given[f.key].value if f.key in given else f.default for f in form.fields)
        return Spot(Fields(tuple(f.key for f in form.fields), values), start, end, given)

    # -------------------------------------------------------------- built-in rules

    def builtin(self, name: str, child: Any) -> Spot:
        if name == "indices":
            return self.indices(child)
        if name == "literal":
            return self.literal(child)
        start, end = child.start_pos + self.base, child.end_pos + self.base
        if name in ("int", "digit", "number", "float"):
            value: Any = self.number(name, str(child), start)
        elif name == "bool":
            value = child[0] in "Tt"
        else:
            value = str(child)[1:-1] if name == "text" else str(child)
        return Spot(value, start, end, _NONE)

    def number(self, kind: str, text: str, start: int) -> int | float:
        try:
            return NUMBERS[kind](text)
        except OverflowError:
            where = self.span(start, start + len(text))
            raise fail("NAS077", "a number of too many digits", where) from None

    def indices(self, tree: Tree[Any]) -> Spot:
        start, end = self.extent(tree, 0)
        numbers = [self.builtin("int", token) for token in tree.children]
        if tree.data == "listed":
            values = tuple(n.value for n in numbers)
            return Spot(values, start, end, dict(enumerate(numbers)))
        first, stop = (n.value for n in numbers)
        if stop - first > MAX_RANGE:
            raise fail(
                "NAS077", f"a range of more than {MAX_RANGE:,} numbers", self.span(start, end)
            )
        return Spot(tuple(range(first, stop)), start, end, _NONE)

    def literal(self, tree: Tree[Any]) -> Spot:
        self.depth += 1
        start, end = self.extent(tree, 0)
        if self.depth > MAX_LEVELS:
            message = f"the text nests more than {MAX_LEVELS} levels deep"
            raise fail("NAS077", message, self.span(start, end))
        spot = _LITERALS[str(tree.data)](self, tree, start, end)
        self.depth -= 1
        return spot

    def _list(self, tree: Tree[Any], start: int, end: int) -> Spot:
        items = [self.literal(child) for child in tree.children]
        return Spot(tuple(i.value for i in items), start, end, dict(enumerate(items)))

    def _dict(self, tree: Tree[Any], start: int, end: int) -> Spot:
        spots: dict[str, Spot] = {}
        for entry in tree.children:
            pair: Any = entry
            token, value = pair.children
            key = unquote(str(token)) if token.type == "STRING" else str(token)
            if key in spots:
                where = self.span(token.start_pos, token.end_pos)
                raise fail("NAS074", f"`{key}` is given twice", where)
            spots[key] = self.literal(value)
        fields = Fields(tuple(spots), tuple(s.value for s in spots.values()))
        return Spot(fields, start, end, spots)

    def _leaf(self, tree: Tree[Any], start: int, end: int) -> Spot:
        text = str(tree.children[0])
        value: Any
        if tree.data == "number":
            value = self.number("number", text, start)
        elif tree.data == "text":
            value = unquote(text)
        else:
            value = None if tree.data == "nothing" else text[0] in "Tt"
        return Spot(value, start, end, _NONE)


_LITERALS: Mapping[str, Callable[[_Builder, Tree[Any], int, int], Spot]] = {
    "list": _Builder._list, "dict": _Builder._dict, "text": _Builder._leaf,
    "number": _Builder._leaf, "nothing": _Builder._leaf, "bool": _Builder._leaf,
}  # fmt: skip


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise OverflowError
    return int(text)


def _number(text: str) -> int | float:
    if text.lstrip("-").isdigit():
        return _whole(text)
    value = float(text) if len(text) <= 2 * MAX_DIGITS else inf
    if not isfinite(value):
        raise OverflowError
    return value


NUMBERS: Mapping[str, Callable[[str], int | float]] = {
    "int": _whole, "digit": int, "number": _number, "float": _number,
}  # fmt: skip
"""What gives the value of a number; raises OverflowError on one of too many digits."""

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def unquote(literal: str) -> str:
    """The text of a quoted literal with Python's and JSON's common escapes."""
    return _ESCAPE.sub(
        lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else _ESCAPED.get(m[1], m[1]),
        literal[1:-1],
    )
