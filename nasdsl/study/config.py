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
from nasdsl.strategies import PYTHON, strategy_class

from .objectives import AnyObjective, Objective, read_objective

Seconds = Annotated[float, BeforeValidator(read_seconds), Field(gt=0)]


class Choice(Config):
    """A strategy or an evaluator by name, with the options that differ from its defaults.

    A strategy of the user's own is `python`, with its class as `target` and `options` of its own.
    """

    name: str
    options: dict[str, JsonValue] = Field(default_factory=dict)

    def __str__(self) -> str:
        name, options = self.name, self.options
        match options:
            case {"target": str(target), "options": dict(own)}:
                name, options = target, own
        inside = ", ".join(f"{key} = {_spell(value)}" for key, value in options.items())
        return f"{name}({inside})" if inside else name


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


def read_search(
    *layers: Settings, python: str | None = None, own: CallSetting | None = None
) -> SearchConfig:
    """The configuration of settings, the later layers over the earlier.

    `python` is a "module:function" that evaluates, `own` a strategy as a call of "module:Class",
    given explicitly by the user; a setting cannot name one. NasErrors: NAS310…312 and NAS321,
    NAS322 for a choice; NAS313 not an objective; NAS315 Python named in a setting; NAS324, NAS336
    for a strategy of the user's own.
    """
    merged: dict[str, tuple[SettingValue, ...]] = {}
    for layer in layers:
        merged |= layer
    options: dict[str, object] = {}
    for name, values in merged.items():
        if name == "objective":
            options["objectives"] = [read_objective(v).model_dump() for v in values]
        elif name == "strategy":
            options[name] = None if own else _strategy(_call(values[0])).model_dump()
        elif name == "evaluate":
            options[name] = None if python else _evaluator(_call(values[0])).model_dump()
        else:
            options[name] = values[0]
    if python:
        options["evaluate"] = {"name": PYTHON, "options": {"target": python}}
    if own:
        options["strategy"] = own_strategy(own).model_dump()
    return configure(SearchConfig, options, what="`search`")


def own_strategy(call: CallSetting) -> Choice:
    """The strategy of a class "module:Class", its options validated by its own model."""
    from nasdsl.strategies.own import import_strategy

    found = _choice(call, import_strategy(call.name).Config, "strategy")
    return Choice(name=PYTHON, options={"target": call.name, "options": found.options})


def _strategy(call: CallSetting) -> Choice:
    _no_python(call, "--strategy-python module:Class")
    model = strategy_class(call.name, call.span).Config
    return _choice(call, model, "strategy")


def _no_python(call: CallSetting, flag: str) -> None:
    if call.name == PYTHON:
        message = "a setting cannot name Python code"
        help = f"start the search with {flag}"
        raise NasError(Diagnostic("NAS315", message, call.span, help=help))


def _evaluator(call: CallSetting) -> Choice:
    _no_python(call, "--evaluate-python module:function")
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
