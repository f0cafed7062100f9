"""The quick reader of correct texts: regular expressions and functions made of the forms.

What it takes it takes as the Lark grammar does (a test compares them), so it must read the same
terminals: each pattern refuses where Lark may prefer a rival, and never gives back what it took. What
it does not take is left to that grammar, which then explains it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from nasdsl.values import Fields

from .forms import (
    REQUIRED,
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
from .read import MAX_DIGITS, MAX_RANGE, NUMBERS
from .terminals import BLANKS, TERMINALS, closings, is_quoted, mark_pattern, separator_marks
from .tokens import Tokens, terminal

Scan: TypeAlias = Callable[[str, int], tuple[Any, int]]
"""The value of a part at a place and where it ends; -1 if it does not stand there."""
Convert: TypeAlias = Callable[[Any], Any]

_MEMO = 4096
NO: tuple[Any, int] = (None, -1)
_WHOLE = rf"-?\d{{1,{MAX_DIGITS - 1}}}+(?!\d)"


class Miss(Exception):
    """The text is not of the form, or not one that the quick reader knows."""


class _Unknown(Exception):
    """A form that is left to Lark."""


def scanner(forms: Forms) -> Callable[[str], Any] | None:
    """The quick reader of an encoding, which raises Miss; None if all of it is left to Lark."""
    try:
        quotes = "'\"" if forms.layout in ("python", "json") else "'"
        scans = [_Maker(forms, quote).rule(forms.start) for quote in quotes]
    except _Unknown:
        return None
    blanks = re.compile(_blanks(forms.layout), re.ASCII).match
    single, double = scans[0], scans[-1]

    def run(text: str) -> Any:
        text = text.rstrip()
        scan = double if '"' in text else single
        start = blanks(text)
        try:
            value, at = scan(text, start.end() if start else 0)
        except OverflowError:  # too many digits
            raise Miss from None
        if at != len(text):
            end = None if at < 0 else blanks(text, at)
            if end is None or end.end() != len(text):
                raise Miss
        return value

    return run


def _blanks(layout: str) -> str:
    """As BLANKS, but quick where there are no comments."""
    if layout not in BLANKS:
        return ""
    return r"\s*+(?:#[^\n]*+\s*+)*+" if layout == "python" else r"\s*+"


class _Pattern:
    """A regular expression in the making: with groups for its slots, and what gives their values."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.converts: list[Convert | None] = []

    def group(self, body: str, convert: Convert | None) -> None:
        self.pieces.append(f"\0{body})")
        self.converts.append(convert)

    def text(self, groups: bool = True) -> str:
        return "".join(self.pieces).replace("\0", "(" if groups else "(?:")


