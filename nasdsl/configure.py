"""From a setting to a validated configuration model, with mistakes as diagnostics.

Pydantic is imported here and by the models themselves, never by the language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from .diagnostics import Diagnostic, NasError, did_you_mean
from .settings import CallSetting, SettingValue
from .spans import Span


class Config(BaseModel):
    """The base of every configuration: immutable, and a misspelt name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


M = TypeVar("M", bound=BaseModel)


def configure(
    model: type[M], options: Mapping[str, object], *, what: str, span: Span | None = None
) -> M:
    """Validate options; each mistake is a NAS310 (unknown name) or NAS311 (bad value)."""
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        fields = list(model.model_fields)
        found = [_diagnostic(dict(e), fields, what, span) for e in error.errors()]
    raise NasError(sorted(found, key=lambda d: d.code))


def named(call: CallSetting, fields: Sequence[str]) -> dict[str, object]:
    """The arguments of a call by name; positional ones take the fields in order (NAS312)."""
    if len(call.args) > len(fields):
        message = f"`{call.name}` takes {len(fields)} arguments, not {len(call.args)}"
        help = f"they are {', '.join(fields)}" if fields else ""
        raise NasError(Diagnostic("NAS312", message, call.span, help=help))
    options: dict[str, object] = dict(zip(fields, map(plain, call.args), strict=False))
    for name, value in call.kwargs.items():
        if name in options:
            message = f"`{call.name}` gets `{name}` twice"
            help = "give it by position or by name"
            raise NasError(Diagnostic("NAS312", message, call.span, help=help))
        options[name] = plain(value)
    return options


def plain(value: SettingValue) -> object:
    """A setting as JSON: a call is {"name": …, "args": […], "kwargs": {…}}."""
    match value:
        case CallSetting(name=name, args=args, kwargs=kwargs):
            named_args = {key: plain(v) for key, v in kwargs.items()}
            return {"name": name, "args": [plain(a) for a in args], "kwargs": named_args}
        case tuple():
            return [plain(item) for item in value]
        case _:
            return value


def _holds_calls(value: object) -> bool:
    """Whether a value was written in another way than it is held."""
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_holds_calls, value)))


def _diagnostic(
    error: Mapping[str, Any], fields: Sequence[str], what: str, span: Span | None
) -> Diagnostic:
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        help = did_you_mean(path, fields) or f"it takes {', '.join(fields) or 'no arguments'}"
        return Diagnostic("NAS310", f"{what} takes no `{path}`", span, help=help)
    if error["type"] == "missing":
        message = f"{what} needs `{path}`"
        return Diagnostic("NAS311", message, span, help=f"add `{path} = …`")
    text = str(error["msg"]).removeprefix("Value error, ")
    where = f"`{path}` of {what}" if path else what
    got = "" if _holds_calls(error.get("input")) else f" (got {error.get('input')!r})"
    return Diagnostic("NAS311", f"{where}: {text[:1].lower()}{text[1:]}{got}", span)
