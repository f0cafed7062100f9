"""What is wrong with a text of an encoding: where it leaves the grammar, and what may stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.record import Frozen, record
from nasdsl.spans import Source, Span

from .forms import FieldSet, Form, Forms, Mark, Part, Quoted, Rule, Slot, Template
from .grammar import GrammarWriter
from .terminals import NAMES, QUOTED

_MAX_LISTED = 12
_MAX_SHOWN = 40


def explain(
    error: Any, source: Source, base: int, grammar: GrammarWriter, forms: Forms, length: int = -1
) -> NasError:
    """The diagnostic of a Lark error; `base` is where the text that Lark saw begins, `length` how
    long it is if it stands between quotes."""
    end = len(source.text.rstrip()) if length < 0 else base + length
    token = getattr(error, "token", None)
    at = end if token is not None and token.type == "$END" else base + error.pos_in_stream
    place = _Place(source, min(at, end), end, length >= 0, grammar, forms, _accepted(error))
    last = (getattr(error, "token_history", None) or [None])[-1]
    return NasError(place.plain() if last is None else place.too_long(last, base))


def _accepted(error: Any) -> frozenset[str]:
    """The terminals that could have stood there."""
    parser = getattr(error, "interactive_parser", None)
    return frozenset(parser.accepts() if parser is not None else error.expected)


@record
class _Place(Frozen):
    """Where a text leaves its grammar. end: where the text ends, or what stands between quotes."""

    source: Source
    at: int
    end: int
    quoted: bool
    grammar: GrammarWriter
    forms: Forms
    accepts: frozenset[str]

    @property
    def found(self) -> str:
        if self.grammar.layout != "tight" and (quoted := self.match(QUOTED)):
            return quoted
        text = self.match(r"[\w.]+|.")
        ends = [text.find(mark) for mark in self.grammar.marks if not mark.strip("_.")]
        return text[: min((e for e in ends if e > 0), default=len(text))]

    def match(self, pattern: str) -> str:
        found = re.compile(pattern, re.DOTALL).match(self.source.text, self.at, self.end)
        return found[0] if found else ""

    @property
    def marks(self) -> set[str]:
        """The marks that could have stood there."""
        return {mark for mark, name in self.grammar.marks.items() if name in self.accepts}

    def plain(self) -> Diagnostic:
        text, marks = self.found, self.marks
        if text in ("'", '"') and self.grammar.layout != "tight":
            return self.mistake("a quote that is never closed", text)
        grouped = [rule for rule in self.forms.rules.values() if self.begins(rule, marks)]
        inside = {mark for rule in grouped for mark in self.beginnings(rule)}
        names = [_with_article(rule.name) for rule in grouped]
        wanted = [*map(_shown, sorted(marks - inside)), *names, *self.others()]
        if wanted == ["the end"] and text:
            message = f"{_cut(text)} stands behind the end of a `{self.forms.name}` text"
            return self.mistake(message, text)
        what = _cut(text) if text else "the quote ends" if self.quoted else "the text ends"
        where = f"{what} where {_alternatives(wanted)} should stand"
        word = text.replace('"', "'")
        help = did_you_mean(word, self.words(marks)) if 0 < len(text) <= _MAX_SHOWN else ""
        if not help and text and f"'{text}'" in self.quotable():
            help = f"put it in quotes: '{text}'"
        notes = tuple((self.listing(rule), None) for rule in grouped)
        return self.mistake(f"{where} in a `{self.forms.name}` text", text, help, notes)

    def too_long(self, last: Any, base: int) -> Diagnostic:
        """A word that goes on where one of those known ends; else the plain mistake."""
        start, text = base + (last.start_pos or 0), self.source.text
        near = text[self.at - 1 : self.at + 1]
        rule = self.rule_of(str(last))
        if base + (last.end_pos or 0) != self.at or rule is None or not re.fullmatch(r"\w\w", near):
            return self.plain()
        if set(self.beginnings(rule)) & set(self.marks):  # another may follow at once
            return self.plain()
        run = re.compile(r"\w+").match(text, start, self.end)
        word = run[0] if run else ""
        ends = [word.find(mark, self.at - start) for mark in self.marks]
        word = word[: min((e for e in ends if e > 0), default=len(word))]
        help = did_you_mean(word, self.beginnings(rule)) if len(word) <= _MAX_SHOWN else ""
        span = Span(self.source, start, start + len(word))
        notes = ((self.listing(rule), None),)
        message = f"{_cut(word)} is no `{rule.name}` of a `{self.forms.name}` text"
        return Diagnostic("NAS072" if help else "NAS071", message, span, help=help, notes=notes)

    def mistake(
        self,
        message: str,
        text: str,
        help: str = "",
        notes: tuple[tuple[str, Span | None], ...] = (),
    ) -> Diagnostic:
        code = "NAS072" if help else "NAS071"
        span = Span(self.source, self.at, self.at + len(text))
        return Diagnostic(code, message, span, help=help, notes=notes)

    # -------------------------------------------------------------- what could have stood there

    def others(self) -> list[str]:
        """What may stand there beside marks."""
        names = []
        for terminal in sorted(self.accepts - set(self.grammar.marks.values())):
            if terminal == "QUOTED" and len(self.grammar.quoted) == 1:
                (parts,) = self.grammar.quoted
                names.append(f"`'{_template(parts)}'`")
            elif terminal == "$END" and self.quoted:
                names.append("the closing quote")
            else:
                names.append(NAMES.get(terminal, terminal.lower()))
        return sorted(set(names), key=lambda name: (name == "the end", name))

    def words(self, marks: Iterable[str]) -> list[str]:
        return sorted(m for m in marks if re.search(r"\w", m))

    def quotable(self) -> set[str]:
        """The words that stand between quotes, with these."""
        found = {mark for mark in self.marks if mark[0] == "'"}
        if "QUOTED" in self.accepts:
            rules = [s.rule for q in self.grammar.quoted for s in q if isinstance(s, Slot)]
            words = [self.forms.rules[r].words or () for r in rules if r in self.forms.rules]
            found |= {f"'{template.text}'" for group in words for template in group}
        return found

    def begins(self, rule: Rule, marks: set[str]) -> bool:
        """Whether a rule as a whole may stand there, so that its name says it shorter."""
        own = self.beginnings(rule)
        return len(own) > 1 and set(own) <= marks

    def beginnings(self, rule: Rule) -> list[str]:
        """The marks that the forms of a rule begin with, in order; none if one begins otherwise."""
        found = []
        for form in rule.forms:
            for template in _templates(form):
                first = template.inside(self.grammar.layout == "tight")[:1]
                if not first or not isinstance(first[0], Mark):
                    return []
                found.append(first[0].text)
        return list(dict.fromkeys(found))

    def rule_of(self, text: str) -> Rule | None:
        """The rule that lists a word."""
        for rule in self.forms.rules.values():
            if rule.words is not None and len(rule.words) > 1 and text in self.beginnings(rule):
                return rule
        return None

    def listing(self, rule: Rule) -> str:
        """What a rule may begin with, or is."""
        shown = [_shown(mark) for mark in self.beginnings(rule)]
        if len(shown) > _MAX_LISTED + 1:
            shown = [*shown[:_MAX_LISTED], f"one of {len(shown) - _MAX_LISTED} others"]
        verb = "is" if rule.words is not None else "begins with"
        return f"{_with_article(rule.name)} {verb} {_alternatives(shown)}"


def _templates(form: Form) -> Sequence[Template]:
    if isinstance(form, FieldSet):
        return [field.template for field in form.fields]
    return [form] if isinstance(form, Template) else []


def _template(parts: tuple[Part, ...]) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Part) -> str:
    match part:
        case Mark(text=text):
            return text
        case Quoted(parts=parts):
            return f"'{_template(parts)}'"
        case Slot(rule=rule, separator=None):
            return f"{{{rule}}}"
        case Slot(rule=rule, separator=separator):
            return f"{{{rule} {separator} ...}}"


def _shown(mark: str) -> str:
    return "a blank" if mark == " " else f"`{mark}`"


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} `{name}`"


def _cut(text: str) -> str:
    return f"`{text}`" if len(text) <= _MAX_SHOWN else f"`{text[:_MAX_SHOWN]}…`"


def _alternatives(names: Sequence[str]) -> str:
    if len(names) > _MAX_LISTED + 1:
        names = [*names[:_MAX_LISTED], f"one of {len(names) - _MAX_LISTED} others"]
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
