"""The parts of the quick reader: regular expressions and functions made of the forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from nasdsl.ops.base import REQUIRED
from nasdsl.values import Fields

from .forms import (
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
from .pieces import (
    NO,
    Convert,
    Memo,
    Pattern,
    Scan,
    builder,
    compiled,
    convert_of,
    either,
    first_of,
    opening,
    quick_list,
    segments,
    taker,
)
from .read import MAX_DIGITS, MAX_RANGE
from .terminals import BLANKS, TERMINALS, closings, is_quoted, mark_pattern, separator_marks
from .tokens import Tokens, terminal

_WORD = re.compile(r"[A-Za-z0-9_]+").fullmatch
_WHOLE = rf"-?\d{{1,{MAX_DIGITS - 1}}}+(?!\d)"


class Unknown(Exception):
    """A form that is left to Lark."""


def blanks_of(layout: str, comments: bool) -> str:
    """As BLANKS, but quick where there are no comments."""
    if layout not in BLANKS:
        return ""
    return r"\s*+(?:#[^\n]*+\s*+)*+" if comments else r"\s*+"


class Maker:
    """Makes scans of texts all of whose quotes are of one kind, with comments or without."""

    def __init__(self, forms: Forms, quote: str, comments: bool) -> None:
        self.forms, self.layout, self.quote = forms, forms.layout, quote
        self.comments = comments  # whether there may be some
        outer = Tokens(forms, forms.layout, [forms.start])
        inner = Tokens(forms, "tight", outer.quoted)
        self.tokens = {False: outer, True: inner}
        self.inside = False  # between quotes
        self.pending: set[str] = set()
        self.made: dict[tuple[str, bool], Scan] = {}
        if self.layout == "python" and any("#" in s for s in outer.first if s[0] == "="):
            raise Unknown

    @property
    def blanks(self) -> str:
        return "" if self.inside else blanks_of(self.layout, self.comments)

    # -------------------------------------------------------------- terminals

    def guarded(self, symbol: str, body: str) -> str:
        """A pattern that does not match where Lark may prefer another terminal."""
        return "".join(f"(?!{r})" for r in self.rivals(symbol)) + body

    def rivals(self, symbol: str) -> Sequence[str]:
        return self.tokens[self.inside].rivals(symbol)

    def mark(self, text: str) -> str:
        layout = "tight" if self.inside else self.layout
        body = r"[^\S\n]++" if self.inside and text == " " else mark_pattern(text, layout)
        if is_quoted(text, layout):
            body = self.quote + re.escape(text[1:-1]) + self.quote
        return self.guarded(f"={text}", body)

    def scalar(self, rule: str, ends: bool = False) -> tuple[str, Convert | None]:
        """The pattern of a part that is one word or number, and what gives its value. `ends`: what
        follows is no letter, so that the whole word can be taken and looked up."""
        if rule in SCALARS:
            symbol, body = terminal(rule), TERMINALS[rule][1]
            return self.guarded(symbol, _WHOLE if rule == "int" else body), convert_of(rule)
        words = self.forms.rules[rule].words if rule in self.forms.rules else None
        if not words or any(len(w.inside(self.inside)) != 1 for w in words):
            raise Unknown
        marks = [(part.text, w.value) for w in words for part in w.inside(self.inside)
                 if isinstance(part, Mark)]  # fmt: skip
        values = {self.spelled(text): value for text, value in reversed(marks)}
        symbols = [f"={text}" for text, _ in marks]
        if ends and all(map(_WORD, values)) and not any(map(self.rivals, symbols)):
            return r"[A-Za-z0-9_]++", values.__getitem__
        longest = sorted((text for text, _ in marks), key=len, reverse=True)
        body = f"(?>{'|'.join(map(self.mark, longest))})"
        return body, None if all(k == v for k, v in values.items()) else values.__getitem__

    def spelled(self, text: str) -> str:
        """A mark as it stands in the text."""
        if not self.inside and is_quoted(text, self.layout):
            return self.quote + text[1:-1] + self.quote
        return text

    # -------------------------------------------------------------- forms

    def rule(self, name: str) -> Scan:
        if name in self.pending:
            raise Unknown  # it is recursive
        if (name, self.inside) not in self.made:
            self.pending.add(name)
            options = [self.form(f) for f in self.forms.rules[name].forms]
            self.pending.discard(name)
            self.made[name, self.inside] = options[0] if len(options) == 1 else either(options)
        return self.made[name, self.inside]

    def form(self, form: Form) -> Scan:
        if isinstance(form, Link):
            return self.slot(Slot("", form.rule, None, None))
        if isinstance(form, FieldSet):
            raise Unknown
        return self.template(form)

    def template(self, form: Template) -> Scan:
        steps = self.steps(form.inside(self.inside))
        build = builder(form)
        if len(steps) == 1 and isinstance(steps[0], Pattern):
            match = compiled(steps[0])
            take = taker(steps[0], build)

            def scan_one(text: str, at: int) -> tuple[Any, int]:
                found = match(text, at)
                return NO if found is None else (take(found), found.end())

            return scan_one
        parts = segments(steps)

        def scan(text: str, at: int) -> tuple[Any, int]:
            values: list[Any] = []
            for match, take, part in parts:
                if match is not None:
                    found = match(text, at)
                    if found is None:
                        return NO
                    at = found.end()
                    if take is not None:
                        values += take(found)
                if part is not None:
                    value, at = part(text, at)
                    if at < 0:
                        return NO
                    values.append(value)
            return build(values), at

        return scan

    def steps(self, parts: Sequence[Part]) -> list[Pattern | Scan]:
        """Patterns as long as they go, and between them functions for what is no pattern."""
        found: list[Pattern | Scan] = []

        def pattern() -> Pattern:
            last = found[-1] if found else None
            if not isinstance(last, Pattern):
                found.append(last := Pattern())
            return last

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
                pattern().group(*self.scalar(part.rule, self.ends(parts[i + 1 :])))
            elif (flat := self.flat(part)) is not None:
                pattern().group(*flat)
            elif (inner := self.within(part)) is not None:
                self.pending.add(part.rule)
                self.join(found, self.steps(inner.inside(self.inside)), pattern)
                self.pending.discard(part.rule)
            else:
                found.append(self.slot(part))
        return found or [Pattern()]

    def ends(self, behind: Sequence[Part]) -> bool:
        """Whether a word is over where these parts begin; behind those between quotes is a quote."""
        if not behind:
            return self.inside
        return isinstance(behind[0], Mark) and not re.match(r"\w", behind[0].text)

    def quoted(
        self, part: Quoted, found: list[Pattern | Scan], pattern: Callable[[], Pattern]
    ) -> None:
        """The steps of a part between quotes, which cannot hold quotes themselves."""
        pattern().pieces.append(self.blanks + self.guarded("QUOTED", self.quote))
        self.inside = True
        self.join(found, self.steps(part.parts), pattern)
        self.inside = False
        pattern().pieces.append(self.quote)

    def join(
        self,
        found: list[Pattern | Scan],
        more: list[Pattern | Scan],
        pattern: Callable[[], Pattern],
    ) -> None:
        first, *others = more
        if isinstance(first, Pattern):
            pattern().pieces += first.pieces
            pattern().converts += first.converts
        else:
            found.append(first)
        found += others

    def within(self, slot: Slot) -> Template | None:
        """The only form of a rule whose value is that of its only slot: it is read in place."""
        rule = self.forms.rules.get(slot.rule) if slot.separator is None else None
        if rule is None or len(rule.forms) != 1 or slot.rule in self.pending:
            return None
        (form,) = rule.forms
        return form if isinstance(form, Template) and form.bare else None

    def is_scalar(self, rule: str) -> bool:
        try:
            self.scalar(rule)
        except Unknown:
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

    def joint(self, slot: Slot) -> tuple[str, bool]:
        """What separates the elements of a list, and whether it may stand behind the last."""
        assert slot.separator is not None
        layout = "tight" if self.inside else self.layout
        marks = separator_marks(slot.separator, layout)
        joint = "".join(self.blanks + self.mark(m.text) for m in marks)
        return joint, layout == "python" and slot.separator == ","

    def flat(self, slot: Slot) -> tuple[str, Convert] | None:
        """The pattern of a list whose elements are one, and what makes its value."""
        if slot.separator is None:
            return None
        joint, trailing = self.joint(slot)
        rule = self.forms.rules.get(slot.rule)
        form = rule.forms[0] if rule and len(rule.forms) == 1 else None
        pattern, build = self.item(slot.rule, form)
        if pattern is None or "(?!" in (pattern.text() + joint).replace(r"(?!\d)", ""):
            return None
        if re.match(pattern.text(), ""):
            return None  # where one ends and the next begins cannot be told
        parts = form.inside(self.inside) if isinstance(form, Template) else ()
        first = "" if self.comments else opening(parts, joint, self.forms, self.inside)
        return quick_list(pattern, build, joint, trailing, first)

    def list(self, slot: Slot) -> Scan:
        """Elements as long as they come, with what separates them."""
        joint, trailing = self.joint(slot)
        rule = self.forms.rules.get(slot.rule)
        form = rule.forms[0] if rule and len(rule.forms) == 1 else None
        if isinstance(form, FieldSet):
            return self.field_set(form, joint, trailing)
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

    def item(self, rule: str, form: Form | None) -> tuple[Pattern | None, Convert | None]:
        """The pattern of an element that is one, and what makes its value of those of its slots."""
        if isinstance(form, Template) and form.slots:
            steps = self.steps(form.inside(self.inside))
            if len(steps) == 1 and isinstance(steps[0], Pattern):
                return steps[0], None if form.bare else builder(form)
            return None, None
        pattern = Pattern()
        try:
            body, convert = self.scalar(rule)
        except Unknown:
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
                place, value, end = first_of(scans, text, at)
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
            raise Unknown
        b = self.blanks
        comma, first, last, left, right, word = (b + self.mark(m) for m in (*",[]()", "range"))
        number = b + self.guarded("INT", rf"-?\d{{1,{MAX_DIGITS - 1}}}+(?!\d)")
        short = b + self.guarded("INT", r"(\d{1,9}+)(?!\d)")
        numbers = f"((?:{number}{comma})*+(?:{number})?+)"
        spanned = re.compile(f"{word}{left}{short}{comma}{short}{right}", re.ASCII).match
        listed = re.compile(f"(?:{first}{numbers}{last}|{left}{numbers}{right})", re.ASCII).match

        memo = Memo(lambda text: tuple(map(int, text.replace(",", " ").split())))

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
