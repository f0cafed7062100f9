"""The `search { … }` block as plain values: what a space's file says on how to search it.

Only the form is checked here (known names, literals, calls); what a strategy or an evaluator makes
of its arguments is checked by its own configuration model (nasdsl/configure.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from . import syntax
from .diagnostics import Diagnostic, NasError, did_you_mean
from .record import Placed, Record, record

_NO_NAMES: Mapping[str, SettingValue] = {}


@record
class CallSetting(Placed):
    """A setting written as a call: `regularized_evolution(population = 100)`."""

    name: str
    args: tuple[SettingValue, ...] = ()
    kwargs: Mapping[str, SettingValue] = _NO_NAMES


Scalar = int | float | bool | str
SettingValue = Scalar | CallSetting | tuple["SettingValue", ...]
Settings = Mapping[str, tuple[SettingValue, ...]]


def read_seconds(value: object) -> float:
    """Seconds of 90, "90", "1h30m" or "2d"; ValueError if it is no positive time."""
    if isinstance(value, str):
        text = value.replace(" ", "")
        parts = re.findall(r"(\d+(?:\.\d+)?)([smhd]?)", text)
        if not parts or not re.fullmatch(r"\d+(\.\d+)?|(\d+(\.\d+)?[smhd])+", text):
            raise ValueError('expected seconds, or a text such as "90s", "10m" or "1h30m"')
        value = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise ValueError("expected a positive time")
    return float(value)


_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def _is_time(value: SettingValue) -> bool:
    try:
        return read_seconds(value) > 0
    except ValueError:
        return False


def _is_whole(value: SettingValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: SettingValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_choice(value: SettingValue) -> bool:
    return isinstance(value, (str, CallSetting))


@record
class Rule(Record):
    """How many values a setting may have, what each may be, and that in words."""

    most: int
    accepts: Callable[[SettingValue], bool]
    meaning: str


KNOWN: Mapping[str, Rule] = {
    "strategy": Rule(
        1, _is_choice, "a strategy, such as `random` or `regularized_evolution(population = 50)`"
    ),
    "evaluate": Rule(1, _is_choice, 'an evaluator, such as `train(data = "digits")`'),
    "objective": Rule(
        16, _is_choice, "one or more of `maximize(metric)`, `minimize(metric)` and `mnasnet(…)`"
    ),
    "budget": Rule(1, _is_count, "a number of trials, from 1"),
    "seed": Rule(1, _is_whole, "a whole number"),
    "time": Rule(1, _is_time, 'seconds, or a text such as "2h"'),
    "trial_time": Rule(1, _is_time, 'seconds for one trial, or a text such as "10m"'),
}


def read_settings(search: syntax.Search, params: Mapping[str, object]) -> Settings:
    """The settings of a block; a name is the value of a param of that name, else it is itself. A
    strategy and an evaluator are calls, without arguments if they are written as names.

    Raises NasError with every mistake of the block: NAS300 unknown setting, NAS301 given twice,
    NAS302 not a literal or a call, NAS303 too many values, NAS304 positional after named,
    NAS305 argument given twice, NAS306 not what the setting is.
    """
    found: dict[str, tuple[SettingValue, ...]] = {}
    mistakes: list[Diagnostic] = []
    for setting in search.settings:
        try:
            _check_setting(setting, found)
            found[setting.name] = tuple(_one(setting.name, v, params) for v in setting.values)
        except NasError as error:
            mistakes.extend(error.diagnostics)
    if mistakes:
        raise NasError(mistakes)
    return found


def _check_setting(setting: syntax.Setting, found: Settings) -> None:
    name, span = setting.name, setting.span
    if name not in KNOWN:
        known = "the settings are " + ", ".join(KNOWN)
        help = did_you_mean(name, list(KNOWN)) or known
        raise NasError(Diagnostic("NAS300", f"there is no setting `{name}`", span, help=help))
    if name in found:
        help = "keep one of them; several values are separated by commas"
        raise NasError(Diagnostic("NAS301", f"`{name}` is set twice", span, help=help))
    rule = KNOWN[name]
    if len(setting.values) > rule.most:
        where = setting.values[rule.most].span or span
        message = f"`{name}` has {len(setting.values)} values"
        raise NasError(Diagnostic("NAS303", message, where, help=f"it is {rule.meaning}"))


def _one(name: str, expr: syntax.Expr, params: Mapping[str, object]) -> SettingValue:
    value = _value(expr, params)
    rule = KNOWN[name]
    if not rule.accepts(value):
        message = f"this is no value of `{name}`"
        raise NasError(Diagnostic("NAS306", message, expr.span, help=f"it is {rule.meaning}"))
    if isinstance(value, str) and name in ("strategy", "evaluate"):
        return CallSetting(value, span=expr.span)
    return value


def _value(expr: syntax.Expr, params: Mapping[str, object]) -> SettingValue:
    match expr:
        case syntax.Number() | syntax.Text() | syntax.Boolean():
            return expr.value
        case syntax.Name(id=name):
            value = params.get(name, name)
            return value if isinstance(value, (int, float, bool, str)) else name
        case syntax.Group(body=body):
            return _value(body, params)
        case syntax.Unary(op="-", operand=operand):
            number = _value(operand, params)
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                return -number
        case syntax.List(items=items):
            return tuple(_value(item, params) for item in items)
        case syntax.Call(function=syntax.Name(id=name)):
            return _call(name, expr, params)
        case _:
            pass
    help = "write a number, a text, a name, a list of these, or a call such as `maximize(accuracy)`"
    raise NasError(Diagnostic("NAS302", "a setting is a plain value", expr.span, help=help))


def _call(name: str, call: syntax.Call, params: Mapping[str, object]) -> CallSetting:
    args: list[SettingValue] = []
    kwargs: dict[str, SettingValue] = {}
    for argument in call.arguments:
        if argument.name is None:
            if kwargs:
                message = "a positional argument follows a named one"
                raise NasError(Diagnostic("NAS304", message, argument.span, help="name it as well"))
            args.append(_value(argument.value, params))
        elif argument.name in kwargs:
            message = f"`{argument.name}` is given twice"
            raise NasError(Diagnostic("NAS305", message, argument.span, help="keep one of them"))
        else:
            kwargs[argument.name] = _value(argument.value, params)
    return CallSetting(name, tuple(args), kwargs, span=call.span)
