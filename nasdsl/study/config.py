"""What a search is: strategy, evaluator, objectives, budget, seed and limits, as one model.

Read from the `search` block of a space with the command line's settings over it, written into the
study, and read back from there by `resume`. `SearchConfig.model_json_schema()` describes the JSON.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue

from nasdsl.configure import Config, configure, named
from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.evaluators import evaluator_config
from nasdsl.settings import CallSetting, Settings, SettingValue, read_seconds
from nasdsl.strategies import strategy_class

from .objectives import AnyObjective, Objective, read_objective

Seconds = Annotated[float, BeforeValidator(read_seconds), Field(gt=0)]


class Choice(Config):
    """A strategy or an evaluator by name, with the options that differ from its defaults."""

    name: str
    options: dict[str, JsonValue] = Field(default_factory=dict)

    def __str__(self) -> str:
        if not self.options:
            return self.name
        inside = ", ".join(f"{key} = {_spell(value)}" for key, value in self.options.items())
        return f"{self.name}({inside})"


class SearchConfig(Config):
    """Everything that decides which trials a study makes."""

    strategy: Choice = Choice(name="regularized_evolution")
    evaluate: Choice | None = None
    objectives: tuple[AnyObjective, ...] = Field(
        default=(Objective(metric="accuracy"),), min_length=1
    )
    budget: int = Field(default=100, ge=1)
    seed: int = 0
    time: Seconds | None = None
    trial_time: Seconds | None = None


def read_search(*layers: Settings, python: str | None = None) -> SearchConfig:
    """The configuration of settings, the later layers over the earlier.

    `python` is a "module:function" given explicitly by the user; a setting cannot name one.
    NasErrors: NAS310…312 and NAS321, NAS322 for a choice; NAS313 not an objective; NAS315 Python
    named in a setting.
    """
    merged: dict[str, tuple[SettingValue, ...]] = {}
    for layer in layers:
        merged |= layer
    options: dict[str, object] = {}
    for name, values in merged.items():
        if name == "objective":
            options["objectives"] = [read_objective(v).model_dump() for v in values]
        elif name == "strategy":
            options[name] = _strategy(_call(values[0])).model_dump()
        elif name == "evaluate":
            options[name] = None if python else _evaluator(_call(values[0])).model_dump()
        else:
            options[name] = values[0]
    if python:
        options["evaluate"] = {"name": "python", "options": {"target": python}}
    return configure(SearchConfig, options, what="`search`")


def _strategy(call: CallSetting) -> Choice:
    model = strategy_class(call.name, call.span).Config
    return _choice(call, model, "strategy")


def _evaluator(call: CallSetting) -> Choice:
    if call.name == "python":
        message = "a setting cannot name Python code"
        help = "start the search with --evaluate-python module:function"
        raise NasError(Diagnostic("NAS315", message, call.span, help=help))
    return _choice(call, evaluator_config(call.name, call.span), "evaluator")


def _choice(call: CallSetting, model: type[Config], what: str) -> Choice:
    options = named(call, list(model.model_fields))
    config = configure(model, options, what=f"{what} `{call.name}`", span=call.span)
    given = config.model_dump(mode="json", exclude_unset=True)
    return Choice(name=call.name, options=given)


def _call(value: SettingValue) -> CallSetting:
    return value if isinstance(value, CallSetting) else CallSetting(str(value))


def _spell(value: JsonValue) -> str:
    match value:
        case str():
            return f'"{value}"'
        case bool():
            return "true" if value else "false"
        case list():
            return "[" + ", ".join(map(_spell, value)) + "]"
        case _:
            return str(value)