class _Maker:
    """Makes scans of texts all of whose quotes are of one kind."""

    def __init__(self, forms: Forms, quote: str) -> None:
        self.forms, self.layout, self.quote = forms, forms.layout, quote
        outer = Tokens(forms, forms.layout, [forms.start])
        inner = Tokens(forms, "tight", outer.quoted)
        self.tokens = {False: outer, True: inner}
        self.inside = False  # between quotes
        self.pending: set[str] = set()
        self.made: dict[tuple[str, bool], Scan] = {}
        if self.layout == "python" and any("#" in s for s in outer.first if s[0] == "="):
            raise _Unknown

    @property
    def blanks(self) -> str:
        return "" if self.inside else _blanks(self.layout)

    # -------------------------------------------------------------- terminals

    def guarded(self, symbol: str, body: str) -> str:
        """A pattern that does not match where Lark may prefer another terminal."""
        rivals = self.tokens[self.inside].rivals(symbol)
        return "".join(f"(?!{r})" for r in rivals) + body

    def mark(self, text: str) -> str:
        layout = "tight" if self.inside else self.layout
        body = r"[^\S\n]++" if self.inside and text == " " else mark_pattern(text, layout)
        if is_quoted(text, layout):
            body = self.quote + re.escape(text[1:-1]) + self.quote
        return self.guarded(f"={text}", body)

    def scalar(self, rule: str) -> tuple[str, Convert | None]:
        """The pattern of a part that is one word or number, and what gives its value."""
        if rule in SCALARS:
            symbol, body = terminal(rule), TERMINALS[rule][1]
            return self.guarded(symbol, _WHOLE if rule == "int" else body), _convert(rule)
        words = self.forms.rules[rule].words if rule in self.forms.rules else None
        if not words or (self.layout != "tight" and any(len(w.parts) != 1 for w in words)):
            raise _Unknown
        values = {self.spelled(w): w.value for w in reversed(words)}
        longest = sorted((w.text for w in words), key=len, reverse=True)
        body = f"(?>{'|'.join(map(self.mark, longest))})"
        return body, None if all(k == v for k, v in values.items()) else values.__getitem__

    def spelled(self, word: Template) -> str:
        """A word as it stands in the text."""
        if not self.inside and is_quoted(word.text, self.layout):
            return self.quote + word.text[1:-1] + self.quote
        return word.text

    # -------------------------------------------------------------- forms

    def rule(self, name: str) -> Scan:
        if name in self.pending:
            raise _Unknown  # it is recursive
        if (name, self.inside) not in self.made:
            self.pending.add(name)
            options = [self.form(f) for f in self.forms.rules[name].forms]
            self.pending.discard(name)
            self.made[name, self.inside] = options[0] if len(options) == 1 else _either(options)
        return self.made[name, self.inside]

    def form(self, form: Form) -> Scan:
        if isinstance(form, Link):
            return self.slot(Slot("", form.rule, None, None))
        if isinstance(form, FieldSet):
            raise _Unknown
        return self.template(form)

    def template(self, form: Template) -> Scan:
        steps = self.steps(form.parts)
        build = builder(form)
        if len(steps) == 1 and isinstance(steps[0], _Pattern):
            match = _compiled(steps[0])
            take = _taker(steps[0], build)

            def scan_one(text: str, at: int) -> tuple[Any, int]:
                found = match(text, at)
                return NO if found is None else (take(found), found.end())

            return scan_one
        scans = [_segment(step) if isinstance(step, _Pattern) else step for step in steps]

        def scan(text: str, at: int) -> tuple[Any, int]:
            values: list[Any] = []
            for step in scans:
                part, at = step(text, at)
                if at < 0:
                    return NO
                values += part
            return build(values), at

        return scan

    def steps(self, parts: Sequence[Part]) -> list[_Pattern | Scan]:
        """Patterns as long as they go, between them what needs a function; each gives a list."""
        found: list[_Pattern | Scan] = []

        def pattern() -> _Pattern:
            if not found or not isinstance(found[-1], _Pattern):
                found.append(_Pattern())
            return found[-1]  # type: ignore[return-value]

        commas = closings(parts, "tight" if self.inside else self.layout)
        for i, part in enumerate(parts):
            if i in commas:
                pattern().pieces.append(f"(?:{self.blanks}{self.mark(',')})?+")
            if isinstance(part, Mark):
                pattern().pieces.append(self.blanks + self.mark(part.text))
            elif isinstance(part, Quoted):
                self.quoted(part, found, pattern)
            elif part.separator is None and self.is_scalar(part.rule):
                pattern().pieces.append(self.blanks)
                pattern().group(*self.scalar(part.rule))
            else:
                found.append(_listed(self.slot(part)))
        return found or [_Pattern()]

    def quoted(
        self, part: Quoted, found: list[_Pattern | Scan], pattern: Callable[[], _Pattern]
    ) -> None:
        """The steps of a part between quotes, which cannot hold quotes themselves."""
        pattern().pieces.append(self.blanks + self.guarded("QUOTED", self.quote))
        self.inside = True
        first, *others = self.steps(part.parts)
        self.inside = False
        if isinstance(first, _Pattern):
            pattern().pieces += first.pieces
            pattern().converts += first.converts
        else:
            found.append(first)
        found += others
        pattern().pieces.append(self.quote)

    def is_scalar(self, rule: str) -> bool:
        try:
            self.scalar(rule)
        except _Unknown:
            return False
        return True

    def slot(self, slot: Slot) -> Scan:
        if slot.separator is not None:
            return self.list(slot)
        if slot.rule == "indices":
            return self.indices()
        if slot.rule in self.forms.rules:
            return self.rule(slot.rule)
        body, convert = self.scalar(slot.rule)
        match = re.compile(f"{self.blanks}({body})", re.ASCII).match

        def scan(text: str, at: int) -> tuple[Any, int]:
            found = match(text, at)
            if found is None:
                return NO
            return (found[1] if convert is None else convert(found[1])), found.end()

        return scan

    # -------------------------------------------------------------- lists

    def list(self, slot: Slot) -> Scan:
        """Elements as long as they come, with what separates them."""
        assert slot.separator is not None
        layout = "tight" if self.inside else self.layout
        marks = separator_marks(slot.separator, layout)
        joint = "".join(self.blanks + self.mark(m.text) for m in marks)
        trailing = layout == "python" and slot.separator == ","
        rule = self.forms.rules.get(slot.rule)
        form = rule.forms[0] if rule and len(rule.forms) == 1 else None
        if isinstance(form, FieldSet):
            return self.field_set(form, joint, trailing)
        pattern, build = self.item(slot.rule, form)
        if pattern is not None and "(?!" not in (pattern.text() + joint).replace(r"(?!\d)", ""):
            return _quick_list(pattern, build, joint, trailing)
        item = self.slot(Slot("", slot.rule, None, None))
        between = re.compile(joint, re.ASCII).match if joint else None

        def scan(text: str, at: int) -> tuple[Any, int]:
            values: list[Any] = []
            end = at
            while True:
                value, next_end = item(text, end)
                if next_end <= end:
                    ended = not values or between is None or trailing
                    return (tuple(values), at) if ended and next_end < 0 else NO
                values.append(value)
                at = end = next_end
                if between is not None:
                    match = between(text, end)
                    if match is None:
                        return tuple(values), at
                    end = match.end()
                    at = end if trailing else at

        return scan

    def item(self, rule: str, form: Form | None) -> tuple[_Pattern | None, Convert | None]:
        """The pattern of an element that is one, and what makes its value of those of its slots."""
        if isinstance(form, Template) and form.slots:
            steps = self.steps(form.parts)
            if len(steps) == 1 and isinstance(steps[0], _Pattern):
                return steps[0], None if form.bare else builder(form)
            return None, None
        pattern = _Pattern()
        try:
            body, convert = self.scalar(rule)
        except _Unknown:
            return None, None
        pattern.pieces.append(self.blanks)
        pattern.group(body, convert)
        return pattern, None

    def field_set(self, form: FieldSet, joint: str, trailing: bool) -> Scan:
        """Fields in any order, with the defaults of those that are not there."""
        scans = [self.template(f.template) for f in form.fields]
        names = tuple(f.key for f in form.fields)
        defaults = [f.default for f in form.fields]
        between = re.compile(joint, re.ASCII).match

        def scan(text: str, at: int) -> tuple[Any, int]:
            values = [REQUIRED] * len(scans)
            start = at
            while at >= 0:
                place, value, end = _first_of(scans, text, at)
                if end < 0:
                    if at > start and joint and not trailing:
                        return NO
                    break
                if values[place] is not REQUIRED:
                    return NO
                values[place] = value
                match = between(text, end)
                if match is None:
                    at = end
                    break
                at = match.end()
            full = [d if v is REQUIRED else v for v, d in zip(values, defaults, strict=True)]
            return NO if any(v is REQUIRED for v in full) else (Fields(names, tuple(full)), at)

        return scan

    def indices(self) -> Scan:
        if self.inside:
            raise _Unknown
        b = self.blanks
        comma, first, last, left, right, word = (b + self.mark(m) for m in (*",[]()", "range"))
        number = b + self.guarded("INT", rf"-?\d{{1,{MAX_DIGITS - 1}}}+(?!\d)")
        short = b + self.guarded("INT", r"(\d{1,9}+)(?!\d)")
        numbers = f"((?:{number}{comma})*+(?:{number})?+)"
        spanned = re.compile(f"{word}{left}{short}{comma}{short}{right}", re.ASCII).match
        listed = re.compile(f"(?:{first}{numbers}{last}|{left}{numbers}{right})", re.ASCII).match

        memo = _Memo(lambda text: tuple(map(int, text.replace(",", " ").split())))

        def scan(text: str, at: int) -> tuple[Any, int]:
            match = listed(text, at)
            if match is not None:
                inside = match[match.lastindex or 1]
                if "#" in inside:
                    return NO
                found = memo[inside]
                return (found, match.end()) if found or match.lastindex == 1 else NO
            match = spanned(text, at)
            if match is None:
                return NO
            start, stop = int(match[1]), int(match[2])
            return NO if stop - start > MAX_RANGE else (tuple(range(start, stop)), match.end())

        return scan


