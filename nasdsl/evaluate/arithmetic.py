"""Pure functions of several values: powers, multiples, whole numbers from text, positions in lists."""

from __future__ import annotations

import math
from typing import Any

from nasdsl.diagnostics import did_you_mean
from nasdsl.values import describe

from .lists import contains
from .machine import MAX_NUMBER, Mistake


def number(value: Any, name: str) -> Any:
    """A value that must be a number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Mistake("NAS201", f"`{name}` takes numbers, not {describe(value)}")
    if not math.isfinite(value):
        raise Mistake("NAS203", f"`{name}` takes no endless numbers")
    return value


def power(a: Any, b: Any) -> Any:
    """a to the power b: a whole number, if both are and b is not negative."""
    base, exponent = number(a, "pow"), number(b, "pow")
    try:
        size = math.pow(base, exponent)  # of bounded effort, unlike that of whole numbers
        if abs(size) > MAX_NUMBER:
            raise OverflowError
    except OverflowError:
        raise Mistake("NAS203", f"`pow({a}, {b})` is too large a number") from None
    except ValueError:
        raise Mistake("NAS202", f"`pow({a}, {b})` has no value") from None
    whole = isinstance(base, int) and isinstance(exponent, int) and exponent >= 0
    return base**exponent if whole else size


def whole(x: Any) -> int:
    """The whole number that a text writes, or a number without what is behind its point."""
    try:
        if isinstance(x, str | int | float) and len(str(x)) <= 40:
            return int(x)
    except (ValueError, OverflowError):
        raise Mistake("NAS202", f"`int` finds no whole number in {describe(x)}") from None
    raise Mistake("NAS201", f"`int` takes a number or a string, not {describe(x)}")


def divisible(x: Any, by: Any, least: Any = None) -> int:
    """The multiple of `by` next to x, upwards if x is in the middle, but not below `least` (`by`, if
    it is not given) nor below 0.9 x: the make_divisible of MobileNet's code."""
    number(x, "divisible")
    for value in (by, least):
        if value is not None and (not isinstance(value, int) or value is True or value <= 0):
            raise Mistake(
                "NAS201", f"`divisible` takes whole numbers from 1, not {describe(value)}"
            )
    near = max(by if least is None else least, int(x + by / 2) // by * by)
    return int(near + by if near < 0.9 * x else near)


def position(xs: Any, x: Any) -> int:
    """The first place of x in a list or string."""
    if contains(x, xs):
        return int(xs.index(tuple(x) if isinstance(x, range) else x))
    near = isinstance(x, str) and did_you_mean(x, [v for v in xs if isinstance(v, str)])
    raise Mistake("NAS212", f"{describe(x)} is not in the list", near or "test it: `x in xs`")
