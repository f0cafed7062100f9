"""Settings of a search given on the command line, written as in a `search` block."""

from __future__ import annotations

from collections.abc import Mapping

from nasdsl import syntax
from nasdsl.parser import parse
from nasdsl.settings import Settings, read_settings
from nasdsl.spans import Source


def read_overrides(options: Mapping[str, str | None]) -> Settings:
    """The settings of options that were given; mistakes point into the option's own text."""
    found: dict[str, Settings] = {}
    for name, text in options.items():
        if text is None:
            continue
        source = Source(f"--{name.replace('_', '-')}", f"search {{ {name} = {text} }}")
        for item in parse(source).items:
            if isinstance(item, syntax.Search):
                found[name] = read_settings(item, {})
    return {key: values for settings in found.values() for key, values in settings.items()}
