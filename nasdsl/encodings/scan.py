"""The quick reader of correct texts: regular expressions and functions made of the forms.

What it takes it takes as the Lark grammar does (a test compares them); what it does not take, `Miss`,
is left to that grammar, which then explains it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from nasdsl.values import Fields

from .forms import (
    BUILTINS,
    SCALARS,
    FieldSet,
    Form,
    Forms,
    Link,
    Mark,
    Part,
    Quoted,
    Slot,
    Template,
)
from .grammar import BLANKS, TERMINALS, closings
from .read import MAX_DIGITS, NUMBERS

Scan: TypeAlias = Callable[[str, int], tuple[Any, int]]
Convert: TypeAlias = Callable[[str], Any]


class Miss(Exception):
    """The text is not of the form, or not one that the quick reader knows."""


def scanner(forms: Forms) -> Callable[[str], Any] | None:
    """The quick reader of an encoding; None if it has forms that are left to Lark."""
    maker = _Maker(forms)
    try:
        scan = maker.rule(forms.start)
    except Miss:
        return None
    blanks = re.compile(f"(?:{BLANKS[forms.layout]})?" if forms.layout in BLANKS else "")

    def run(text: str) -> Any:
        text = text.rstrip()
        match = blanks.match(text)
        value, at = scan(text, match.end() if match else 0)
        end = blanks.match(text, at)
        if at != len(text) and (end is None or end.end() != len(text)):
            raise Miss
        return value

    return run


class _Maker:
    def __init__(self, forms: Forms) -> None:
        self.forms, self.layout = forms, forms.layout
        self.pending: set[str] = set()

    @property
    def blanks(self) -> str:
        return f"(?:{BLANKS[self.layout]})?+" if self.layout in BLANKS else ""

    def rule(self, name: str) -> Scan:
        if name in self.pending:
            raise Miss  # recursive: for Lark
        self.pending.add(name)
        options = [self.form(f) for f in self.forms.rules[name].forms]
        self.pending.discard(name)
        if len(options) == 1:
            return options[0]

        def scan(text: str, at: int) -> tuple[Any, int]:
            for option in options:
                try:
                    return option(text, at)
                except Miss:
                    continue
            raise Miss

        return scan

    def form(self, form: Form) -> Scan:
        if isinstance(form, Link):
            return self.slot(Slot("", form.rule, None, None))
        if isinstance(form, FieldSet):
            raise Miss
        return self.template(form)

    # -------------------------------------------------------------- templates of scalars only

    def pattern(self, parts: tuple[Part, ...], converts: list[Convert]) -> str:
        """One regular expression for parts without lists. Raises Miss if there are others."""
        found = []
        commas = closings(parts, self.layout)
        for i, part in enumerate(parts):
            if i in commas:
                found.append(f"(?:{self.blanks},)?+")
            match part:
                case Mark():
                    found.append(self.blanks + self.mark(part.text))
                case Quoted(parts=inner):
                    layout, self.layout = self.layout, "tight"
                    try:
                        body = self.pattern(inner, converts)
                    finally:
                        self.layout = layout
                    found.append(f"{self.blanks}['\"]{body}['\"]")
                case Slot():
                    body, convert = self.scalar(part)
                    converts.append(convert)
                    found.append(f"{self.blanks}({body})")
        return "".join(found)

    def mark(self, text: str) -> str:
        if text == " ":
            return r"\s++"
        if text[0] == text[-1] == "'" and len(text) > 1 and self.layout in ("python", "json"):
            return f"['\"]{re.escape(text[1:-1])}['\"]"
        end = r"\b" if self.layout != "tight" and text[-1].isalnum() else ""
        return re.escape(text) + end

    def scalar(self, slot: Slot) -> tuple[str, Convert]:
        """The pattern of a slot that is one word or number, and what gives its value."""
        if slot.separator is not None:
            raise Miss
        if slot.rule in SCALARS:
            return TERMINALS[slot.rule][1], _convert(slot.rule)
        rule = self.forms.rules.get(slot.rule)
        words = rule.words if rule else None
        if not words or (self.layout != "tight" and any(len(w.parts) != 1 for w in words)):
            raise Miss
        table: Mapping[str, Any] = {w.text: w.value for w in words}
        longest = sorted(table, key=len, reverse=True)
        if self.layout in ("python", "json"):
            return "|".join(map(self.mark, longest)), _unquoted(table)
        return "|".join(map(self.mark, longest)), table.__getitem__

    def template(self, form: Template) -> Scan:
        converts: list[Convert] = []
        try:
            pattern = re.compile(self.pattern(form.parts, converts), re.ASCII)
        except Miss:
            return self.sequence(form)
        take = _taker(form, converts)

        def scan(text: str, at: int) -> tuple[Any, int]:
            match = pattern.match(text, at)
            if match is None:
                raise Miss
            return take(match), match.end()

        return scan

    # -------------------------------------------------------------- templates with lists

    def sequence(self, form: Template) -> Scan:
        """Marks and slots one after the other."""
        steps: list[tuple[Callable[[str, int], re.Match[str] | None] | None, Scan | None]] = []
        marks = ""
        commas = closings(form.parts, self.layout)
        for i, part in enumerate(form.parts):
            if i in commas:
                marks += f"(?:{self.blanks},)?+"
            if isinstance(part, Mark):
                marks += self.blanks + self.mark(part.text)
                continue
            if isinstance(part, Quoted):
                raise Miss
            steps.append((re.compile(marks, re.ASCII).match if marks else None, self.slot(part)))
            marks = ""
        steps.append((re.compile(marks, re.ASCII).match if marks else None, None))
        build = _builder(form)

        def scan(text: str, at: int) -> tuple[Any, int]:
            values = []
            for marks, slot in steps:
                if marks is not None:
                    match = marks(text, at)
                    if match is None:
                        raise Miss
                    at = match.end()
                if slot is not None:
                    value, at = slot(text, at)
                    values.append(value)
            return build(tuple(values)), at

        return scan

    def slot(self, slot: Slot) -> Scan:
        if slot.separator is not None:
            return self.list(slot)
        if slot.rule == "indices":
            return self.indices()
        if slot.rule in BUILTINS and slot.rule not in SCALARS:
            raise Miss
        if slot.rule not in BUILTINS:
            return self.rule(slot.rule)
        body, convert = self.scalar(slot)
        match = re.compile(f"{self.blanks}({body})", re.ASCII).match

        def scan(text: str, at: int) -> tuple[Any, int]:
            found = match(text, at)
            if found is None:
                raise Miss
            return convert(found[1]), found.end()

        return scan

    def list(self, slot: Slot) -> Scan:
        """Elements as long as they come, with what separates them."""
        assert slot.separator is not None
        pieces = re.findall(r"\s+|\S+", slot.separator)
        joint = "".join(self.blanks + self.mark(" " if p.isspace() else p) for p in pieces)
        trailing = self.layout == "python" and slot.separator == ","
        quick = self.quick_list(slot, joint, trailing)
        if quick is not None:
            return quick
        item = self.slot(Slot("", slot.rule, None, None))
        between = re.compile(joint, re.ASCII).match if joint else None

        def scan(text: str, at: int) -> tuple[Any, int]:
            values: list[Any] = []
            end = at
            while True:
                try:
                    value, end = item(text, end)
                except Miss:
                    if values and between is not None and not trailing:
                        raise
                    return tuple(values), at
                values.append(value)
                at = end
                if between is not None:
                    match = between(text, end)
                    if match is None:
                        return tuple(values), at
                    end = match.end()
                    at = end if trailing else at

        return scan

    def quick_list(self, slot: Slot, joint: str, trailing: bool) -> Scan | None:
        """A list whose elements are of one template of scalars."""
        converts: list[Convert] = []
        rule = self.forms.rules.get(slot.rule)
        form = rule.forms[0] if rule and len(rule.forms) == 1 else None
        try:
            if isinstance(form, Template) and form.slots:
                body = self.pattern(form.parts, converts)
                take = _taker(form, converts)
            else:
                inner, convert = self.scalar(Slot("", slot.rule, None, None))
                body, take = f"{self.blanks}({inner})", lambda match: convert(match[1])
        except Miss:
            return None
        last = len(converts) + 1 if converts else 2
        match_item = re.compile(f"{body}({joint})?+" if joint else f"{body}()", re.ASCII).match
        wants = bool(joint)

        def scan(text: str, at: int) -> tuple[Any, int]:
            values: list[Any] = []
            while True:
                match = match_item(text, at)
                if match is None:
                    if wants and values and not trailing:
                        raise Miss
                    return tuple(values), at
                values.append(take(match))
                at = match.end()
                if wants and match[last] is None:
                    return tuple(values), at

        return scan

    def indices(self) -> Scan:
        b = self.blanks
        spanned = re.compile(rf"{b}range{b}\({b}(\d++){b},{b}(\d++){b}\)", re.ASCII).match
        listed = re.compile(
            rf"{b}([\[(])((?:{b}-?\d++{b},)*{b}(?:-?\d++)?+){b}([\])])", re.ASCII
        ).match

        def scan(text: str, at: int) -> tuple[Any, int]:
            match = spanned(text, at)
            if match is not None:
                first, stop = int(match[1]), int(match[2])
                if len(match[0]) > 60 or stop - first > 1000:
                    raise Miss
                return tuple(range(first, stop)), match.end()
            match = listed(text, at)
            if match is None or (match[1] == "[") != (match[3] == "]") or "#" in match[2]:
                raise Miss
            numbers = match[2].replace(",", " ").split()
            if any(len(n) > MAX_DIGITS for n in numbers) or (match[1] == "(" and not numbers):
                raise Miss
            return tuple(map(int, numbers)), match.end()

        return scan


def _unquoted(table: Mapping[str, Any]) -> Convert:
    """Words that may stand in either kind of quotes."""
    return lambda text: table[f"'{text[1:-1]}'" if text[0] == '"' else text]


def _convert(rule: str) -> Convert:
    if rule == "bool":
        return lambda text: text[0] in "Tt"
    if rule not in NUMBERS:
        return str
    number = NUMBERS[rule]

    def convert(text: str) -> int | float:
        if len(text) > MAX_DIGITS:
            raise Miss
        return number(text)

    return convert


def _builder(form: Template) -> Callable[[tuple[Any, ...]], Any]:
    """The value of a template from those of its slots."""
    if form.bare:
        return lambda values: values[0]
    names = tuple(s.field for s in form.slots)
    if form.label is not None:
        label, names = form.label, ("kind", *names)
        return lambda values: Fields(names, (label, *values))
    if not names:
        value = form.value
        return lambda values: value
    return lambda values: Fields(names, values)


def _taker(form: Template, converts: list[Convert]) -> Callable[[re.Match[str]], Any]:
    """The value of a template from the groups of its match."""
    build = _builder(form)
    if len(converts) == 1:
        (only,) = converts
        return lambda match: build((only(match[1]),))
    if len(converts) == 2:
        first, second = converts
        return lambda match: build((first(match[1]), second(match[2])))
    return lambda match: build(
        tuple([c(t) for c, t in zip(converts, match.groups(), strict=False)])
    )