# ------------------------------------------------------------------ functions of patterns


class _Memo(dict[Any, Any]):
    """Values by their texts, made when first asked for: equal elements are one object."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, text: Any) -> Any:
        if len(self) >= _MEMO:
            self.clear()
        value = self[text] = self.make(text)
        return value


def _either(options: Sequence[Scan]) -> Scan:
    def scan(text: str, at: int) -> tuple[Any, int]:
        for option in options:
            found = option(text, at)
            if found[1] >= 0:
                return found
        return NO

    return scan


def _first_of(scans: Sequence[Scan], text: str, at: int) -> tuple[int, Any, int]:
    for i, scan in enumerate(scans):
        value, end = scan(text, at)
        if end > at:
            return i, value, end
    return 0, None, -1


def _compiled(pattern: _Pattern, joint: str = "") -> Callable[[str, int], re.Match[str] | None]:
    return re.compile(pattern.text() + joint, re.ASCII).match


def _segment(pattern: _Pattern) -> Scan:
    """The values of the slots of a pattern."""
    match = _compiled(pattern)
    if not pattern.converts:

        def skip(text: str, at: int) -> tuple[Any, int]:
            found = match(text, at)
            return NO if found is None else ((), found.end())

        return skip
    take = _taker(pattern, list)

    def scan(text: str, at: int) -> tuple[Any, int]:
        found = match(text, at)
        return NO if found is None else (take(found), found.end())

    return scan


def _listed(scan: Scan) -> Scan:
    def listed(text: str, at: int) -> tuple[Any, int]:
        value, end = scan(text, at)
        return NO if end < 0 else ((value,), end)

    return listed


def _taker(pattern: _Pattern, build: Convert) -> Callable[[re.Match[str]], Any]:
    converts = [c or str for c in pattern.converts]
    if len(converts) == 1:
        (only,) = converts
        return lambda match: build((only(match[1]),))
    return lambda match: build([c(t) for c, t in zip(converts, match.groups(), strict=True)])


def _quick_list(pattern: _Pattern, build: Convert | None, joint: str, trailing: bool) -> Scan:
    """A list of elements that are one pattern: found at once, then taken apart at once."""
    once = f"(?>{pattern.text(groups=False)})"
    end = f"(?:{joint})?+" if trailing else ""
    whole = re.compile(f"(?:{once}(?:{joint}{once})*+{end})?+", re.ASCII).match
    each = re.compile(pattern.text() + (f"(?:{joint})?+" if joint else ""), re.ASCII).findall
    converts = [c or str for c in pattern.converts]
    only = converts[0]

    def make(row: Any) -> Any:
        if len(converts) == 1:
            return only(row) if build is None else build((only(row),))
        assert build is not None
        return build([c(x) for c, x in zip(converts, row, strict=True)])

    element = _Memo(make).__getitem__

    def scan(text: str, at: int) -> tuple[Any, int]:
        match = whole(text, at)
        if match is None or match.end() == at:
            return (), at
        return tuple(map(element, each(text, at, match.end()))), match.end()

    return scan


def _convert(rule: str) -> Convert | None:
    if rule == "bool":
        return lambda text: text[0] in "Tt"
    return int if rule == "int" else NUMBERS.get(rule)


def builder(form: Template) -> Convert:
    """The value of a template from those of its slots."""
    if form.bare:
        return lambda values: values[0]
    names = tuple(s.field for s in form.slots)
    label = form.label
    if label is not None:
        names = ("kind", *names)
        return lambda values: Fields(names, (label, *values))
    if not names:
        value = form.value
        return lambda values: value
    kind: Any = Fields
    new, set_names, set_values = kind.__new__, kind.names.__set__, kind.values.__set__

    def build(values: Any) -> Fields:
        made: Fields = new(kind)
        set_names(made, names)
        set_values(made, tuple(values))
        return made

    return build
