"""What is said of strategies, for the command line and for docs/strategies.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from inspect import cleandoc
from typing import Any

from nasdsl.record import Record, record

from . import STRATEGIES, entry, strategy_class


@record
class Knob(Record):
    """An option of a strategy, in words; `default` is "" where a value has to be given."""

    name: str
    type: str
    default: str
    description: str


def schema(name: str) -> dict[str, Any]:
    """The JSON schema of a strategy's options."""
    found: dict[str, Any] = strategy_class(name).Config.model_json_schema()
    return found


def knobs(name: str) -> list[Knob]:
    """The options of a strategy, in the order of its arguments."""
    found = schema(name)
    parts = found.get("$defs", {})
    defaults = strategy_class(name).Config.model_construct().model_dump(mode="json")
    return [
        Knob(option, _type(rule, parts), _default(option, defaults), rule.get("description", ""))
        for option, rule in found.get("properties", {}).items()
    ]


def summary(name: str) -> str:
    """The first paragraph of a strategy's module, on one line."""
    module = import_module(entry(name).target.partition(":")[0])
    return " ".join(cleandoc(module.__doc__ or "").split("\n\n")[0].split())


def table() -> str:
    """A row for each strategy, by name."""
    rows = [
        (f"[`{name}`](#{name})", known.paper, known.use, f"`{known.extra}`" if known.extra else "")
        for name, known in sorted(STRATEGIES.items())
    ]
    return _table(("strategy", "paper", "when to take it", "extra"), rows)


def sections() -> str:
    """A section for each strategy, by name: what it is, and its options."""
    return "\n".join(map(_section, sorted(STRATEGIES)))


def _section(name: str) -> str:
    rows = [
        (f"`{k.name}`", k.type, f"`{k.default}`" if k.default else "", k.description)
        for k in knobs(name)
    ]
    options = _table(("option", "type", "default", ""), rows) if rows else "It has no options.\n"
    return f"### {name}\n\n{summary(name)}\n\n{options}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(map(_cell, line)) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _default(option: str, defaults: Mapping[str, Any]) -> str:
    """A default as it is written in a search block; a dash where it is to leave the option out."""
    if option not in defaults:
        return ""
    return "-" if defaults[option] is None else _spelt(defaults[option])


def _spelt(value: Any) -> str:
    match value:
        case {"name": name, "args": list(args)}:
            return f"{name}({', '.join(map(_spelt, args))})"
        case list():
            return "[" + ", ".join(map(_spelt, value)) + "]"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return json.dumps(value)


def _type(rule: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """A rule of a JSON schema in words."""
    if "$ref" in rule:
        return _type(parts[rule["$ref"].rsplit("/", 1)[-1]], parts)
    if "enum" in rule or "const" in rule:
        return " or ".join(json.dumps(v) for v in rule.get("enum", [rule.get("const")]))
    if choices := rule.get("anyOf") or rule.get("oneOf") or rule.get("allOf"):
        kinds = [_type(c, parts) for c in choices if c.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    return _PLAIN.get(rule.get("type", ""), _any)(rule, parts)


def _array(rule: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    if "prefixItems" in rule:
        return "[" + ", ".join(_type(item, parts) for item in rule["prefixItems"]) + "]"
    return f"list of {_type(rule.get('items', {}), parts)}"


def _number(kind: str, rule: Mapping[str, Any]) -> str:
    return ", ".join([kind, *_bounds(rule)])


def _bounds(rule: Mapping[str, Any]) -> Iterator[str]:
    words = {
        "minimum": "at least", "exclusiveMinimum": "above",
        "maximum": "at most", "exclusiveMaximum": "below",
    }  # fmt: skip
    for key, word in words.items():
        if key in rule:
            yield f"{word} {rule[key]:g}"


def _any(rule: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    return "any value"


_PLAIN: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "integer": lambda rule, parts: _number("whole number", rule),
    "number": lambda rule, parts: _number("number", rule),
    "boolean": lambda rule, parts: "true or false",
    "string": lambda rule, parts: "text",
    "array": _array,
    "object": lambda rule, parts: "names, weighted",
}
