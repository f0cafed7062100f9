"""The forms of an encoding: what its rules say, resolved and free of mistakes.

A form describes texts and the value that each stands for. Codes NAS060-NAS069 are mistakes of a
declaration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from nasdsl import syntax as s
from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean, fail
from nasdsl.ops.base import REQUIRED
from nasdsl.record import Frozen, Record, record
from nasdsl.scopes import place
from nasdsl.spans import Span

LAYOUTS = ("tight", "free", "python", "json")
"""No blanks; blanks between words; and Python's comments, quotes and commas; JSON's quotes."""

BUILTINS: Mapping[str, str] = {
    "int": "a whole number", "digit": "a digit", "number": "a number", "float": "a number",
    "bool": "True or False", "word": "a name", "letters": "letters", "alnum": "letters or digits",
    "text": "a quoted text", "literal": "a number, a text, a list or a dictionary",
    "indices": "a list of whole numbers, or range(a, b)",
}  # fmt: skip
APART = 'let each element begin or end with what tells it apart, as in "{op}~{from: int}|"'
"""What helps against ambiguity."""
SCALARS = frozenset(BUILTINS) - {"literal", "indices", "text"}


@record
class Mark(Record):
    """A piece of text that stands for itself; " " is one or more blanks."""

    text: str


@record
class Slot(Record):
    """A part with a value: of a rule, or a list of them (`separator` is not None)."""

    field: str
    rule: str
    separator: str | None
    span: Span | None

    @property
    def builtin(self) -> bool:
        return self.rule in BUILTINS


@record
class Quoted(Record):
    """Slots and marks between quotes, where blanks matter."""

    parts: tuple[Part, ...]


Part: TypeAlias = "Mark | Slot | Quoted"


@record
class Template(Record):
    """Text with slots. bare: its value is that of its only slot; else a Fields of all.

    inner: the parts where the template stands between quotes, so that blanks matter.
    shown: the same with the blanks that are printed.
    """

    parts: tuple[Part, ...]
    inner: tuple[Part, ...]
    shown: tuple[str | Slot, ...]
    label: str | None
    value: Any
    bare: bool
    span: Span | None

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(_slots(self.parts))

    @property
    def text(self) -> str:
        """The text of a template without slots."""
        return "".join(p for p in self.shown if isinstance(p, str))

    def inside(self, quoted: bool) -> tuple[Part, ...]:
        return self.inner if quoted else self.parts


@record
class Field(Record):
    key: str
    template: Template
    default: Any  # REQUIRED, or a value


@record
class FieldSet(Record):
    """Fields in any order, each at most once."""

    fields: tuple[Field, ...]


@record
class Link(Record):
    """Another rule in the place of this form."""

    rule: str
    span: Span | None


Form: TypeAlias = Template | FieldSet | Link


@record
class Rule(Frozen):
    name: str
    forms: tuple[Form, ...]
    span: Span | None

    @property
    def words(self) -> tuple[Template, ...] | None:
        """The alternatives, if each is a text without slots."""
        plain = tuple(f for f in self.forms if isinstance(f, Template) and not f.slots and f.text)
        if len(plain) == len(self.forms) and not any(f.label for f in plain):
            return plain
        return None


@record
class Forms(Frozen):
    """All rules of an encoding; the first is the whole text."""

    name: str
    layout: str
    rules: Mapping[str, Rule]
    start: str


_SLOT = re.compile(
    r"\{(?P<brace>\{)|\}(?P<close>\})|"
    r"\{\s*(?:(?P<field>[A-Za-z_]\w*)\s*:\s*)?(?P<rule>[A-Za-z_]\w*)"
    r"(?P<list>(?P<sep>[^{}]*?)\.\.\.)?\s*\}|(?P<bad>[{}])"
)


def resolve(declaration: s.Encoding) -> Forms:
    """The forms of a declaration. Raises NasError with all that is wrong with it."""
    problems: list[Diagnostic] = []
    layout = declaration.layout or "free"
    if layout not in LAYOUTS:
        help = did_you_mean(layout, LAYOUTS) or "it is one of " + ", ".join(LAYOUTS)
        span = place(declaration, layout, declaration.name)
        problems.append(Diagnostic("NAS060", f"`{layout}` is no layout", span, help=help))
        layout = "free"
    rules: dict[str, Rule] = {}
    for row in declaration.rows:
        if isinstance(row, s.FormRule):
            if row.name in rules or row.name in BUILTINS:
                what = "is built in" if row.name in BUILTINS else "is defined twice"
                span = place(row, row.name)
                problems.append(Diagnostic("NAS061", f"the rule `{row.name}` {what}", span))
                continue
            forms = []
            for form in row.forms:
                try:
                    forms.append(_form(form, layout))
                except NasError as error:
                    problems += error.diagnostics
            rules[row.name] = Rule(row.name, tuple(forms), place(row, row.name))
    if not rules:
        message = f"the encoding `{declaration.name}` has no rule"
        span = place(declaration, declaration.name)
        problems.append(Diagnostic("NAS062", message, span))
    problems += [] if problems else _names(rules)
    problems += [] if problems else _field_sets(rules)
    if problems:
        raise NasError(problems)
    return Forms(declaration.name, layout, rules, next(iter(rules)))


def _names(rules: Mapping[str, Rule]) -> list[Diagnostic]:
    """Rules that do not exist, and rules that nothing uses."""
    problems = []
    used = set(list(rules)[:1])
    for rule in rules.values():
        for form in rule.forms:
            for name, span in _uses(form):
                used.add(name)
                if name not in rules and name not in BUILTINS:
                    help = did_you_mean(name, [*rules, *BUILTINS])
                    problems.append(
                        Diagnostic("NAS063", f"there is no rule `{name}`", span, help=help)
                    )
    for name in rules if not problems else ():
        if name not in used:
            problems.append(
                Diagnostic("NAS064", f"nothing uses the rule `{name}`", rules[name].span)
            )
    return problems


def _field_sets(rules: Mapping[str, Rule]) -> list[Diagnostic]:
    """Fields in any order are the only form of their rule, and are used as a list."""
    problems = []
    for rule in rules.values():
        for form in rule.forms:
            if isinstance(form, FieldSet) and len(rule.forms) > 1:
                message = f"`{rule.name}` has other forms beside its fields"
                problems.append(Diagnostic("NAS069", message, form.fields[0].template.span))
            templates = [f.template for f in form.fields] if isinstance(form, FieldSet) else [form]
            slots = [slot for t in templates if isinstance(t, Template) for slot in t.slots]
            for slot in slots:
                named = rules.get(slot.rule)
                fields = named is not None and isinstance(named.forms[0], FieldSet)
                if fields and slot.separator is None:
                    help = f"write {{{slot.rule} , ...}}, with what separates the fields"
                    message = f"the fields of `{slot.rule}` are used as one"
                    problems.append(Diagnostic("NAS069", message, slot.span, help=help))
    return problems


def _uses(form: Form) -> list[tuple[str, Span | None]]:
    if isinstance(form, Link):
        return [(form.rule, form.span)]
    templates = [f.template for f in form.fields] if isinstance(form, FieldSet) else [form]
    return [(slot.rule, slot.span) for t in templates for slot in t.slots]


def _form(form: s.Form, layout: str) -> Form:
    value = REQUIRED if form.value is None else constant(form.value)
    match form.body:
        case s.FormName(id=name):
            if form.label is not None or value is not REQUIRED:
                raise fail("NAS065", "only a text takes a label or a value", form.span)
            return Link(name, form.body.span)
        case s.FieldSet(fields=fields):
            if form.label is not None or value is not REQUIRED:
                raise fail("NAS065", "only a text takes a label or a value", form.span)
            keys = [f.key for f in fields]
            if len(set(keys)) < len(keys):
                raise fail("NAS061", "a field is listed twice", form.span)
            return FieldSet(tuple(_field(f, layout) for f in fields))
        case body:
            return _template(body, layout, form.label, value)


def _field(field: s.FormField, layout: str) -> Field:
    template = _template(field.template, layout, None, REQUIRED)
    default = REQUIRED if field.default is None else constant(field.default)
    if not template.slots:
        shown = template.shown
        parts, inner = template.parts, template.inner
        template = Template(parts, inner, shown, None, True, False, template.span)
    return Field(field.key, template, default)


def _template(text: s.Text, layout: str, label: str | None, value: Any) -> Template:
    parts: list[Part | str] = []
    last = 0
    places = _places(text)
    for match in _SLOT.finditer(text.value):
        parts.append(text.value[last : match.start()])
        last = match.end()
        span = text.span and Span(text.span.source, places[match.start()], places[match.end()])
        if match["bad"]:
            help = "a slot is {rule}, {name: rule} or {rule , ...}; a brace itself is doubled"
            raise fail("NAS066", "a brace that belongs to no slot", span, help=help)
        if match["brace"] or match["close"]:
            parts.append(match["brace"] or match["close"])
            continue
        separator = None if match["list"] is None else _separator(match["sep"])
        rule = match["rule"]
        parts.append(Slot(match["field"] or "", rule, separator, span))
    parts.append(text.value[last:])
    made, inner = _pieces(parts, layout, text.span), _pieces(parts, "tight", text.span)
    slots = list(_slots(made))
    bare = len(slots) == 1 and not slots[0].field and label is None
    if slots and value is not REQUIRED:
        raise fail("NAS065", "only a text without slots takes a value", text.span)
    named = tuple(_named(p) for p in made)
    names = [slot.field for slot in _slots(named)]
    if len(set(names)) < len(names):
        again = next(n for n in names if names.count(n) > 1)
        help = f"name them apart, as in {{first: {again}}}"
        raise fail("NAS067", f"two slots are called `{again}`", text.span, help=help)
    if value is REQUIRED:
        value = text.value.replace("{{", "{").replace("}}", "}")
        value = value.strip("'\"") if layout in ("python", "json") else value
    named_slots = iter(_slots(named))
    shown = tuple(p if isinstance(p, str) else next(named_slots) for p in parts if p != "")
    inner = tuple(map(_named, inner))
    return Template(named, inner, shown, label, value, bare, text.span)


def _places(text: s.Text) -> list[int]:
    """Where each character of a string stands in its source, and where the last one ends."""
    if text.span is None:
        return []
    raw = text.span.text
    at = 3 if raw.startswith('"""') else 1
    places = []
    for _ in range(len(text.value) + 1):
        places.append(text.span.start + at)
        at += 2 if raw[at] == "\\" else 1
    return places


