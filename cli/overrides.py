"""Settings of a search given on the command line, written as in a `search` block."""

from __future__ import annotations

from collections.abc import Mapping

from nasdsl import syntax
from nasdsl.parser import parse
from nasdsl.settings import CallSetting, Settings, read_settings
from nasdsl.spans import Source


def read_overrides(options: Mapping[str, str | None]) -> Settings:
    """The settings of options that were given; mistakes point into the option's own text."""
    found: dict[str, Settings] = {}
    for name, text in options.items():
        if text is None:
            continue
        found[name] = _read(f"--{name.replace('_', '-')}", name, text)
    return {key: values for settings in found.values() for key, values in settings.items()}


def read_own(text: str | None) -> CallSetting | None:
    """The strategy of --strategy-python, `module:Class` or `module:Class(option = 1)`; the call is
    named by its target."""
    if text is None:
        return None
    from nasdsl.strategies.own import split_target

    target, arguments = split_target(text)
    settings = _read("--strategy-python", "strategy", f"own{arguments}")
    (value,) = settings["strategy"]
    if isinstance(value, CallSetting):
        return CallSetting(target, value.args, value.kwargs, span=value.span)
    return CallSetting(target)


def _read(flag: str, name: str, text: str) -> Settings:
    source = Source(flag, f"search {{ {name} = {text} }}")
    for item in parse(source).items:
        if isinstance(item, syntax.Search):
            return read_settings(item, {})
    return {}
