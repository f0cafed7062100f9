"""PyTorch text with holes: constructor calls and function calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .base import Code, Value

Options = Mapping[str, tuple[Value, Value]]  # name: (value, PyTorch's default)


def _arguments(
    required: Mapping[str, Value], options: Options
) -> tuple[str, dict[str, Value], dict[str, Value]]:
    """The text of the arguments, their values, and the defaults of those that may be left out."""
    holes = [f"{{{name}}}" for name in required] + [f"{name}={{{name}}}" for name in options]
    values = {name: value for name, (value, _) in options.items()}
    return ", ".join(holes), {**required, **values}, {n: d for n, (_, d) in options.items()}


def module(
    name: str,
    required: Mapping[str, Value],
    options: Options | None = None,
    *,
    forward: str = "{self}({0})",
    helper: str | None = None,
    values: Mapping[str, Value] | None = None,
) -> Code:
    """A submodule: `name(required, option=…)`; `values` are the further holes of `forward`."""
    text, filled, defaults = _arguments(required, options or {})
    return Code(forward, f"{name}({text})", {**filled, **(values or {})}, helper, defaults)


def function(
    name: str,
    required: Mapping[str, Value],
    options: Options | None = None,
    *,
    operand: str = "{0}",
    values: Mapping[str, Value] | None = None,
    helper: str | None = None,
) -> Code:
    """A call `name(operand, required, option=…)`."""
    text, filled, defaults = _arguments(required, options or {})
    forward = f"{name}({operand}, {text})" if text else f"{name}({operand})"
    return Code(forward, None, {**filled, **(values or {})}, helper, defaults)


def over_time(code: Code) -> Code:
    """The same for (T, F) inputs of a layer that wants (F, T)."""
    forward = code.forward.replace("{0}", "{0}.transpose(1, 2)") + ".transpose(1, 2)"
    return replace(code, forward=forward)


def channels_last(code: Code) -> Code:
    """The same for (C, H, W) inputs of a layer that works on the last dimension."""
    forward = code.forward.replace("{0}", "{0}.permute(0, 2, 3, 1)") + ".permute(0, 3, 1, 2)"
    return replace(code, forward=forward)
