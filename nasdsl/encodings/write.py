"""From a value to its text: the printer of an encoding."""

from __future__ import annotations

import json
import re
from typing import Any

from nasdsl.record import Frozen, record
from nasdsl.values import Fields

from .forms import BUILTINS, SCALARS, FieldSet, Form, Forms, Link, Slot, Template
from .terminals import TERMINALS

_SCALARS = {name: re.compile(TERMINALS[name][1], re.ASCII) for name in SCALARS}


class Unwritable(Exception):
    """A value that the encoding has no text for: where it is in the whole, and why."""

    def __init__(self, path: tuple[str | int, ...], reason: str) -> None:
        super().__init__(reason)
        self.path, self.reason = path, reason


@record
class Writer(Frozen):
    forms: Forms

    def write(self, value: Any) -> str:
        """The canonical text of a value. Raises Unwritable."""
        return self._rule(self.forms.start, value, ())

    def _rule(self, name: str, value: Any, path: tuple[str | int, ...]) -> str:
        forms = self.forms.rules[name].forms
        best: Unwritable | None = None
        for form in forms:
            try:
                return self._form(form, value, path)
            except Unwritable as error:
                if best is None or len(error.path) > len(best.path):
                    best = error
        assert best is not None
        if len(forms) == 1 or len(best.path) > len(path):
            raise best
        words = self.forms.rules[name].words
        options = f": it is one of {', '.join(str(w.value) for w in words)}" if words else ""
        raise Unwritable(path, f"{show(value)} is no `{name}`{options}")

    def _form(self, form: Form, value: Any, path: tuple[str | int, ...]) -> str:
        if isinstance(form, Link):
            return self._single(form.rule, value, path)
        if isinstance(form, FieldSet):
            raise Unwritable(path, "fields are written as a list")
        return self._template(form, value, path)

    def _template(self, form: Template, value: Any, path: tuple[str | int, ...]) -> str:
        slots = form.slots
        if not slots and form.label is None:
            if value != form.value or isinstance(value, bool) != isinstance(form.value, bool):
                raise Unwritable(path, f"{show(value)} is not {show(form.value)}")
            return self._shown(form, {}, path)
        if form.bare:
            slot = slots[0]
            return self._shown(form, {slot.field: value}, path, bare=True)
        names = tuple(s.field for s in slots)
        if form.label is not None:
            names = ("kind", *names)
        if not isinstance(value, Fields) or set(value.names) != set(names):
            wanted = ", ".join(names)
            raise Unwritable(path, f"{show(value)} has not the fields {wanted}")
        fields = dict(zip(value.names, value.values, strict=True))
        if form.label is not None and fields["kind"] != form.label:
            raise Unwritable(path, f"{fields['kind']} is not {form.label}")
        return self._shown(form, fields, path)

    def _shown(
        self,
        form: Template,
        fields: dict[str, Any],
        path: tuple[str | int, ...],
        bare: bool = False,
    ) -> str:
        texts = []
        for part in form.shown:
            if isinstance(part, str):
                texts.append(part.replace("'", '"') if self.forms.layout == "json" else part)
            else:
                inner = path if bare else (*path, part.field)
                texts.append(self._slot(part, fields[part.field], inner))
        return "".join(texts)

    def _slot(self, slot: Slot, value: Any, path: tuple[str | int, ...]) -> str:
        if slot.separator is None:
            return self._single(slot.rule, value, path)
        between = ", " if slot.separator == "," and self.forms.layout != "tight" else slot.separator
        form = None if slot.builtin else self.forms.rules[slot.rule].forms[0]
        if isinstance(form, FieldSet):
            return between.join(self._field_set(form, value, path))
        if not isinstance(value, tuple):
            raise Unwritable(path, f"{show(value)} is no list")
        return between.join(self._single(slot.rule, v, (*path, i)) for i, v in enumerate(value))

    def _field_set(self, form: FieldSet, value: Any, path: tuple[str | int, ...]) -> list[str]:
        names = tuple(f.key for f in form.fields)
        if not isinstance(value, Fields) or set(value.names) != set(names):
            raise Unwritable(path, f"{show(value)} has not the fields {', '.join(names)}")
        given = dict(zip(value.names, value.values, strict=True))
        return [
            self._template(f.template, given[f.key], (*path, f.key))
            for f in form.fields
            if given[f.key] != f.default
        ]

    def _single(self, rule: str, value: Any, path: tuple[str | int, ...]) -> str:
        if rule not in BUILTINS:
            return self._rule(rule, value, path)
        text = self._builtin(rule, value)
        if text is None:
            raise Unwritable(path, f"{show(value)} is not {BUILTINS[rule]}")
        return text

    def _builtin(self, rule: str, value: Any) -> str | None:
        json_like = self.forms.layout == "json"
        if rule == "literal":
            return literal(value, json_like)
        if rule == "indices":
            return _indices(value, json_like)
        if rule == "text":
            plain = isinstance(value, str) and not set(value) & set("'\"\n")
            return (f'"{value}"' if json_like else f"'{value}'") if plain else None
        if rule == "bool":
            if not isinstance(value, bool):
                return None
            return str(value).lower() if json_like else str(value)
        if rule in ("word", "letters", "alnum"):
            if isinstance(value, str) and _SCALARS[rule].fullmatch(value):
                return value
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        text = str(value)
        return text if _SCALARS[rule].fullmatch(text) else None


def _indices(value: Any, json_like: bool) -> str | None:
    whole = isinstance(value, tuple) and all(type(v) is int for v in value)
    if not whole:
        return None
    if len(value) > 1 and value == tuple(range(value[0], value[-1] + 1)) and not json_like:
        return f"range({value[0]}, {value[-1] + 1})"
    return f"[{', '.join(map(str, value))}]"


def literal(value: Any, json_like: bool = False) -> str:
    """A value as Python or JSON writes it."""
    match value:
        case None:
            return "null" if json_like else "None"
        case bool():
            return str(value).lower() if json_like else str(value)
        case str():
            return json.dumps(value) if json_like or "'" in value else f"'{value}'"
        case tuple():
            return f"[{', '.join(literal(v, json_like) for v in value)}]"
        case Fields(names=names, values=values):
            quoted = [literal(name, json_like) for name in names]
            pairs = zip(quoted, values, strict=True)
            return "{" + ", ".join(f"{n}: {literal(v, json_like)}" for n, v in pairs) + "}"
        case _:
            return str(value)


def show(value: Any) -> str:
    """A value for a message, cut if it is long."""
    text = literal(value)
    return text if len(text) <= 60 else text[:57] + "…"
