"""From a value to its text: the printer of an encoding, functions made of the forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count, repeat
from typing import Any, TypeAlias

from nasdsl.ops.base import REQUIRED
from nasdsl.values import Fields

from .forms import BUILTINS, FieldSet, Form, Forms, Link, Rule, Slot, Template
from .literals import LEAST, LIMIT, builtin, integers, show
from .pieces import Memo

Write: TypeAlias = Callable[[Any], str]
Many: TypeAlias = Callable[[Sequence[Any]], Iterable[str]]
"""As Write, of many values; it may raise KeyError or TypeError where Write says what is wrong."""
_QUOTES = re.compile("['\"]")


class Unwritable(Exception):
    """A value that the encoding has no text for: where it is in the whole, and why."""

    def __init__(self, value: Any, why: str) -> None:
        super().__init__(why)
        self.path: tuple[str | int, ...] = ()
        self.value, self.why = value, why

    @property
    def reason(self) -> str:
        return f"{show(self.value)} {self.why}"

    def within(self, key: str | int) -> Unwritable:
        self.path = (key, *self.path)
        return self


def writer(forms: Forms) -> Write:
    """The canonical text of a value, which raises Unwritable."""
    return _Maker(forms).rule(forms.start)


class _Maker:
    def __init__(self, forms: Forms) -> None:
        self.forms, self.layout = forms, forms.layout
        self.columns: dict[Write, Many] = {_int: integers}
        self.inside = False  # between quotes
        self.made: dict[tuple[str, bool], Write | None] = {}

    def rule(self, name: str) -> Write:
        key = (name, self.inside)
        if key not in self.made:
            self.made[key] = None
            self.made[key] = self._rule(self.forms.rules[name])
        return self.made[key] or self._later(key)

    def _later(self, key: tuple[str, bool]) -> Write:
        """A rule that is being made calls itself by name."""

        def write(value: Any) -> str:
            made = self.made[key]
            assert made is not None
            return made(value)

        return write

    def _rule(self, rule: Rule) -> Write:
        if rule.words is not None and len(rule.forms) > 1:
            return self._words(rule)
        options = [self.form(form) for form in rule.forms]
        labels = [form.label if isinstance(form, Template) else None for form in rule.forms]
        if None not in labels and len(set(labels)) == len(labels):
            return _by_label(rule.name, dict(zip(labels, options, strict=True)))
        return options[0] if len(options) == 1 else _either(rule.name, options)

    def _words(self, rule: Rule) -> Write:
        texts: dict[Any, str] = {}
        for word in rule.words or ():
            texts.setdefault(_kind(word.value), self.shown(word.shown)[0])
        known = (
            f"is no `{rule.name}`: it is one of {', '.join(str(w.value) for w in rule.words or ())}"
        )
        get = texts.get

        def write(value: Any) -> str:
            try:
                text = get(value if value.__class__ is str else _kind(value))
            except TypeError:  # of a list, which no value of an encoding is
                text = None
            if text is None:
                raise Unwritable(value, known)
            return text

        if all(key.__class__ is str for key in texts):
            self.columns[write] = lambda values: map(texts.__getitem__, values)
        return write

    def form(self, form: Form) -> Write:
        if isinstance(form, Link):
            return self.single(form.rule)
        if isinstance(form, FieldSet):
            return _fields_alone
        return self.template(form)

    # -------------------------------------------------------------- templates

    def template(self, form: Template) -> Write:
        pieces = self.shown(form.shown)
        writes = [p for p in pieces if not isinstance(p, str)]
        if not writes and form.label is None:
            return _constant(form.value, "".join(map(str, pieces)))
        pattern = "".join(p.replace("%", "%%") if isinstance(p, str) else "%s" for p in pieces)
        if form.bare:
            only: Write = writes[0]
            place = pieces.index(only)
            before, after = "".join(pieces[:place]), "".join(pieces[place + 1 :])
            return only if before == after == "" else lambda value: before + only(value) + after
        names = tuple(s.field for s in form.slots)
        write = _template(pattern, names, writes, form.label)
        if form.label is None:
            self.columns[write] = _rows(
                pattern, names, [self.columns.get(w) for w in writes], writes
            )
        return write

    def shown(self, shown: Sequence[str | Slot]) -> list[Any]:
        """The texts of a template, and the writers of its slots."""
        found: list[Any] = []
        before = self.inside
        for part in shown:
            if isinstance(part, Slot):
                found.append(self.slot(part))
                continue
            if self.layout in ("python", "json") and len(_QUOTES.findall(part)) % 2:
                self.inside = not self.inside
            found.append(part.replace("'", '"') if self.layout == "json" else part)
        self.inside = before
        return found

    def slot(self, slot: Slot) -> Write:
        if slot.separator is None:
            return self.single(slot.rule)
        between = slot.separator
        if self.layout != "tight" and not self.inside:
            between = {",": ", ", "": " "}.get(between, between)
        form = None if slot.builtin else self.forms.rules[slot.rule].forms[0]
        if isinstance(form, FieldSet):
            return self.field_set(form, between)
        item = self.single(slot.rule)
        return _list(item, between, self.columns.get(item))

    def field_set(self, form: FieldSet, between: str) -> Write:
        names = tuple(f.key for f in form.fields)
        fields = [(f.key, f.default, self.template(f.template)) for f in form.fields]

        def write(value: Any) -> str:
            texts = []
            given = zip(fields, _parts(value, names), strict=True)
            for (key, default, write), part in given:
                if default is REQUIRED or not _same(part, default):
                    try:
                        texts.append(write(part))
                    except Unwritable as error:
                        raise error.within(key) from None
            return between.join(texts)

        return write

    # -------------------------------------------------------------- built-in rules

    def single(self, rule: str) -> Write:
        if rule not in BUILTINS:
            return self.rule(rule)
        return _int if rule == "int" else _checked(builtin(rule, self.layout == "json"), rule)


# ------------------------------------------------------------------ functions of forms


def _int(value: Any) -> str:
    if value.__class__ is not int or not LEAST < value < LIMIT:
        raise Unwritable(value, "is not a whole number of at most 18 digits")
    return str(value)


def _checked(make: Callable[[Any], str | None], rule: str) -> Write:
    why = f"is not {BUILTINS[rule]}"

    def write(value: Any) -> str:
        text = make(value)
        if text is None:
            raise Unwritable(value, why)
        return text

    return write


def _by_label(name: str, options: Mapping[str | None, Write]) -> Write:
    get = options.get
    known = f"is no `{name}`, whose kind is one of {', '.join(map(str, options))}"

    def write(value: Any) -> str:
        labelled = value.__class__ is Fields and value.names[:1] == ("kind",)
        option = get(value.values[0]) if labelled and value.values[0].__class__ is str else None
        if option is None:
            raise Unwritable(value, known)
        return option(value)

    return write


def _either(name: str, options: Sequence[Write]) -> Write:
    def write(value: Any) -> str:
        best: Unwritable | None = None
        for option in options:
            try:
                return option(value)
            except Unwritable as error:
                if best is None or len(error.path) > len(best.path):
                    best = error
        assert best is not None
        if best.path:
            raise best
        raise Unwritable(value, f"is no `{name}`")

    return write


def _fields_alone(value: Any) -> str:
    raise Unwritable(value, "is written as a list of fields")


def _constant(constant: Any, text: str) -> Write:
    def write(value: Any) -> str:
        if not _same(value, constant):
            raise Unwritable(value, f"is not {show(constant)}")
        return text

    return write


def _template(
    pattern: str, fields: tuple[str, ...], writes: Sequence[Write], label: str | None
) -> Write:
    names = fields if label is None else ("kind", *fields)

    def write(value: Any) -> str:
        known = value.__class__ is Fields and value.names == names
        parts = value.values if known else _parts(value, names)
        if label is not None:
            if parts[0] != label:
                raise Unwritable(parts[0], f"is not {label}")
            parts = parts[1:]
        try:
            return pattern % tuple([write(p) for write, p in zip(writes, parts, strict=True)])
        except Unwritable as error:
            raise _placed(error, zip(fields, writes, parts, strict=True)) from None

    return write


def _rows(
    pattern: str, names: tuple[str, ...], columns: Sequence[Many | None], writes: Sequence[Write]
) -> Many:
    """The texts of many records at once, column by column; raises anything if one is amiss."""
    makers = [
        column or (lambda values, write=write: map(write, values))
        for column, write in zip(columns, writes, strict=True)
    ]
    form = pattern.__mod__

    def make_row(row: tuple[Any, ...]) -> str:
        parts = [(part,) for part in row]
        return form(tuple([next(iter(m(p))) for m, p in zip(makers, parts, strict=True)]))

    element = Memo(make_row).__getitem__

    def write_all(values: Sequence[Any]) -> Iterable[str]:
        rows = [v.values for v in values if v.__class__ is Fields and v.names == names]
        if len(rows) < len(values):
            raise TypeError
        for column in zip(*rows, strict=True):
            if not _PLAIN.issuperset(map(type, column)):
                raise TypeError  # 1 and true are equal, and so the same to a memory
        return map(element, rows)

    return write_all


_PLAIN = frozenset((int, str))


def _list(item: Write, between: str, many: Many | None) -> Write:
    def write(value: Any) -> str:
        if value.__class__ is not tuple:
            raise Unwritable(value, "is no list")
        if many is not None and len(value) > 3:
            try:
                return between.join(many(value))
            except (Unwritable, KeyError, TypeError):
                pass  # one of them is amiss: which?
        try:
            return between.join(map(item, value))
        except Unwritable as error:
            raise _placed(error, zip(count(), repeat(item), value)) from None

    return write


def _placed(error: Unwritable, parts: Iterable[tuple[str | int, Write, Any]]) -> Unwritable:
    """The mistake with the name of the part that it is in."""
    for key, write, part in parts:
        try:
            write(part)
        except Unwritable as again:
            return again.within(key)
    return error


def _parts(value: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    """The parts of a record with these fields, in their order."""
    if value.__class__ is Fields:
        own = value.names
        if own == names:
            return value.values
        if len(own) == len(names) and set(own) == set(names):
            return tuple([value[name] for name in names])
    raise Unwritable(value, f"has not the fields {', '.join(names)}")


def _kind(value: Any) -> Any:
    """What tells values apart that are equal and print differently, such as 1 and true."""
    return value if value.__class__ is str else (value.__class__, value)


def _same(a: Any, b: Any) -> bool:
    """Whether two values are equal and print alike: 1 is neither 1.0 nor true."""
    if a.__class__ is not b.__class__ or a != b:
        return False
    return a.__class__ is not tuple or all(map(_same, a, b))
