"""The quick reader of correct texts, made of the forms.

What it takes it takes as the Lark grammar does (a test compares them), so it must read the same
terminals: each pattern refuses where Lark may prefer a rival, and never gives back what it took. What
it does not take is left to that grammar, which then explains it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .forms import Forms
from .pieces import Scan
from .scan import Maker, Unknown, blanks_of


class Miss(Exception):
    """The text is not of the form, or not one that the quick reader knows."""


def scanner(forms: Forms) -> Callable[[str], Any] | None:
    """The quick reader of an encoding, which raises Miss; None if all of it is left to Lark."""
    quoted, commented = forms.layout in ("python", "json"), forms.layout == "python"
    kinds: dict[tuple[bool, bool], tuple[Any, Scan]] = {}  # most texts are of one kind

    def kind(double: bool, comments: bool) -> tuple[Any, Scan]:
        blanks = re.compile(blanks_of(forms.layout, comments), re.ASCII).match
        found = blanks, Maker(forms, '"' if double else "'", comments).rule(forms.start)
        kinds[double, comments] = found
        return found

    try:
        kind(False, False)
    except Unknown:
        return None

    def run(text: str) -> Any:
        text = text.rstrip()
        key = quoted and '"' in text, commented and "#" in text
        blanks, scan = kinds.get(key) or kind(*key)
        start = blanks(text)
        try:
            value, at = scan(text, start.end() if start else 0)
        except (OverflowError, KeyError):  # too many digits, or an unknown word
            raise Miss from None
        if at != len(text):
            end = None if at < 0 else blanks(text, at)
            if end is None or end.end() != len(text):
                raise Miss
        return value

    return run
