"""Random values of an encoding, of its forms alone: requirements are left to whoever draws them."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from nasdsl.ops.base import REQUIRED
from nasdsl.values import Fields

from .forms import FieldSet, Form, Forms, Link, Slot, Template

_WORDS = ("a", "conv", "_", "x1", "Sep_conv_3x3", "none")
_LETTERS = ("a", "conv", "XY")
_TEXTS = ("", "a", "max pool", "3x3, a", "é", "#", "[{(", "None")


def sample(forms: Forms, rng: Random, size: int = 3) -> Any:
    """A value that the forms can write; `size` bounds the length of lists and the depth of recursion."""
    return _Sampler(forms, rng, size).rule(forms.start, 0)


class _Sampler:
    def __init__(self, forms: Forms, rng: Random, size: int) -> None:
        self.forms, self.rng, self.size = forms, rng, size
        self.depths = _depths(forms)

    def rule(self, name: str, level: int) -> Any:
        forms = self.forms.rules[name].forms
        if level > 2 * self.size:  # the shortest way out
            form = min(forms, key=lambda f: _depth(f, self.depths))
        else:
            form = self.rng.choice(forms)
        return self.form(form, level + 1)

    def form(self, form: Form, level: int) -> Any:
        if isinstance(form, Link):
            return self.one(form.rule, level)
        if isinstance(form, FieldSet):
            return self.fields(form, level)
        slots = form.slots
        if form.bare:
            return self.slot(slots[0], level)
        values = tuple(self.slot(slot, level) for slot in slots)
        names = tuple(slot.field for slot in slots)
        if form.label is not None:
            return Fields(("kind", *names), (form.label, *values))
        return Fields(names, values) if slots else form.value

    def fields(self, form: FieldSet, level: int) -> Fields:
        values = [
            f.default
            if f.default is not REQUIRED and self.rng.random() < 0.5
            else self.form(f.template, level)
            for f in form.fields
        ]
        return Fields(tuple(f.key for f in form.fields), tuple(values))

    def slot(self, slot: Slot, level: int) -> Any:
        if slot.separator is None:
            return self.one(slot.rule, level)
        rule = self.forms.rules.get(slot.rule)
        if rule is not None and isinstance(rule.forms[0], FieldSet):
            return self.rule(slot.rule, level)
        count = 0 if level > 2 * self.size else self.rng.randint(0, self.size)
        return tuple(self.one(slot.rule, level) for _ in range(count))

    def one(self, rule: str, level: int) -> Any:
        return self.rule(rule, level) if rule in self.forms.rules else self.builtin(rule, level)

    def builtin(self, name: str, level: int) -> Any:
        rng = self.rng
        match name:
            case "int":
                return rng.choice((0, 1, 12, -3, rng.randint(-99, 10**6)))
            case "digit":
                return rng.randint(0, 9)
            case "number" | "float":
                return rng.choice((0, 3, -2, 0.5, -0.25, 1e-05, 1e16, rng.random()))
            case "bool":
                return rng.random() < 0.5
            case "word":
                return rng.choice(_WORDS)
            case "letters":
                return rng.choice(_LETTERS)
            case "alnum":
                return rng.choice((*_LETTERS, "3x3", "12"))
            case "text":
                return rng.choice(_TEXTS)
            case "indices":
                start = rng.randint(-1, 4)
                spread = tuple(rng.randint(0, 9) for _ in range(rng.randint(0, self.size)))
                return rng.choice((tuple(range(start, start + rng.randint(0, 4))), spread))
        return self.literal(level)

    def literal(self, level: int) -> Any:
        rng = self.rng
        kind = rng.randint(0, 7 if level <= self.size else 5)
        if kind == 6:
            return tuple(self.literal(level + 1) for _ in range(rng.randint(0, self.size)))
        if kind == 7:
            names = rng.sample((*_TEXTS, *_WORDS[:2]), rng.randint(0, self.size))
            return Fields(tuple(dict.fromkeys(names)), tuple(
                self.literal(level + 1) for _ in dict.fromkeys(names)))  # fmt: skip
        leaves = (None, rng.random() < 0.5, rng.choice((*_TEXTS, "'", '"', "\\", "a\nb")))
        return (*leaves, self.builtin("int", level), self.builtin("number", level), ())[kind]


def _depths(forms: Forms) -> Mapping[str, int]:
    """How deep the shortest value of each rule is."""
    depths = dict.fromkeys(forms.rules, 1_000)
    grown = True
    while grown:
        grown = False
        for name, rule in forms.rules.items():
            depth = 1 + min(_depth(form, depths) for form in rule.forms)
            grown = grown or depth < depths[name]
            depths[name] = min(depth, depths[name])
    return depths


def _depth(form: Form, depths: Mapping[str, int]) -> int:
    if isinstance(form, Link):
        return depths.get(form.rule, 0)
    templates: list[Template] = (
        [f.template for f in form.fields] if isinstance(form, FieldSet) else [form]
    )
    slots = [slot for t in templates for slot in t.slots if slot.separator is None]
    return max((depths.get(slot.rule, 0) for slot in slots), default=0)
