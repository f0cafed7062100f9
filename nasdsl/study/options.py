"""Search blocks that are surely right, told apart without importing any configuration model.

`options.json` lists the options of strategies and evaluators, derived from their models by
`python -m nasdsl.study.options`. It serves to accept only: whatever it does not settle is for
nasdsl.study.config to judge. Pydantic and the models take longer to import than a check takes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from nasdsl.settings import CallSetting, Settings, SettingValue

PATH = os.path.join(os.path.dirname(__file__), "options.json")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "integer": (int,), "number": (int, float), "string": (str,), "boolean": (bool,),
}  # fmt: skip
_KEYS = frozenset(["type", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])


def surely_right(settings: Settings) -> bool:
    """Whether `read_search` accepts these settings; False if that takes the models to tell."""
    with open(PATH, encoding="utf-8") as file:
        known = json.load(file)
    return all(_fits(known, name, value) for name, values in settings.items() for value in values)


def _fits(known: Mapping[str, Any], setting: str, value: SettingValue) -> bool:
    call = value if isinstance(value, CallSetting) else CallSetting(str(value))
    if setting == "objective":
        if not isinstance(value, CallSetting):
            return True
        options = {"metric": {"type": "string"}, "reference": {"type": "number"}}
        plain = call.name in ("maximize", "minimize") and len(call.args) <= 1
        return plain and _takes(options, ["metric"], call)
    if setting not in known:
        return True  # a plain value, whose form the search block has been checked for
    entry = known[setting].get(call.name)
    return entry is not None and _takes(entry["options"], entry["required"], call)


def _takes(options: Mapping[str, Any], required: list[str], call: CallSetting) -> bool:
    if len(call.args) > len(options) or set(call.kwargs) & set(list(options)[: len(call.args)]):
        return False
    given = {**dict(zip(options, call.args, strict=False)), **call.kwargs}
    if not given.keys() >= set(required):
        return False
    return all(name in options and _meets(options[name], value) for name, value in given.items())


def _meets(rule: Mapping[str, Any] | None, value: SettingValue) -> bool:
    """Whether a value meets a rule; None stands for one that takes the model."""
    if rule is None or type(value) not in _TYPES[rule["type"]]:
        return False
    if isinstance(value, int | float) and not abs(value) < 2**53:
        return False
    bounds: Any = value
    return (
        value in rule.get("enum", (value,))
        and ("minimum" not in rule or bounds >= rule["minimum"])
        and ("maximum" not in rule or bounds <= rule["maximum"])
        and ("exclusiveMinimum" not in rule or bounds > rule["exclusiveMinimum"])
        and ("exclusiveMaximum" not in rule or bounds < rule["exclusiveMaximum"])
    )


def derive() -> dict[str, Any]:
    """What options.json has to hold."""
    from nasdsl.evaluators import EVALUATORS, evaluator_config
    from nasdsl.strategies import STRATEGIES, strategy_class
    from nasdsl.strategies.naming import NAMING

    strategies = {name: _entry(strategy_class(name).Config) for name in STRATEGIES}
    for entry in strategies.values():  # what they name is looked for in the space
        entry["options"] |= dict.fromkeys(NAMING.keys() & entry["options"].keys())
    evaluators = {n: _entry(evaluator_config(n)) for n in EVALUATORS if n != "python"}
    return {"strategy": strategies, "evaluate": evaluators}


def _entry(model: Any) -> dict[str, Any]:
    schema = model.model_json_schema()
    decorators = model.__pydantic_decorators__
    own = {f for v in decorators.field_validators.values() for f in v.info.fields}
    if decorators.model_validators:
        own |= set(model.model_fields)
    return {
        "options": {n: None if n in own else _rule(p) for n, p in schema["properties"].items()},
        "required": schema.get("required", []),
    }


def _rule(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The part of a JSON schema that `_meets` knows, or None if there is more to it."""
    choices = [s for s in schema.get("anyOf", [schema]) if s.get("type") != "null"]
    plain = {k: v for k, v in choices[0].items() if k not in ("title", "description", "default")}
    settled = len(choices) == 1 and plain.get("type") in _TYPES and plain.keys() <= _KEYS
    return plain if settled else None


if __name__ == "__main__":
    with open(PATH, "w", encoding="utf-8") as file:
        file.write(json.dumps(derive(), indent=1) + "\n")