def _named(part: Part) -> Part:
    """Slots without a name are called as their rules."""
    if isinstance(part, Slot) and not part.field:
        return Slot(part.rule, part.rule, part.separator, part.span)
    if isinstance(part, Quoted):
        return Quoted(tuple(_named(p) for p in part.parts))
    return part


def _separator(text: str) -> str:
    """`' '` and the like give blanks; other separators stand as they are."""
    text = text.strip()
    return text[1:-1] if len(text) >= 3 and text[0] == text[-1] == "'" else text


def _slots(parts: tuple[Part, ...]) -> list[Slot]:
    found: list[Slot] = []
    for part in parts:
        if isinstance(part, Slot):
            found.append(part)
        elif isinstance(part, Quoted):
            found += _slots(part.parts)
    return found


_TIGHT = re.compile(r"\s+|\S+")
_FREE = re.compile(r"\s+|\w+|[^\w\s]")


def _pieces(parts: list[Part | str], layout: str, span: Span | None) -> tuple[Part, ...]:
    """Marks of the texts; what stands between quotes is one part if it has slots."""
    found: list[Part] = []
    inside: list[Part] | None = None
    quotes = layout in ("python", "json")
    for part in parts:
        if not isinstance(part, str):
            (found if inside is None else inside).append(part)
            continue
        for i, piece in enumerate(re.split(r"['\"]", part) if quotes else [part]):
            if i:
                if inside is None:
                    inside = []
                else:
                    found.append(_quoted(inside))
                    inside = None
            if inside is not None or layout == "tight":
                marks = [Mark(" " if t.isspace() else t) for t in _TIGHT.findall(piece)]
            else:
                marks = [Mark(t) for t in _FREE.findall(piece) if not t.isspace()]
            (found if inside is None else inside).extend(marks)
    if inside is not None:
        raise fail("NAS066", "a quote that is not closed in the template", span)
    return tuple(found)


def _quoted(parts: list[Part]) -> Part:
    if any(isinstance(p, Slot) for p in parts):
        return Quoted(tuple(parts))
    return Mark("'" + "".join(p.text for p in parts if isinstance(p, Mark)) + "'")


def constant(node: s.Expr) -> Any:
    """The value of a literal: a number, a text, a truth value, or a list of them."""
    match node:
        case s.Number():
            return node.value
        case s.Text(value=value) | s.Boolean(value=value):
            return value
        case s.Name(id="none"):
            return None
        case s.Unary(op="-", operand=s.Number() as number):
            return -number.value
        case s.List(items=items):
            return tuple(constant(i) for i in items)
    raise fail(
        "NAS068", "a literal should stand here", node.span, help="a number, a text or a list"
    )
